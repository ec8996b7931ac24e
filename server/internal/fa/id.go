package fa

import (
	"fmt"
	"strings"
)

// ID is a UUID in canonical form, 8-4-4-4-12 lower-case hexadecimal digits. Any
// 128-bit value will do; FusionAuth does not look at version or variant.
type ID string

// The ids that every FusionAuth instance knows.
const (
	ConnectorID        ID = "e3306678-a53a-4964-9040-1c96f36dda72" // FusionAuth's own connector
	AdminApplicationID ID = "3c219e58-ed0e-4b18-ad48-f4f92793ae32" // the application called FusionAuth
	DefaultThemeID     ID = "75a068fd-e94b-451a-9aeb-3ddb9a3b5987"
	SimpleThemeID      ID = "3c717291-5d83-4014-bd51-97c76475dc86"
)

// ParseID reads an id in upper or lower case.
func ParseID(text string) (ID, error) {
	if !isUUID(text) {
		return "", fmt.Errorf("%q is not a UUID", text)
	}
	return ID(strings.ToLower(text)), nil
}

func isUUID(text string) bool {
	if len(text) != 36 {
		return false
	}
	for i := range len(text) {
		c := text[i]
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if !('0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F') {
				return false
			}
		}
	}
	return true
}

// UnmarshalText accepts the empty string as no id.
func (id *ID) UnmarshalText(text []byte) (err error) {
	if len(text) == 0 {
		*id = ""
		return nil
	}
	*id, err = ParseID(string(text))
	return err
}

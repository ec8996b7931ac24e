package fa_test

import (
	"bytes"
	"fmt"
	"io"
	"testing"
	"testing/iotest"

	"wherry/server/internal/fa"
)

// FuzzImport holds that an import is read alike however its bytes arrive, and
// that whatever stands in a user, it ends as a user or as a refusal.
func FuzzImport(f *testing.F) {
	for _, body := range []string{
		`{"users":[{"email":"jane@example.com","data":{"a":[1e2,null]}},{"username":"joe","active":true}],"factor":5}`,
		`{"validateDbConstraints":true,"encryptionScheme":"bcrypt","users":[{"password":"x","salt":"","registrations":[{"roles":["user"]}]}]}`,
		`{"users":[{"twoFactor":{"methods":[{"method":"authenticator","secret":"aGVsbG8="}]},"memberships":[{}],"phoneNumber":"303-555-1212"}]}`,
		`{"users":[{"email":"a\u0000"},{"insertInstant":1e400}`, `{"users":null}`, `{"users":[null,1,"x"]} {}`, ``,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		whole, drops := readImport(bytes.NewReader(body)), readImport(iotest.OneByteReader(bytes.NewReader(body)))
		if whole != drops {
			t.Errorf("in one piece %s\nbyte by byte %s", whole, drops)
		}
	})
}

// readImport tells what came of reading an import.
func readImport(body io.Reader) string {
	var read bytes.Buffer
	request := fa.ReadImport(body)
	for data, err := range request.Users() {
		if err != nil {
			fmt.Fprintln(&read, err)
			continue
		}
		u, err := fa.DecodeImportUser(data)
		if err == nil {
			u.Settle(1)
			err = u.Validate()
		}
		fmt.Fprintf(&read, "%s %v\n", data, err)
	}
	fmt.Fprintln(&read, request.EncryptionScheme, request.Factor, request.ValidateDBConstraints)
	return read.String()
}

package mail

import (
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"wherry/server/internal/fa"
)

// properties are those of Jakarta Mail that a tenant has set, by their names
// without mail.smtp. or mail.smtps. in front. What is none of these two is not
// looked at: localhost, the name by which we greet the mail server, and
// connectiontimeout.
type properties map[string]string

// propertiesOf reads lines of name=value, or an object.
func propertiesOf(raw jsontext.Value) properties {
	given := map[string]string{}
	var text string
	if fa.Decode(raw, &text) == nil {
		for line := range strings.Lines(text) {
			name, value, _ := strings.Cut(line, "=")
			given[strings.TrimSpace(name)] = strings.TrimSpace(value)
		}
	} else {
		_ = fa.Decode(raw, &given)
	}
	all := properties{}
	for name, value := range given {
		for _, protocol := range []string{"mail.smtp.", "mail.smtps."} {
			if rest, ok := strings.CutPrefix(name, protocol); ok {
				all[rest] = value
			}
		}
	}
	return all
}

func (p properties) milliseconds(name string, otherwise time.Duration) time.Duration {
	if n, err := strconv.Atoi(p[name]); err == nil && n > 0 {
		return time.Duration(n) * time.Millisecond
	}
	return otherwise
}

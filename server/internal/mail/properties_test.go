package mail

import (
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

func TestPropertiesOfMailServers(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		raw   string
		greet string
		wait  time.Duration
	}{
		"none":          {``, "", dialTime},
		"null":          {`null`, "", dialTime},
		"lines":         {`"mail.smtp.localhost=made-up.example.com\r\n mail.smtp.connectiontimeout = 1500\n#x\n"`, "made-up.example.com", 1500 * time.Millisecond},
		"over TLS":      {`"mail.smtps.localhost=made-up.example.com"`, "made-up.example.com", dialTime},
		"an object":     {`{"mail.smtp.localhost":"made-up.example.com","mail.smtp.connectiontimeout":"20"}`, "made-up.example.com", 20 * time.Millisecond},
		"no number":     {`"mail.smtp.connectiontimeout=soon"`, "", dialTime},
		"no time":       {`"mail.smtp.connectiontimeout=-1"`, "", dialTime},
		"of no mail":    {`"localhost=x\nmail.imap.localhost=y"`, "", dialTime},
		"something odd": {`[1]`, "", dialTime},
	} {
		p := propertiesOf(jsontext.Value(tt.raw))
		if p["localhost"] != tt.greet || p.milliseconds("connectiontimeout", dialTime) != tt.wait {
			t.Errorf("%s: %v", name, p)
		}
	}
}

// Package outbox keeps what a real pool would send to phones and mailboxes,
// so that a test can read the codes.
package outbox

import (
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// Message is one SMS or mail.
type Message struct {
	Pool     string    `json:"pool"`
	Username string    `json:"username"`
	Medium   string    `json:"medium"` // SMS or EMAIL
	To       string    `json:"to"`
	Purpose  string    `json:"purpose"` // such as SMS_MFA, ForgotPassword
	Code     string    `json:"code"`    // the code, or the temporary password
	At       time.Time `json:"at"`
}

// kept is how many messages are remembered.
const kept = 10_000

// Outbox is the latest messages of all pools. The zero value is empty.
type Outbox struct {
	mu       sync.Mutex
	messages []Message // a ring once it is full
	next     int
}

// Send keeps a message.
func (o *Outbox) Send(m Message) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.messages) < kept {
		o.messages = append(o.messages, m)
		return
	}
	o.messages[o.next] = m
	o.next = (o.next + 1) % kept
}

// To returns the messages for a user, or for everybody when username is "",
// the oldest first.
func (o *Outbox) To(username string) []Message {
	o.mu.Lock()
	defer o.mu.Unlock()
	found := []Message{}
	for i := range o.messages {
		m := o.messages[(o.next+i)%len(o.messages)]
		if username == "" || m.Username == username {
			found = append(found, m)
		}
	}
	return found
}

// Mask hides most of an address, as CODE_DELIVERY_DESTINATION does.
func Mask(to string) string {
	local, domain, mail := strings.Cut(to, "@")
	switch {
	case mail && local != "" && domain != "":
		return initial(local) + "***@" + initial(domain) + "***"
	case len(to) > 4:
		return "+*******" + to[len(to)-4:]
	default:
		return "***"
	}
}

func initial(s string) string {
	_, size := utf8.DecodeRuneInString(s)
	return s[:size]
}

package pages

import "net/http"

// Saying is what a Notice says.
type Saying int

// The things that a Notice can say.
const (
	NoticeSent       Saying = iota // a mail is on its way, if there is such a user
	NoticeVerified                 // the address has been verified
	NoticeRegistered               // the registration has been verified
	NoticeExpired                  // the link is used or too old
)

// Notice is a page that says one thing.
type Notice struct {
	Frame
	Says        Saying
	ContinueURL string // where to go on; empty is nowhere
}

// Key is the message of a part of the page: title, heading or text.
func (n Notice) Key(part string) string {
	return []string{"sent", "verified", "registered", "expired"}[n.Says] + "." + part
}

// Notice writes the page.
func (p *Pages) Notice(w http.ResponseWriter, r *http.Request, status int, page Notice) error {
	return p.write(w, r, status, "notice", page)
}

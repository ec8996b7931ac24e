package server_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

// postbox is a mail server that keeps what it gets.
type postbox struct {
	port  int
	mails chan letter
}

// letter is a mail that has arrived.
type letter struct {
	to         []string
	from       string // the name by which the sender has greeted
	header     mail.Header
	subject    string
	text, html string
}

func newPostbox(t testing.TB) *postbox {
	t.Helper()
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &postbox{port: ln.Addr().(*net.TCPAddr).Port, mails: make(chan letter, 100)}
	s := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &session{box: p, conn: c}, nil }))
	s.ReadTimeout = time.Minute
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := s.Serve(ln); err != nil && !errors.Is(err, smtp.ErrServerClosed) {
			t.Error(err)
		}
	}()
	t.Cleanup(func() { _, _ = s.Close(), ln.Close(); <-ended })
	return p
}

type session struct {
	box  *postbox
	conn *smtp.Conn
	to   []string
}

func (s *session) Reset()                               { s.to = nil }
func (s *session) Logout() error                        { return nil }
func (s *session) Mail(string, *smtp.MailOptions) error { return nil }
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if strings.HasPrefix(to, "refused@") {
		return &smtp.SMTPError{Code: 550, Message: "no such user here: " + to}
	}
	s.to = append(s.to, to)
	return nil
}

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	l, err := readLetter(raw)
	l.to, l.from = s.to, s.conn.Hostname()
	s.box.mails <- l
	return err
}

// readLetter takes a mail apart.
func readLetter(raw []byte) (l letter, err error) {
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return l, err
	}
	l.header = m.Header
	if l.subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil {
		return l, err
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		return l, err
	}
	if !strings.HasPrefix(kind, "multipart/") {
		text, err := io.ReadAll(quotedprintable.NewReader(m.Body))
		l.text = string(text)
		return l, err
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return l, nil
		}
		if err != nil {
			return l, err
		}
		body, err := io.ReadAll(part) // NextPart decodes quoted-printable
		if err != nil {
			return l, err
		}
		if strings.HasPrefix(part.Header.Get("Content-Type"), "text/html") {
			l.html = string(body)
		} else {
			l.text = string(body)
		}
	}
}

// next is the mail that arrives next.
func (p *postbox) next(t testing.TB) letter {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	select {
	case l := <-p.mails:
		return l
	case <-ctx.Done():
		t.Fatal("no mail has come")
		return letter{}
	}
}

// templates are made by usePostbox; their ids end in these digits.
var templates = map[string]string{
	"forgotPassword": "aa000000-0000-0000-0000-000000000001", "setPassword": "aa000000-0000-0000-0000-000000000002",
	"passwordless": "aa000000-0000-0000-0000-000000000003", "verification": "aa000000-0000-0000-0000-000000000004",
	"registration": "aa000000-0000-0000-0000-000000000005", "emailVerified": "aa000000-0000-0000-0000-000000000006",
	"passwordResetSuccess": "aa000000-0000-0000-0000-000000000007",
}

// usePostbox lets the sample tenant send through the postbox, with templates
// whose text is one line for each value that they have.
func (i *instance) usePostbox(t testing.TB, p *postbox) {
	t.Helper()
	text := map[string]string{
		"forgotPassword":       "id=${changePasswordId}\\napp=${(application.name)!'-'}\\nstate=${(state.x)!'-'}\\nbase=${baseURL}\\n",
		"setPassword":          "id=${changePasswordId}\\n",
		"passwordless":         "code=${code}\\noneTimeCode=${oneTimeCode!'-'}\\nstate=${(state.x)!'-'}\\n",
		"verification":         "id=${verificationId}\\ncode=${verificationOneTimeCode!'-'}\\n",
		"registration":         "id=${verificationId}\\ncode=${verificationOneTimeCode!'-'}\\napp=${application.name}\\nregistration=${registration.applicationId}\\n",
		"emailVerified":        "verified\\n",
		"passwordResetSuccess": "reset\\n",
	}
	for name, id := range templates {
		i.do(`POST /api/email/template/` + id + ` {"emailTemplate":{"name":"` + name + `","defaultSubject":"` + name + ` for ${user.firstName!user.email}",
			"defaultHtmlTemplate":"<p>${user.firstName!user.email}</p>","defaultTextTemplate":"` + text[name] + `","localizedSubjects":{"de":"Für ${user.email}"}}}`).must(t)
	}
	i.do(`PATCH /api/tenant/` + tenantID + ` {"tenant":{"emailConfiguration":{"host":"127.0.0.1","port":` + strconv.Itoa(p.port) + `,
		"defaultFromEmail":"post@example.com","defaultFromName":"The Pöst","additionalHeaders":[{"name":"X-Made-Up","value":"yes"}],
		"forgotPasswordEmailTemplateId":"` + templates["forgotPassword"] + `","setPasswordEmailTemplateId":"` + templates["setPassword"] + `",
		"passwordlessEmailTemplateId":"` + templates["passwordless"] + `"}}}`).must(t)
}

// value is what a line of the text says after name=.
func (l letter) value(t testing.TB, name string) string {
	t.Helper()
	for line := range strings.Lines(l.text) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), name+"="); ok {
			return value
		}
	}
	t.Fatalf("the mail has no %s:\n%s", name, l.text)
	return ""
}

package rehearse

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"html/template"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
)

// mailbox is the mail server of a rehearsal. It takes every mail, delivers none,
// and has a page on which people read them.
type mailbox struct {
	mu    sync.Mutex
	mails []letter // the newest first
	came  int      // since the mailbox was emptied
	new   chan struct{}
}

// letter is a mail that has arrived.
type letter struct {
	To, Subject, Text string
	At                time.Time
}

// mostMails is how many are kept.
const mostMails = 100

func newMailbox() *mailbox { return &mailbox{new: make(chan struct{})} }

// run serves SMTP until ctx ends.
func (b *mailbox) run(ctx context.Context, ln net.Listener) error {
	s := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &delivery{box: b}, nil }))
	s.ReadTimeout, s.WriteTimeout, s.MaxMessageBytes = time.Minute, time.Minute, 1<<20
	defer context.AfterFunc(ctx, func() { _ = s.Close() })()
	if err := s.Serve(ln); !errors.Is(err, smtp.ErrServerClosed) {
		return err
	}
	return nil
}

// delivery is one mail on its way in.
type delivery struct {
	box *mailbox
	to  []string
}

// Reset is part of smtp.Session, as the methods that follow.
func (d *delivery) Reset() { d.to = nil }

func (d *delivery) Logout() error { return nil }

func (d *delivery) Mail(string, *smtp.MailOptions) error { return nil }

func (d *delivery) Rcpt(to string, _ *smtp.RcptOptions) error {
	d.to = append(d.to, to)
	return nil
}

func (d *delivery) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	l, err := read(raw)
	if err != nil {
		return err
	}
	l.To, l.At = strings.Join(d.to, ", "), time.Now()
	d.box.put(l)
	return nil
}

func (b *mailbox) put(l letter) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.came++
	b.mails = append([]letter{l}, b.mails[:min(len(b.mails), mostMails-1)]...)
	close(b.new)
	b.new = make(chan struct{})
}

// read takes the text out of a mail.
func read(raw []byte) (l letter, err error) {
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return l, err
	}
	if l.Subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil {
		return l, err
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || !strings.HasPrefix(kind, "multipart/") {
		return l, err
	}
	part, err := multipart.NewReader(m.Body, params["boundary"]).NextPart() // the text comes first
	if err != nil {
		return l, err
	}
	text, err := io.ReadAll(part)
	l.Text = string(text)
	return l, err
}

// to is the newest mail to an address, waited for until ctx ends.
func (b *mailbox) to(ctx context.Context, address string) (letter, error) {
	for {
		b.mu.Lock()
		i := slices.IndexFunc(b.mails, func(l letter) bool { return l.To == address })
		arrived := b.new
		var found letter
		if i >= 0 {
			found = b.mails[i]
		}
		b.mu.Unlock()
		if i >= 0 {
			return found, nil
		}
		select {
		case <-ctx.Done():
			return letter{}, errors.New("no mail has come for " + address)
		case <-arrived:
		}
	}
}

// count is how many mails there are.
func (b *mailbox) count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.mails)
}

// forget empties the mailbox.
func (b *mailbox) forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.mails, b.came = nil, 0
}

// arrived waits until so many mails have come, and answers how many did.
func (b *mailbox) arrived(ctx context.Context, want int) int {
	for {
		b.mu.Lock()
		came, next := b.came, b.new
		b.mu.Unlock()
		if came >= want {
			return came
		}
		select {
		case <-ctx.Done():
			return came
		case <-next:
		}
	}
}

// newest is the mail that came last.
func (b *mailbox) newest() (letter, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.mails) == 0 {
		return letter{}, false
	}
	return b.mails[0], true
}

var addresses = regexp.MustCompile(`https?://\S+`)

// Link is the first address in the mail.
func (l letter) Link() string { return addresses.FindString(l.Text) }

//go:embed mailbox.html.tmpl
var mailboxPage string

var mailboxTemplate = template.Must(template.New("mails").Parse(mailboxPage))

// ServeHTTP shows the mails.
func (b *mailbox) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	b.mu.Lock()
	mails := slices.Clone(b.mails)
	b.mu.Unlock()
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	_ = mailboxTemplate.Execute(w, mails) // the browser has gone away
}

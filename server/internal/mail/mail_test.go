package mail

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http/httptest"
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"wherry/server/internal/fa"
	"wherry/server/internal/jobs"
)

// postOffice is a mail server that wants a login.
type postOffice struct {
	tls      *tls.Config
	implicit bool
	login    bool
	got      chan []byte
	mechs    []string
}

type visit struct {
	*postOffice
	in bool
}

func (v *visit) AuthMechanisms() []string { return v.mechs }

func (v *visit) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, username, password string) error {
		if username != "wherry" || password != "made-up-password" {
			return smtp.ErrAuthFailed
		}
		v.in = true
		return nil
	}), nil
}

func (v *visit) Reset()                               {}
func (v *visit) Logout() error                        { return nil }
func (v *visit) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (v *visit) Mail(_ string, _ *smtp.MailOptions) error {
	if v.login && !v.in {
		return smtp.ErrAuthRequired
	}
	return nil
}

func (v *visit) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	v.got <- raw
	return err
}

func (p *postOffice) serve(t *testing.T) (port int) {
	t.Helper()
	p.got = make(chan []byte, 9)
	s := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &visit{postOffice: p}, nil }))
	s.TLSConfig, s.ErrorLog = p.tls, quiet{}
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port = ln.Addr().(*net.TCPAddr).Port
	if p.implicit {
		ln = tls.NewListener(ln, p.tls)
	}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = s.Serve(ln) }()
	t.Cleanup(func() { _, _ = s.Close(), ln.Close(); <-ended })
	return port
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

func certificate() (*tls.Config, *x509.CertPool) {
	s := httptest.NewUnstartedServer(nil)
	s.StartTLS()
	defer s.Close()
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return &tls.Config{Certificates: s.TLS.Certificates, MinVersion: tls.VersionTLS12}, roots
}

func TestMailServers(t *testing.T) {
	t.Parallel()
	config, roots := certificate()
	for name, tt := range map[string]struct {
		office            postOffice
		security, account string
		strangers         bool // we do not know who vouches for the server
		want              string
	}{
		"plain":                             {},
		"NONE":                              {security: "NONE"},
		"STARTTLS":                          {office: postOffice{tls: config}, security: "TLS"},
		"STARTTLS and a login":              {office: postOffice{tls: config, login: true, mechs: []string{"PLAIN"}}, security: "TLS", account: "made-up-password"},
		"TLS and a login":                   {office: postOffice{tls: config, implicit: true, login: true, mechs: []string{"PLAIN"}}, security: "SSL", account: "made-up-password"},
		"wrong password":                    {office: postOffice{tls: config, login: true, mechs: []string{"PLAIN"}}, security: "TLS", account: "wrong", want: "answers with code 535"},
		"a login that would not be secret":  {office: postOffice{login: true}, account: "made-up-password", want: "does not"},
		"no STARTTLS where it is wanted":    {security: "TLS", want: "does not"},
		"a certificate that nobody vouches": {office: postOffice{tls: config}, security: "TLS", strangers: true, want: "cannot be trusted"},
		"no login where one is wanted":      {office: postOffice{login: true}, want: "code 502"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			office := &tt.office
			tenant := fa.NewTenant()
			tenant.Name = "Tenant"
			c := &tenant.EmailConfiguration
			c.Host, c.Port, c.Security, c.Password = "127.0.0.1", office.serve(t), tt.security, tt.account
			if tt.account != "" {
				c.Username = "wherry"
			}
			p := &Office{Now: time.Now, NewID: func() fa.ID { return "id" }, Roots: roots}
			if tt.strangers {
				p.Roots = x509.NewCertPool()
			}
			err := p.Test(t.Context(), &tenant, "ada@example.com")
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Fatalf("got %v, want %q", err, tt.want)
			}
			if err != nil {
				if strings.Contains(err.Error(), "ada@") || strings.Contains(err.Error(), "made-up-password") {
					t.Errorf("the error says too much: %v", err)
				}
				return
			}
			if raw := <-office.got; !bytes.Contains(raw, []byte("Subject: Test mail")) {
				t.Errorf("got %s", raw)
			}
		})
	}
}

const someID fa.ID = "00000000-0000-0000-0000-000000000001"

// house is all the objects of a test.
type house struct {
	tenant   fa.Tenant
	app      fa.Application
	user     *fa.Account
	template fa.EmailTemplate
	message  fa.MessageTemplate
	events   []string
	sent     []fa.SMSMessage
	refuse   error
}

type shelf[T any] struct{ v *T }

func (s shelf[T]) Get(context.Context, fa.ID) (*T, error) {
	if s.v == nil {
		return nil, fa.ErrNotFound
	}
	return s.v, nil
}

func (h *house) User(context.Context, fa.ID) (*fa.Account, error) {
	if h.user == nil {
		return nil, fa.ErrNotFound
	}
	return h.user, nil
}

func (h *house) LogEvent(_ context.Context, kind, message string) error {
	h.events = append(h.events, kind+": "+message)
	return nil
}

func (h *house) Call(_ context.Context, _ *fa.Messenger, m fa.SMSMessage) error {
	h.sent = append(h.sent, m)
	return h.refuse
}

func newHouse(port int) (*house, *Office) {
	h := &house{tenant: fa.NewTenant(), app: fa.NewApplication(), user: &fa.Account{User: fa.NewUser()}, template: fa.NewEmailTemplate(), message: fa.NewMessageTemplate()}
	h.tenant.Name, h.tenant.Issuer, h.tenant.EmailConfiguration.Host, h.tenant.EmailConfiguration.Port = "Harbour", "https://auth.example.com/x", "127.0.0.1", port
	h.tenant.EmailConfiguration.Password, h.tenant.EmailConfiguration.DefaultFromName = "made-up-secret", "Harbour post"
	h.app.Name, h.app.OAuthConfiguration.ClientSecret = "Tides", "made-up-secret"
	h.user.Email, h.user.FirstName, h.user.Hash = "ada@example.com", "Ada", "made-up-secret"
	h.template.Name, h.template.DefaultSubject, h.template.DefaultTextTemplate, h.template.DefaultHTMLTemplate = "T", "S", "T", "H"
	messenger := fa.NewMessenger()
	return h, &Office{
		Tenants: shelf[fa.Tenant]{&h.tenant}, Applications: shelf[fa.Application]{&h.app}, Templates: shelf[fa.EmailTemplate]{&h.template},
		MessageTemplates: shelf[fa.MessageTemplate]{&h.message}, Messengers: shelf[fa.Messenger]{&messenger}, Users: h, Caller: h, Events: h,
		Now: time.Now, NewID: func() fa.ID { return "id" },
	}
}

func send(t *testing.T, p *Office, o Order) error {
	t.Helper()
	job, err := jobs.New(Job, o)
	if err != nil {
		t.Fatal(err)
	}
	return p.Send(t.Context(), &job)
}

func TestWhatAMailSays(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(h *house)
		order  Order
		want   []string
	}{
		"the language of the user": {func(h *house) {
			h.user.PreferredLanguages = []string{"nl", "de-CH"}
			h.template.LocalizedSubjects = fa.Localized{"de": "Hallo ${user.firstName}"}
			h.template.LocalizedFromNames = fa.Localized{"de": "Hafen"}
		}, Order{}, []string{"Subject: Hallo Ada", `From: "Hafen" <change-me@example.com>`, "To: <ada@example.com>"}},
		"the language of the order":  {func(h *house) { h.template.LocalizedSubjects = fa.Localized{"fr": "Bonjour", "de": "Hallo"} }, Order{Languages: []string{"fr_CA"}}, []string{"Subject: Bonjour"}},
		"a subject of several lines": {func(h *house) { h.template.DefaultSubject = "a\r\nBcc: evil@example.com\r\n\r\nb" }, Order{}, []string{"Subject: a Bcc: evil@example.com b\r\n"}},
		"a name of several lines":    {func(h *house) { h.user.FirstName = "x\r\nX-Evil: 1"; h.template.DefaultSubject = "${user.firstName}" }, Order{}, []string{"Subject: x X-Evil: 1\r\n"}},
		"the origin of the issuer":   {func(h *house) { h.template.DefaultTextTemplate = "${baseURL} ${tenant.name} ${application.name}" }, Order{}, []string{"https://auth.example.com Harbour Tides"}},
		"the application's address": {func(h *house) {
			h.app.BaseURL = "https://tides.example.com"
			h.template.DefaultTextTemplate = "${baseURL}|${application.baseURL}"
		}, Order{}, []string{"https://tides.example.com|https://tides.example.com"}},
		"umlauts": {func(h *house) { h.template.DefaultTextTemplate = "Grüße" }, Order{}, []string{"Gr=C3=BC=C3=9Fe"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			office := &postOffice{}
			h, p := newHouse(office.serve(t))
			tt.change(h)
			tt.order.UserID, tt.order.ApplicationID, tt.order.TemplateID = someID, someID, someID
			if err := send(t, p, tt.order); err != nil || len(h.events) > 0 {
				t.Fatalf("%v, logged %v", err, h.events)
			}
			raw := string(<-office.got)
			if _, err := netmail.ReadMessage(strings.NewReader(raw)); err != nil || strings.Contains(raw, "\nX-Evil") || strings.Contains(raw, "\nBcc") {
				t.Errorf("%v: %s", err, raw)
			}
			for _, want := range tt.want {
				if !strings.Contains(raw, want) {
					t.Errorf("%q is missing in\n%s", want, raw)
				}
			}
		})
	}
}

func TestTemplatesSeeNoSecrets(t *testing.T) {
	t.Parallel()
	h, p := newHouse(1)
	s, err := p.scene(t.Context(), Order{UserID: someID, ApplicationID: someID, TemplateID: someID})
	if err != nil {
		t.Fatal(err)
	}
	h.user.TwoFactor = fa.TwoFactor{Methods: []fa.TwoFactorMethod{{Method: "authenticator", Secret: "made-up-secret"}}}
	values, err := s.values(map[string]any{"code": "123"})
	if err != nil || values["code"] != "123" {
		t.Fatalf("%v, %v", values, err)
	}
	if doc, err := fa.Encode(values); err != nil || bytes.Contains(doc, []byte("made-up-secret")) {
		t.Errorf("%s, %v", doc, err)
	}
}

func TestMailsThatCannotBeMade(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(h *house, p *Office)
		order  Order
		logged string
	}{
		"missing value":     {func(h *house, _ *Office) { h.template.DefaultTextTemplate = "${code}" }, Order{UserID: someID}, "[invalid]emailTemplate.defaultTextTemplate"},
		"no address":        {func(h *house, _ *Office) { h.user.Email = "" }, Order{UserID: someID}, "no e-mail address any more"},
		"no sender":         {func(h *house, _ *Office) { h.tenant.EmailConfiguration.DefaultFromEmail = "" }, Order{UserID: someID}, "an address is not one"},
		"user gone":         {func(h *house, _ *Office) { h.user = nil }, Order{UserID: someID}, ""},
		"template gone":     {func(_ *house, p *Office) { p.Templates = shelf[fa.EmailTemplate]{} }, Order{UserID: someID}, ""},
		"application gone":  {func(_ *house, p *Office) { p.Applications = shelf[fa.Application]{} }, Order{UserID: someID, ApplicationID: someID}, ""},
		"unusable settings": {func(h *house, _ *Office) { h.tenant.EmailConfiguration.Port = -1 }, Order{UserID: someID}, "settings cannot be used"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, p := newHouse(1)
			tt.change(h, p)
			tt.order.TemplateID = someID
			if err := send(t, p, tt.order); err != nil {
				t.Errorf("it would be tried again: %v", err)
			}
			if log := strings.Join(h.events, "\n"); tt.logged == "" && log != "" || !strings.Contains(log, tt.logged) {
				t.Errorf("logged %q, want %q", log, tt.logged)
			}
		})
	}
	if _, p := newHouse(1); send(t, p, Order{UserID: someID, TemplateID: someID}) == nil {
		t.Error("a mail server that is not there has to be tried again")
	}
}

func TestTextMessages(t *testing.T) {
	t.Parallel()
	h, p := newHouse(1)
	h.message.DefaultTemplate, h.message.LocalizedTemplates = "Code: ${code}", fa.Localized{"de": "Kode: ${code}"}
	h.user.PreferredLanguages = []string{"de"}
	order := func() error {
		job, err := jobs.New(MessageJob, MessageOrder{UserID: someID, PhoneNumber: "+15555550100", Values: map[string]any{"code": "123456"}})
		if err != nil {
			t.Fatal(err)
		}
		return p.SendMessage(t.Context(), &job)
	}
	if err := order(); err != nil || len(h.sent) != 1 || h.sent[0] != (fa.SMSMessage{Code: "123456", PhoneNumber: "+15555550100", TextMessage: "Kode: 123456", UserID: someID}) {
		t.Errorf("%v, sent %v", err, h.sent)
	}
	h.refuse = errors.New("no")
	if err := order(); !errors.Is(err, h.refuse) {
		t.Errorf("it has to be tried again: %v", err)
	}
	h.message.LocalizedTemplates["de"] = "${nothing}"
	if err := order(); err != nil || len(h.events) != 1 || strings.Contains(h.events[0], "123456") {
		t.Errorf("%v, logged %v", err, h.events)
	}
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	for key, template := range Defaults() {
		if err := errors.Join(template.Validate(), Check(&template)); err != nil {
			t.Errorf("%s: %v", key, err)
		}
	}
}

package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"wherry/server/internal/fa"
)

const (
	dialTime = 10 * time.Second
	sendTime = time.Minute // all of it
)

// refusal is an answer that waiting will not change.
type refusal struct{ why string }

func (r *refusal) Error() string { return r.why }

// post hands a letter to the tenant's mail server. Errors name neither
// addresses nor what the server said, which may quote them.
func (p *Office) post(ctx context.Context, t *fa.Tenant, letter Letter) error {
	message, err := p.message(t, letter)
	if err != nil {
		return err
	}
	client, err := p.client(t.EmailConfiguration)
	if err != nil {
		return &refusal{"the tenant's mail settings cannot be used"}
	}
	ctx, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	if err := client.DialAndSendWithContext(ctx, message); err != nil {
		return explain(server(t), err)
	}
	return nil
}

func server(t *fa.Tenant) string {
	return net.JoinHostPort(t.EmailConfiguration.Host, strconv.Itoa(t.EmailConfiguration.Port))
}

func (p *Office) message(t *fa.Tenant, l Letter) (*gomail.Msg, error) {
	m := gomail.NewMsg()
	err := m.FromFormat(l.From.Display, l.From.Address)
	for _, to := range l.To {
		err = errors.Join(err, m.AddToFormat(to.Display, to.Address))
	}
	err = errors.Join(err, m.Cc(l.Cc...), m.Bcc(l.Bcc...))
	if err != nil {
		return nil, &refusal{"an address is not one"}
	}
	m.Subject(l.Subject)
	m.SetDateWithValue(p.Now())
	m.SetMessageIDWithValue(string(p.NewID()) + "@" + domain(l.From.Address))
	for _, h := range t.EmailConfiguration.AdditionalHeaders {
		m.SetGenHeader(gomail.Header(h.Name), h.Value)
	}
	m.SetBodyString(gomail.TypeTextPlain, l.Text)
	if l.HTML != "" {
		m.AddAlternativeString(gomail.TypeTextHTML, l.HTML)
	}
	return m, nil
}

func domain(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }

func (p *Office) client(c fa.EmailConfiguration) (*gomail.Client, error) {
	own := propertiesOf(c.Properties)
	options := []gomail.Option{
		gomail.WithPort(c.Port), gomail.WithTimeout(own.milliseconds("connectiontimeout", dialTime)), gomail.WithoutNoop(),
		gomail.WithTLSConfig(&tls.Config{ServerName: c.Host, RootCAs: p.Roots, MinVersion: tls.VersionTLS12}),
	}
	switch c.Security {
	case fa.MailSSL:
		options = append(options, gomail.WithSSL())
	case fa.MailTLS:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	if c.Username != "" { // a password never leaves in the clear: without encryption only challenges are answered
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(c.Username), gomail.WithPassword(c.Password))
	}
	if name := own["localhost"]; name != "" {
		options = append(options, gomail.WithHELO(name))
	}
	return gomail.NewClient(c.Host, options...)
}

// explain says what went wrong in our own words; a *refusal when it is for good.
func explain(server string, err error) error {
	var timeout interface{ Timeout() bool }
	var network *net.OpError
	var answer *textproto.Error
	var certificate *tls.CertificateVerificationError
	sending, ok := errors.AsType[*gomail.SendError](err)
	said := func(format string, args ...any) error {
		return fmt.Errorf("the mail server [%s] %s", server, fmt.Sprintf(format, args...))
	}
	switch {
	case ok && sending.ErrorCode() >= 500:
		return &refusal{said("refuses the mail with code %d (%s)", sending.ErrorCode(), sending.Reason).Error()}
	case ok && sending.ErrorCode() >= 400:
		return said("does not take the mail now, code %d (%s)", sending.ErrorCode(), sending.Reason)
	case errors.As(err, &timeout) && timeout.Timeout():
		return said("does not answer in time")
	case errors.As(err, &certificate):
		return said("cannot be trusted: %v", certificate)
	case errors.As(err, &network):
		return said("cannot be reached: %v", network)
	case errors.Is(err, gomail.ErrNoSupportedAuthDiscovered):
		return said("offers no way to log in that keeps the password; set the tenant's [emailConfiguration.security] to TLS or SSL")
	case errors.As(err, &answer):
		return said("answers with code %d", answer.Code)
	}
	return said("does not do what the tenant's [emailConfiguration] asks for: its security or its login")
}

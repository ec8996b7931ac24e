package deliver

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-ldap/ldap/v3"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// Reconciler makes a user of what a directory says of somebody.
type Reconciler interface {
	ReconcileUser(ctx context.Context, lambda fa.ID, u *fa.User, registration *fa.Registration, sources ...any) error
}

// ldap looks somebody up in a directory, tries the password there, and has a
// lambda make a user of the entry. It answers as generic does.
//
// Source: https://fusionauth.io/docs/lifecycle/migrate-users/connectors/ldap-connector
func (c *Connectors) ldap(ctx context.Context, to receiver, conn *fa.Connector, request identity.ConnectorRequest, t *trace) (*fa.User, error) {
	entry, err := c.directoryEntry(ctx, to, conn, request)
	if err != nil || entry == nil {
		t.line("The directory does not vouch for the login id.")
		return nil, err
	}
	t.line("The directory vouches for the login id.")
	user := fa.NewUser()
	user.Active = false // unlike everywhere else, a connector has to say so
	if err := c.Lambdas.ReconcileUser(ctx, conn.LambdaConfiguration.ReconcileID, &user, nil, attributesOf(entry)); err != nil {
		return nil, errors.New("the reconcile lambda made no user of the entry")
	}
	if user.ID == "" {
		return nil, errors.New("the reconcile lambda did not set [user.id]")
	}
	t.show(&user)
	return &user, nil
}

// directoryEntry is the entry of somebody whose password the directory takes;
// nil when it knows nobody of that kind.
func (c *Connectors) directoryEntry(ctx context.Context, to receiver, conn *fa.Connector, request identity.ConnectorRequest) (*ldap.Entry, error) {
	directory, err := c.dial(ctx, to, conn)
	if err != nil {
		return nil, ldapProblem("it cannot be reached", err)
	}
	defer directory.Close()
	defer context.AfterFunc(ctx, func() { _ = directory.Close() })()
	if err := directory.Bind(conn.SystemAccountDN, conn.SystemAccountPassword); err != nil {
		return nil, ldapProblem("it does not let the system account in", err)
	}
	entry, err := search(directory, conn, request.LoginID)
	if err != nil || entry == nil {
		return nil, err
	}
	err = directory.Bind(entry.DN, request.Password.Reveal())
	switch {
	case ldap.IsErrorWithCode(err, ldap.LDAPResultInvalidCredentials):
		return nil, nil //nolint:nilnil // documented above
	case err != nil:
		return nil, ldapProblem("it refuses to check the password", err)
	}
	return entry, nil
}

func (c *Connectors) dial(ctx context.Context, to receiver, conn *fa.Connector) (*ldap.Conn, error) {
	u, err := url.Parse(conn.AuthenticationURL)
	if err != nil {
		return nil, errors.New("the authentication URL cannot be used")
	}
	config, err := to.tls()
	if err != nil {
		return nil, err
	}
	config.ServerName, config.RootCAs = u.Hostname(), c.Roots
	dialer := newDialer(to, c.AllowPrivate)
	if deadline, ok := ctx.Deadline(); ok {
		dialer.Deadline = deadline
	}
	directory, err := ldap.DialURL(conn.AuthenticationURL, ldap.DialWithDialer(dialer), ldap.DialWithTLSConfig(config))
	if err != nil {
		return nil, err
	}
	directory.SetTimeout(to.read)
	if conn.SecurityMethod == fa.SecurityStartTLS {
		if err := directory.StartTLS(config); err != nil {
			return nil, errors.Join(err, directory.Close())
		}
	}
	return directory, nil
}

// search finds the one entry that has the login id. More than one is as good as
// none, and a mistake in the directory.
func search(directory *ldap.Conn, conn *fa.Connector, loginID string) (*ldap.Entry, error) {
	filter := fmt.Sprintf("(%s=%s)", conn.LoginIDAttribute, ldap.EscapeFilter(loginID))
	seconds := int((time.Duration(conn.ReadTimeout)*time.Millisecond + time.Second - 1) / time.Second)
	attributes := slices.Concat(conn.RequestedAttributes, []string{conn.IdentifyingAttribute, conn.LoginIDAttribute})
	found, err := directory.Search(ldap.NewSearchRequest(conn.BaseStructure, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 2, seconds, false, filter, attributes, nil))
	switch {
	case ldap.IsErrorWithCode(err, ldap.LDAPResultSizeLimitExceeded), err == nil && len(found.Entries) > 1:
		return nil, errors.New("more than one entry has the login id")
	case ldap.IsErrorWithCode(err, ldap.LDAPResultNoSuchObject), err == nil && len(found.Entries) == 0:
		return nil, nil //nolint:nilnil // nobody
	case err != nil:
		return nil, ldapProblem("it cannot be searched", err)
	}
	entry := found.Entries[0]
	if name, _, _ := strings.Cut(entry.DN, "="); !strings.EqualFold(strings.TrimSpace(name), conn.IdentifyingAttribute) {
		return nil, fmt.Errorf("the name of the entry begins with [%s], not with the identifying attribute", name)
	}
	return entry, nil
}

// ldapProblem says what went wrong without the directory's own text, which may
// quote names.
func ldapProblem(what string, err error) error {
	if errors.Is(err, errPrivate) {
		return errPrivate
	}
	if refused, ok := errors.AsType[*ldap.Error](err); ok && refused.ResultCode != ldap.ErrorNetwork {
		return fmt.Errorf("%s: %s (code %d)", what, ldap.LDAPResultCodeMap[refused.ResultCode], refused.ResultCode)
	}
	var network *net.OpError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &certificate):
		return fmt.Errorf("%s: it cannot be trusted: %w", what, certificate)
	case errors.As(err, &network):
		return fmt.Errorf("%s: %w", what, network)
	}
	return fmt.Errorf("%s: it does not answer as a directory does, or not in time", what)
}

// attributesOf is an entry as lambdas see it: a text for one value, a list for
// several, and base64 for what is no text.
func attributesOf(entry *ldap.Entry) map[string]any {
	all := map[string]any{"dn": entry.DN}
	for _, a := range entry.Attributes {
		values := make([]any, len(a.ByteValues))
		for i, raw := range a.ByteValues {
			if values[i] = string(raw); !utf8.Valid(raw) || strings.HasSuffix(a.Name, ";binary") {
				values[i] = base64.StdEncoding.EncodeToString(raw)
			}
		}
		switch len(values) {
		case 0:
		case 1:
			all[a.Name] = values[0]
		default:
			all[a.Name] = values
		}
	}
	return all
}

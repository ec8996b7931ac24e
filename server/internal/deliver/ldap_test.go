package deliver

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/jimlambrt/gldap"

	"wherry/internal/secret"
	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// directory is an LDAP server with Ada in it.
type directory struct {
	mu      sync.Mutex
	filters []string
	binds   []string
	answer  func(filter string) []string // the names of the entries that are found
	mute    bool                         // says nothing when it is searched
}

const (
	base       = "ou=people,dc=example,dc=com"
	adaDN      = "uid=ada," + base
	systemDN   = "cn=system,dc=example,dc=com"
	systemPass = "made-up-system-password"
)

func (d *directory) bind(w *gldap.ResponseWriter, r *gldap.Request) {
	resp := r.NewBindResponse(gldap.WithResponseCode(gldap.ResultInvalidCredentials), gldap.WithDiagnosticMessage("no such person: "+adaDN))
	defer func() { _ = w.Write(resp) }()
	m, err := r.GetSimpleBindMessage()
	if err != nil {
		return
	}
	d.mu.Lock()
	d.binds = append(d.binds, m.UserName)
	d.mu.Unlock()
	if m.UserName == systemDN && m.Password == systemPass || m.UserName == adaDN && string(m.Password) == plain {
		resp.SetResultCode(gldap.ResultSuccess)
	}
}

func (d *directory) search(w *gldap.ResponseWriter, r *gldap.Request) {
	if d.mute {
		return
	}
	resp := r.NewSearchDoneResponse()
	defer func() { _ = w.Write(resp) }()
	m, err := r.GetSearchMessage()
	if err != nil {
		return
	}
	d.mu.Lock()
	d.filters = append(d.filters, m.BaseDN+" "+m.Filter)
	d.mu.Unlock()
	for _, dn := range d.answer(m.Filter) {
		_ = w.Write(r.NewSearchResponseEntry(dn, gldap.WithAttributes(map[string][]string{
			"uid": {"ada"}, "mail": {"ada@example.com"}, "memberOf": {"a", "b"}, "objectGUID": {"\xff\x00"},
		})))
	}
	resp.SetResultCode(gldap.ResultSuccess)
}

func onlyAda(filter string) []string {
	if filter == "(mail=ada@example.com)" {
		return []string{adaDN}
	}
	return nil
}

// certificate is a server's, for 127.0.0.1, and whom it is trusted by.
func certificate(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	s := httptest.NewUnstartedServer(nil)
	s.StartTLS()
	defer s.Close()
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return &tls.Config{Certificates: s.TLS.Certificates, MinVersion: tls.VersionTLS12}, roots
}

// serve runs the directory and returns its address.
func (d *directory) serve(t *testing.T, config *tls.Config, secure bool) string {
	t.Helper()
	s, err := gldap.NewServer(gldap.WithLogger(hclog.NewNullLogger()))
	if err != nil {
		t.Fatal(err)
	}
	mux, err := gldap.NewMux()
	if err != nil {
		t.Fatal(err)
	}
	starts := func(w *gldap.ResponseWriter, r *gldap.Request) {
		resp := r.NewExtendedResponse(gldap.WithResponseCode(gldap.ResultSuccess))
		resp.SetResponseName(gldap.ExtendedOperationStartTLS)
		_ = w.Write(resp)
		_ = r.StartTLS(config)
	}
	if err := errors.Join(mux.Bind(d.bind), mux.Search(d.search), mux.ExtendedOperation(starts, gldap.ExtendedOperationStartTLS), s.Router(mux)); err != nil {
		t.Fatal(err)
	}
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := ln.Addr().String()
	_ = ln.Close() // gldap opens it itself
	var options []gldap.Option
	if secure {
		options = append(options, gldap.WithTLSConfig(config))
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Run(address, options...) }()
	t.Cleanup(func() { _, _ = s.Stop(), <-ended })
	for !s.Ready() {
		time.Sleep(5 * time.Millisecond)
	}
	return address
}

// reconciler makes users as a simple lambda does.
type reconciler struct{ err error }

func (r reconciler) ReconcileUser(_ context.Context, _ fa.ID, u *fa.User, _ *fa.Registration, sources ...any) error {
	attributes := sources[0].(map[string]any)
	u.ID, u.Active = userID, true
	u.Email, _ = attributes["mail"].(string)
	u.Data = fa.Data{"seen": []byte(fmt.Sprintf("%q", fmt.Sprint(attributes["memberOf"], attributes["objectGUID"], attributes["dn"])))}
	return r.err
}

func ldapConnector(address, method string) *fa.Connector {
	scheme := "ldap://"
	if method == fa.SecurityLDAPS {
		scheme = "ldaps://"
	}
	c := connector(scheme + address)
	c.Type, c.SecurityMethod, c.BaseStructure, c.LoginIDAttribute, c.IdentifyingAttribute = fa.ConnectorLDAP, method, base, "mail", "uid"
	c.SystemAccountDN, c.SystemAccountPassword, c.RequestedAttributes, c.Debug = systemDN, systemPass, []string{"uid", "mail", "memberOf", "objectGUID"}, true
	return c
}

func TestLDAP(t *testing.T) {
	t.Parallel()
	config, roots := certificate(t)
	for _, method := range []string{fa.SecurityNone, fa.SecurityLDAPS, fa.SecurityStartTLS} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			d := &directory{answer: onlyAda}
			c := ldapConnector(d.serve(t, config, method == fa.SecurityLDAPS), method)
			connectors, log := newConnectors(true)
			connectors.Lambdas, connectors.Roots = reconciler{}, roots
			ask := func(loginID, password string) (*fa.User, error) {
				return connectors.Authenticate(t.Context(), c, identity.ConnectorRequest{LoginID: loginID, Password: secret.String(password)})
			}
			user, err := ask("ada@example.com", plain)
			if err != nil || user.Email != "ada@example.com" || string(user.Data["seen"]) != `"[a b]/wA=`+adaDN+`"` {
				t.Fatalf("got %+v, %v, %v", user, err, log.entries)
			}
			for _, wrong := range [][2]string{{"ada@example.com", "wrong"}, {"nobody@example.com", plain}, {"*", plain}, {"ada@example.com)(uid=*", plain}} {
				if _, err := ask(wrong[0], wrong[1]); !errors.Is(err, identity.ErrCredentials) {
					t.Errorf("%v: %v", wrong, err)
				}
			}
			if want := base + ` (mail=\2a)`; d.filters[3] != want || !strings.HasSuffix(d.filters[4], `(mail=ada@example.com\29\28uid=\2a)`) {
				t.Errorf("filters: %q", d.filters)
			}
			for _, e := range log.entries {
				if e.Type != fa.EventDebug || strings.Contains(e.Message, systemPass) || strings.Contains(e.Message, plain) {
					t.Errorf("logged %v", e)
				}
			}
		})
	}
}

func TestLDAPFailures(t *testing.T) {
	t.Parallel()
	config, roots := certificate(t)
	for name, tt := range map[string]struct {
		change func(c *fa.Connector, d *directory, all *Connectors)
		want   string
	}{
		"system account": {func(c *fa.Connector, _ *directory, _ *Connectors) { c.SystemAccountPassword = "wrong-system" }, "does not let the system account in: Invalid Credentials (code 49)"},
		"two entries": {func(_ *fa.Connector, d *directory, _ *Connectors) {
			d.answer = func(string) []string { return []string{adaDN, "uid=b," + base} }
		}, "more than one entry"},
		"another name": {func(_ *fa.Connector, d *directory, _ *Connectors) {
			d.answer = func(string) []string { return []string{"cn=ada," + base} }
		}, "begins with [cn]"},
		"lambda":          {func(_ *fa.Connector, _ *directory, all *Connectors) { all.Lambdas = reconciler{errors.New("no")} }, "the reconcile lambda made no user"},
		"nobody there":    {func(c *fa.Connector, _ *directory, _ *Connectors) { c.AuthenticationURL = "ldap://127.0.0.1:1" }, "it cannot be reached"},
		"says nothing":    {func(c *fa.Connector, d *directory, _ *Connectors) { d.mute, c.ReadTimeout = true, 50 }, "it cannot be searched"},
		"private address": {func(_ *fa.Connector, _ *directory, all *Connectors) { all.AllowPrivate = false }, "--allow-private-connectors"},
		"unknown certificate": {func(c *fa.Connector, _ *directory, all *Connectors) {
			c.SecurityMethod, all.Roots = fa.SecurityStartTLS, x509.NewCertPool()
		}, "it cannot be reached"},
		"no TLS where it is due": {func(c *fa.Connector, _ *directory, _ *Connectors) {
			c.AuthenticationURL = strings.Replace(c.AuthenticationURL, "ldap:", "ldaps:", 1)
		}, "it cannot be reached"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := &directory{answer: onlyAda}
			connectors, log := newConnectors(true)
			connectors.Lambdas, connectors.Roots = reconciler{}, roots
			c := ldapConnector(d.serve(t, config, false), fa.SecurityNone)
			c.Debug = false
			tt.change(c, d, connectors)
			user, err := connectors.Authenticate(t.Context(), c, identity.ConnectorRequest{LoginID: "ada@example.com", Password: plain})
			if user != nil || !errors.Is(err, identity.ErrCredentials) || len(log.entries) != 1 || !strings.Contains(log.entries[0].Message, tt.want) {
				t.Errorf("got %v, %v, logged %v", user, err, log.entries)
			}
		})
	}
}

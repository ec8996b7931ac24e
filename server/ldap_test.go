package server_test

import (
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/jimlambrt/gldap"

	"wherry/server"
)

const reconcileID = "1a000000-0000-0000-0000-000000000003"

// newDirectory is an LDAP server with Ada in it; it returns its address.
func newDirectory(t *testing.T) string {
	t.Helper()
	const adaDN = "uid=ada,ou=people,dc=example,dc=com"
	bind := func(w *gldap.ResponseWriter, r *gldap.Request) {
		resp := r.NewBindResponse(gldap.WithResponseCode(gldap.ResultInvalidCredentials))
		if m, err := r.GetSimpleBindMessage(); err == nil {
			switch m.UserName + " " + string(m.Password) {
			case "cn=system made-up-system-password", adaDN + " " + password:
				resp.SetResultCode(gldap.ResultSuccess)
			}
		}
		_ = w.Write(resp)
	}
	search := func(w *gldap.ResponseWriter, r *gldap.Request) {
		if m, err := r.GetSearchMessage(); err == nil && m.Filter == "(mail=ada@example.com)" {
			_ = w.Write(r.NewSearchResponseEntry(adaDN, gldap.WithAttributes(map[string][]string{
				"mail": {"ada@example.com"}, "givenName": {"Ada"}, "entryUUID": {"00000000-0000-0000-0000-00000000ada0"},
			})))
		}
		_ = w.Write(r.NewSearchDoneResponse(gldap.WithResponseCode(gldap.ResultSuccess)))
	}
	s, err := gldap.NewServer(gldap.WithLogger(hclog.NewNullLogger()))
	if err != nil {
		t.Fatal(err)
	}
	mux, err := gldap.NewMux()
	if err != nil {
		t.Fatal(err)
	}
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err := errors.Join(err, mux.Bind(bind), mux.Search(search), s.Router(mux)); err != nil {
		t.Fatal(err)
	}
	address := ln.Addr().String()
	_ = ln.Close() // gldap opens it itself
	ended := make(chan error, 1)
	go func() { ended <- s.Run(address) }()
	t.Cleanup(func() { _, _ = s.Stop(), <-ended })
	for !s.Ready() {
		time.Sleep(5 * time.Millisecond)
	}
	return address
}

func TestSignInThroughADirectory(t *testing.T) {
	t.Parallel()
	i := open(t, server.Config{Data: kickstartedData(t), Key: sampleKey, AllowPrivateConnectors: true})
	const id = "eeeeeeee-0000-0000-0000-00000000001d"
	i.lambda(t, reconcileID, "LDAPConnectorReconcile", `function reconcile(user, attributes) {
		user.id = attributes.entryUUID; user.email = attributes.mail; user.firstName = attributes.givenName; user.active = true;
		user.registrations = [{applicationId: "`+applicationID+`"}];
	}`)
	i.do(`POST /api/connector/` + id + ` {"connector":{"name":"Directory","type":"LDAP","debug":true,"authenticationURL":"ldap://` + newDirectory(t) + `","connectTimeout":5000,"readTimeout":5000,
		"securityMethod":"None","baseStructure":"ou=people,dc=example,dc=com","systemAccountDN":"cn=system","systemAccountPassword":"made-up-system-password",
		"loginIdAttribute":"mail","identifyingAttribute":"uid","requestedAttributes":["mail","givenName","entryUUID"],"lambdaConfiguration":{"reconcileId":"` + reconcileID + `"}}}`).must(t)
	i.do(`PATCH /api/tenant/` + tenantID + ` {"tenant":{"connectorPolicies":[{"connectorId":"` + id + `","migrate":true}]}}`).must(t)
	if r := i.do(login("ada@example.com", "wrong")); r.status != http.StatusNotFound {
		t.Errorf("a wrong password: status %d: %s", r.status, r.body)
	}
	r := i.do(login("ada@example.com", password)).must(t)
	r.want(t, values{"user.id": "00000000-0000-0000-0000-00000000ada0", "user.firstName": "Ada", "user.connectorId": connectorID})
	if got := claims(t, r.text("token")); got["authenticationType"] != "LDAP_CONNECTOR" {
		t.Errorf("claims: %v", got)
	}
	i.do(login("ada@example.com", password)).must(t)
	if strings.Count(i.do("GET /api/system/event-log/search?numberOfResults=500").body, "vouches for the login id.") != 1 {
		t.Error("the directory was asked about somebody who has come across")
	}
	i.nothingLeaks(t, password, "made-up-system-password")
}

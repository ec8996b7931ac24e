package server_test

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/jimlambrt/gldap"

	"wherry/internal/need"
	"wherry/server"
)

const reconcileID = "1a000000-0000-0000-0000-000000000003"

// directory is an LDAP server with Ada in it.
type directory struct{ address, base, system string }

// systemPassword is the one of the directory's system account.
const systemPassword = "made-up-system-password"

// newDirectory is a directory of our own making.
func newDirectory(t *testing.T) directory {
	t.Helper()
	const base = "ou=people,dc=example,dc=com"
	const adaDN = "uid=ada," + base
	bind := func(w *gldap.ResponseWriter, r *gldap.Request) {
		resp := r.NewBindResponse(gldap.WithResponseCode(gldap.ResultInvalidCredentials))
		if m, err := r.GetSimpleBindMessage(); err == nil {
			switch m.UserName + " " + string(m.Password) {
			case "cn=system " + systemPassword, adaDN + " " + password:
				resp.SetResultCode(gldap.ResultSuccess)
			}
		}
		_ = w.Write(resp)
	}
	search := func(w *gldap.ResponseWriter, r *gldap.Request) {
		if m, err := r.GetSearchMessage(); err == nil && m.Filter == "(mail=ada@example.com)" {
			_ = w.Write(r.NewSearchResponseEntry(adaDN, gldap.WithAttributes(map[string][]string{
				"mail": {"ada@example.com"}, "givenName": {"Ada"}, "cn": {"00000000-0000-0000-0000-00000000ada0"},
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
	return directory{address, base, "cn=system"}
}

// slapdConf has a schema of its own, so it needs no files of the installation.
const slapdConf = `modulepath %[2]s
moduleload back_mdb
pidfile %[1]s/slapd.pid
attributetype ( 0.9.2342.19200300.100.1.3 NAME 'mail' EQUALITY caseIgnoreIA5Match SYNTAX 1.3.6.1.4.1.1466.115.121.1.26 )
attributetype ( 2.5.4.42 NAME 'givenName' SUP name )
objectclass ( 1.3.6.1.4.1.99999.1 NAME 'madeUpPeople' SUP top STRUCTURAL MUST cn )
objectclass ( 1.3.6.1.4.1.99999.2 NAME 'madeUpPerson' SUP top STRUCTURAL MUST uid MAY ( cn $ mail $ givenName $ userPassword ) )
database mdb
suffix "cn=people"
rootdn "cn=system,cn=people"
rootpw %[3]s
directory %[1]s
access to attrs=userPassword by anonymous auth by * none
access to * by * none
`

const slapdPeople = `dn: cn=people
objectClass: madeUpPeople
cn: people

dn: uid=ada,cn=people
objectClass: madeUpPerson
uid: ada
mail: ada@example.com
givenName: Ada
cn: 00000000-0000-0000-0000-00000000ada0
userPassword: %s

dn: uid=eve,cn=people
objectClass: madeUpPerson
uid: eve
mail: eve@example.com
cn: 00000000-0000-0000-0000-0000000000e0
userPassword: another made-up password
`

// newSlapd is OpenLDAP's server.
func newSlapd(t *testing.T) directory {
	t.Helper()
	slapd := need.Program(t, "apt-get install slapd", "slapd", "/usr/sbin/slapd")
	modules := "/usr/lib/ldap"
	if own := filepath.Join(filepath.Dir(slapd), "../lib/ldap"); slapd != "/usr/sbin/slapd" {
		modules = own
	}
	dir := t.TempDir()
	conf, people := filepath.Join(dir, "slapd.conf"), filepath.Join(dir, "people.ldif")
	if err := errors.Join(
		os.WriteFile(conf, fmt.Appendf(nil, slapdConf, dir, modules, systemPassword), 0o600),
		os.WriteFile(people, fmt.Appendf(nil, slapdPeople, password), 0o600),
	); err != nil {
		t.Fatal(err)
	}
	if said, err := exec.CommandContext(t.Context(), slapd, "-T", "add", "-f", conf, "-l", people).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := ln.Addr().String()
	_ = ln.Close() // slapd opens it itself
	cmd := exec.CommandContext(t.Context(), slapd, "-f", conf, "-h", "ldap://"+address, "-d", "0")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = cmd.Process.Kill(), cmd.Wait() })
	eventually(t, "slapd answers", func() bool {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	})
	return directory{address, "cn=people", "cn=system,cn=people"}
}

// TestSignInThroughADirectory: one that we have made ourselves, and a real one.
func TestSignInThroughADirectory(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(*testing.T) directory{"ours": newDirectory, "slapd": newSlapd} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			signInThrough(t, open(t))
		})
	}
}

func signInThrough(t *testing.T, d directory) {
	t.Helper()
	i := open(t, server.Config{Data: kickstartedData(t), Key: sampleKey, AllowPrivateConnectors: true})
	const id = "eeeeeeee-0000-0000-0000-00000000001d"
	i.lambda(t, reconcileID, "LDAPConnectorReconcile", `function reconcile(user, attributes) {
		user.id = attributes.cn; user.email = attributes.mail; user.firstName = attributes.givenName; user.active = true;
		user.registrations = [{applicationId: "`+applicationID+`"}];
	}`)
	i.do(`POST /api/connector/` + id + ` {"connector":{"name":"Directory","type":"LDAP","debug":true,"authenticationURL":"ldap://` + d.address + `","connectTimeout":5000,"readTimeout":5000,
		"securityMethod":"None","baseStructure":"` + d.base + `","systemAccountDN":"` + d.system + `","systemAccountPassword":"` + systemPassword + `",
		"loginIdAttribute":"mail","identifyingAttribute":"uid","requestedAttributes":["mail","givenName","cn"],"lambdaConfiguration":{"reconcileId":"` + reconcileID + `"}}}`).must(t)
	i.do(`PATCH /api/tenant/` + tenantID + ` {"tenant":{"connectorPolicies":[{"connectorId":"` + id + `","migrate":true}]}}`).must(t)
	for _, typed := range [][2]string{
		{"ada@example.com", "wrong"}, {"ada@example.com", "another made-up password"}, {"*", password}, {"ada@example.com)(uid=*", password}, {"nobody@example.com", password},
	} {
		if r := i.do(login(typed[0], typed[1])); r.status != http.StatusNotFound {
			t.Errorf("%s: status %d: %s", typed, r.status, r.body)
		}
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
	i.nothingLeaks(t, password, systemPassword)
}

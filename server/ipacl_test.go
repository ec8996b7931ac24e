package server_test

import (
	"net/http"
	"net/url"
	"testing"
)

// The lists of these tests: one has the address that requests come from, the
// other has not.
const (
	hereID, elsewhereID = "77777777-0000-0000-0000-000000000001", "77777777-0000-0000-0000-000000000002"
	listHere            = "POST /api/ip-acl/" + hereID + ` {"ipAccessControlList":{"name":"Here","entries":[{"action":"Block","startIPAddress":"*"},` +
		`{"action":"Allow","startIPAddress":"192.0.2.0","endIPAddress":"192.0.2.255"}]}}`
	listElsewhere = "POST /api/ip-acl/" + elsewhereID + ` {"ipAccessControlList":{"name":"Elsewhere","entries":[{"action":"Block","startIPAddress":"*"},` +
		`{"action":"Allow","startIPAddress":"203.0.113.5"}]}}`
)

// TestAPIKeysFromAddresses: a key is good from where its list allows it, whatever
// a request says about its address.
func TestAPIKeysFromAddresses(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		i.do(listHere).must(t)
		i.do(listElsewhere).must(t)
		key := func(list string) string {
			return i.send(call{do: `POST /api/api-key {"apiKey":{"ipAccessControlListId":"` + list + `"}}`, as: managerKey}).must(t).text("apiKey.key")
		}
		use := func(key string, status int) {
			t.Helper()
			r := i.send(call{do: "GET /api/user/" + janeID, as: key, header: http.Header{"X-Forwarded-For": {"203.0.113.5"}}})
			if r.status != status {
				t.Errorf("status %d, want %d: %s", r.status, status, r.body)
			}
		}
		here, elsewhere := key(hereID), key(elsewhereID)
		use(here, 200)
		use(elsewhere, 401)
		i.do("PUT /api/ip-acl/" + elsewhereID + ` {"ipAccessControlList":{"name":"Everywhere","entries":[{"action":"Allow","startIPAddress":"*"}]}}`).must(t)
		use(elsewhere, 200)
		i.do("DELETE /api/ip-acl/" + hereID).must(t)
		use(here, 401)
	})
}

// TestPagesFromAddresses: the application's list decides, and else the tenant's.
func TestPagesFromAddresses(t *testing.T) {
	t.Parallel()
	i := start(t)
	i.do(listHere).must(t)
	i.do(listElsewhere).must(t)
	set := func(what, id, list string) {
		i.do("PATCH /api/" + what + "/" + id + ` {"` + what + `":{"accessControlConfiguration":{"uiIPAccessControlListId":"` + list + `"}}}`).must(t)
	}
	p := i.account(t)
	login := i.showForm(authorization()).page(t, "login", 200, `name="password"`)
	change := i.do(`POST /api/user/forgot-password {"loginId":"jane","sendForgotPasswordEmail":false}`).must(t).text("changePasswordId")
	const refused = "cannot be used from where you are"
	check := func(name string, refuses bool) {
		t.Helper()
		pages := map[string]func() response{
			"login": func() response { return i.showForm(authorization()) },
			"login sent": func() response {
				return i.sendForm(next(login, map[string]string{"loginId": "jane", "password": password}))
			},
			"account":         func() response { return p.visit("/account", nil) },
			"forgot":          func() response { return i.browse("/password/forgot?client_id="+applicationID, nil) },
			"change password": func() response { return i.browse("/password/change/"+change, nil) },
		}
		if refuses {
			pages["changed password"] = func() response {
				return i.browse("/password/change/"+change, url.Values{"password": {anotherPassword}, "passwordConfirm": {anotherPassword}})
			}
		}
		for page, open := range pages {
			if r := open(); refuses != (r.status == http.StatusForbidden) {
				t.Errorf("%s, %s: status %d: %s", name, page, r.status, r.body)
			} else if refuses {
				r.page(t, page, http.StatusForbidden, refused)
			}
		}
	}
	check("no list", false)
	set("tenant", tenantID, hereID)
	check("the tenant's, here", false)
	set("tenant", tenantID, elsewhereID)
	check("the tenant's, elsewhere", true)
	set("application", applicationID, hereID)
	i.showForm(authorization()).page(t, "the application's, here", 200, `name="password"`)
	set("tenant", tenantID, hereID)
	set("application", applicationID, elsewhereID)
	i.showForm(authorization()).page(t, "the application's, elsewhere", 403, refused)
	i.browse("/password/change/"+change, nil).page(t, "of no application", 200, "password")
	i.do(`POST /api/login {"loginId":"jane","password":"` + password + `"}`).must(t) // the API has keys for that
}

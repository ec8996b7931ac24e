package server_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// linkTo finds the address behind a link with that text on a page.
func linkTo(t *testing.T, page response, text string) string {
	t.Helper()
	for _, found := range strings.Split(page.body, "<a ")[1:] {
		if link, _, _ := strings.Cut(found, "</a>"); strings.HasSuffix(link, ">"+text) {
			_, rest, _ := strings.Cut(link, `href="`)
			href, _, _ := strings.Cut(rest, `"`)
			return strings.NewReplacer("&amp;", "&", "&#43;", "+").Replace(href)
		}
	}
	t.Fatalf("no link says %q: %s", text, page.body)
	return ""
}

// TestPendingLink: whoever has signed in upstream says here who of ours that is.
func TestPendingLink(t *testing.T) {
	t.Parallel()
	onEachFederated(t, "CreatePendingLink", "", func(t *testing.T, f federated) {
		open := func(to string, cookies []string) response {
			return f.send(call{do: "GET " + to, as: noKey, header: http.Header{"Cookie": {strings.Join(cookies, "; ")}}})
		}
		arrive := func() (login string, cookies []string) {
			back, cookies := f.away(t)
			page := f.comeBack(back, cookies).page(t, "who is it", 200, "You have logged in with Upstream as jane.upstream@example.com.")
			return linkTo(t, page, "Log in with my account"), cookies
		}
		submit := func(page response, cookies []string) response {
			return f.sendFormTo("/oauth2/authorize", next(page, map[string]string{"loginId": "jane", "password": password}), strings.Join(cookies, "; "))
		}
		links := func() string {
			return f.do("GET /api/identity-provider/link?userId=" + janeID).must(t).text("identityProviderLinks.0.identityProviderUserId")
		}

		login, cookies := arrive()
		if open(login, nil).page(t, "elsewhere", 200, `name="password"`); strings.Contains(open(login, nil).body, "to connect Upstream") {
			t.Error("another browser is told of the link")
		}
		// Somebody else's pending link must not become a part of the account of
		// whoever follows an address.
		submit(open(login, nil), nil).page(t, "in another browser", 403, "Connecting the accounts took too long")
		if links() != "" {
			t.Fatal("linked to somebody else")
		}
		submit(open(login, cookies).page(t, "log in", 200, "Log in to connect Upstream with your account."), cookies).backWithCode(t, "linked")
		if links() != f.up.theirs {
			t.Fatal("not linked")
		}
		f.signIn(t).backWithCode(t, "with the link")
		submit(open(login, cookies), cookies).page(t, "a second time", 403, "Connecting the accounts took too long")

		f.do("DELETE /api/identity-provider/link?identityProviderId=" + upstreamID + "&identityProviderUserId=" + f.up.theirs + "&userId=" + janeID).must(t)
		login, cookies = arrive()
		if page := open(login+"&cancelPendingIdpLink=true", cookies); strings.Contains(page.body, "pendingIdPLinkId") {
			t.Error("cancelled, and still there")
		}

		// A factor and a verification on the way do not lose it.
		f.do(withAuthenticator).must(t)
		asked := submit(open(login, cookies), cookies).page(t, "factor", 200, "authenticator app")
		f.sendFormTo(formOfFactor, next(asked, map[string]string{"code": f.shown(t)}), strings.Join(cookies, "; ")).backWithCode(t, "after the factor")
		if links() != f.up.theirs {
			t.Error("not linked after the factor")
		}

		// Whoever has no account makes one.
		f.do("DELETE /api/identity-provider/link?identityProviderId=" + upstreamID + "&identityProviderUserId=" + f.up.theirs + "&userId=" + janeID).must(t)
		f.do(selfService).must(t)
		back, cookies := f.away(t)
		page := f.comeBack(back, cookies).page(t, "who is it", 200, "Create an account")
		form := open(linkTo(t, page, "Create an account"), cookies).page(t, "register", 200, `name="user.password"`)
		f.sendFormTo("/oauth2/register", next(form, map[string]string{
			"user.email": "new@example.com", "user.lastName": "New", "user.password": password, "passwordConfirm": password,
		}), strings.Join(cookies, "; ")).backWithCode(t, "registered")
		f.user(t).want(t, values{"user.email": "new@example.com"})
	})
}

// TestPendingLinkByAPI: the application asks who it is.
func TestPendingLinkByAPI(t *testing.T) {
	t.Parallel()
	f := newForeigner(t)
	onEach(t, func(t *testing.T, i *instance) {
		i.do(f.importKey(t)).must(t)
		i.do(makeForeign("CreatePendingLink", `,"tenantConfiguration":{"`+tenantID+`":{"limitUserLinkCount":{"enabled":true,"maximumLinks":1}}}`)).must(t)
		pending := func(sub string) string {
			r := i.anonymously(reconcile(f.token(t, map[string]any{"sub": sub, "email": "new@example.com", "preferred_username": "new"}, nil), ""))
			return r.must(t).text("pendingIdPLinkId")
		}
		first, second := pending("42"), pending("43")
		const path = " /api/identity-provider/link"
		i.do("GET"+path+"/pending/"+first+"?userId="+janeID).must(t).want(t, values{
			"pendingIdPLink": values{
				"displayName": "new@example.com", "email": "new@example.com", "username": "new", "identityProviderId": foreignID,
				"identityProviderName": "Foreign", "identityProviderType": "ExternalJWT", "identityProviderUserId": "42",
			},
			"linkCount": 0, "identityProviderTenantConfiguration.limitUserLinkCount.maximumLinks": 1,
		})
		complete := func(id, user string) response {
			return i.do("POST" + path + ` {"pendingIdPLinkId":"` + id + `","identityProviderLink":{"userId":"` + user + `"}}`)
		}
		if r := complete(first, nobodyID); r.status != http.StatusNotFound {
			t.Errorf("for nobody: status %d: %s", r.status, r.body)
		}
		complete(first, janeID).must(t).want(t, values{"identityProviderLink.identityProviderUserId": "42", "identityProviderLink.userId": janeID, "identityProviderLink.displayName": "new@example.com"})
		if r := complete(first, janeID); r.codes() != "[invalid]pendingIdPLinkId" {
			t.Errorf("again: status %d: %s", r.status, r.body)
		}
		if r := complete(second, janeID); r.codes() != "[LinkCountExceeded]" {
			t.Errorf("more than are allowed: status %d: %s", r.status, r.body)
		}
		if r := i.do("GET" + path + "/pending/" + first); r.status != http.StatusNotFound {
			t.Errorf("used: status %d: %s", r.status, r.body)
		}
		i.anonymously(reconcile(f.token(t, map[string]any{"sub": "42"}, nil), "")).must(t).want(t, values{"user.id": janeID})
	})
}

// TestManagedDomains: whoever has an address of the domain goes to the provider.
func TestManagedDomains(t *testing.T) {
	t.Parallel()
	onEachFederated(t, "LinkByEmail", `,"domains":["corp.example.com"]`, func(t *testing.T, f federated) {
		first := f.showForm(authorization()).page(t, "login page", 200, "Continue")
		if strings.Contains(first.body, "Log in upstream") || strings.Contains(first.body, `name="password"`) {
			t.Errorf("the page has a button, or asks for a password: %s", first.body)
		}
		give := func(loginID string) response {
			return f.sendFormTo("/oauth2/authorize", next(first, map[string]string{"loginId": loginID}))
		}
		give("jane@example.com").page(t, "another domain", 200, `name="password"`)
		give("jane@sub.corp.example.com").page(t, "below the domain", 200, `name="password"`)
		onward := give("Jane@Corp.Example.com").page(t, "the domain", 200, "You are taken further.")
		to := strings.TrimPrefix(onward.header.Get("Refresh"), "0; url=")
		away := f.send(call{do: "GET " + to, as: noKey})
		if there := away.header.Get("Location"); away.status != http.StatusFound || !strings.HasPrefix(there, strings.TrimSuffix(f.up.issuer, "/"+tenantID)+"/oauth2/authorize?") || !strings.Contains(there, "login_hint=Jane%40Corp.Example.com") {
			t.Fatalf("status %d, sent to %q", away.status, there)
		}
		f.comeBack(f.up.signIn(t, away.header.Get("Location")), cookiesOf(away)).backWithCode(t, "at the end")
		for _, hint := range []string{"jane@corp.example.com", "corp.example.com"} {
			if r := f.showForm(with(authorization(), "login_hint", hint)); r.status != http.StatusFound {
				t.Errorf("hint %s: status %d", hint, r.status)
			}
		}
		f.showForm(with(authorization(), "login_hint", "jane@example.com")).page(t, "another hint", 200, `name="password"`)
		none := f.showForm(with(with(authorization(), "prompt", "none"), "idp_hint", upstreamID))
		if to, _ := url.Parse(none.header.Get("Location")); to.Query().Get("error") != "login_required" {
			t.Errorf("nobody may be asked: sent to %q", to)
		}
	})
}

// TestFirstSignInsAtOnce: one person is one user.
func TestFirstSignInsAtOnce(t *testing.T) {
	t.Parallel()
	f := newForeigner(t)
	for _, strategy := range []string{"LinkByEmail", "LinkByUsername", "LinkAnonymously"} {
		t.Run(strategy, func(t *testing.T) {
			t.Parallel()
			onEach(t, func(t *testing.T, i *instance) {
				i.do(f.importKey(t)).must(t)
				i.do(makeForeign(strategy, "")).must(t)
				do := reconcile(f.token(t, map[string]any{"email": "new@example.com", "preferred_username": "new"}, nil), "")
				answers := make([]response, 8)
				var all sync.WaitGroup
				for n := range answers {
					all.Go(func() { answers[n] = i.anonymously(do) })
				}
				all.Wait()
				for _, r := range answers {
					if id := answers[0].must(t).text("user.id"); r.must(t).text("user.id") != id {
						t.Errorf("%s and %s", id, r.text("user.id"))
					}
				}
				i.do("GET /api/user/search?queryString=*").must(t).want(t, values{"total": 3}) // the two who were there before
			})
		})
	}
}

// TestReconcileLambdas: a lambda makes of the claims what it wants, or keeps
// somebody out.
func TestReconcileLambdas(t *testing.T) {
	t.Parallel()
	f := newForeigner(t)
	onEach(t, func(t *testing.T, i *instance) {
		i.lambda(t, fromTokenID, "ExternalJWTReconcile", `function reconcile(user, registration, jwt) {
			user.firstName = jwt.given; user.id = "00000000-0000-0000-0000-000000000000"; user.tenantId = user.id; user.data.level = jwt.level;
			registration.roles.push("writer"); registration.data.by = jwt.sub;
			if (jwt.given === "Nobody") throw new Error("not this one");
		}`)
		i.do(f.importKey(t)).must(t)
		i.do(makeForeign("LinkByEmail", `,"attributeMappings":{"user.lastName":"given"},"lambdaConfiguration":{"reconcileId":"`+fromTokenID+`"}`)).must(t)
		sign := func(more map[string]any) response {
			return i.anonymously(reconcile(f.token(t, more, nil), ""))
		}
		made := sign(map[string]any{"email": "new@example.com", "given": "Neo", "level": 3}).must(t)
		made.want(t, values{
			"user.firstName": "Neo", "user.lastName": absent, "user.tenantId": tenantID, "user.data": values{"level": 3},
			"user.registrations.0.roles": []string{"reader", "writer"}, "user.registrations.0.data": values{"by": "their-42"},
		})
		sign(map[string]any{"given": "Trinity", "level": 4}).must(t).want(t, values{"user.id": made.text("user.id"), "user.firstName": "Trinity", "user.data": values{"level": 4}})
		if r := sign(map[string]any{"sub": "their-43", "email": "jane@example.com", "given": "Nobody"}); r.status != http.StatusBadRequest || r.codes() != "[LambdaFailed]" {
			t.Errorf("a lambda that throws: status %d: %s", r.status, r.body)
		}
		i.eventually(t, "not this one")
		i.do("GET /api/identity-provider/link?userId="+janeID).must(t).want(t, values{"identityProviderLinks": []string{}})
		i.do("GET /api/user/"+janeID).must(t).want(t, values{"user.firstName": "Jane"})
	})
}

package server_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// browse asks for a page, or posts a form to it.
func (i *instance) browse(path string, form url.Values) response {
	if form == nil {
		return i.anonymously("GET " + path)
	}
	return i.send(call{do: "POST " + path + " " + form.Encode(), as: noKey, kind: "application/x-www-form-urlencoded"})
}

// follow goes where an answer sends the browser.
func (i *instance) follow(t *testing.T, r response) response {
	t.Helper()
	if r.status != http.StatusFound {
		t.Fatalf("status %d: %s", r.status, r.body)
	}
	return i.browse(r.header.Get("Location"), nil)
}

var link = regexp.MustCompile(`href="(/[^"]*)"`)

func TestForgottenPasswordInTheBrowser(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		t.Helper()
		box := newPostbox(t)
		const authorize = "/oauth2/authorize?client_id=" + applicationID + "&response_type=code&redirect_uri=https%3A%2F%2Fapp.example.com%2Fcallback&state=s%261"
		if strings.Contains(i.browse(authorize, nil).body, "/password/forgot") {
			t.Error("without a template there is no link")
		}
		i.usePostbox(t, box)
		page := i.browse(authorize, nil).body
		forgot := ""
		for _, found := range link.FindAllStringSubmatch(page, -1) {
			if strings.HasPrefix(found[1], "/password/forgot") {
				forgot = strings.ReplaceAll(found[1], "&amp;", "&")
			}
		}
		if r := i.browse(forgot, nil); r.status != http.StatusOK || !strings.Contains(r.body, `name="loginId"`) {
			t.Fatalf("%s: status %d: %s", forgot, r.status, r.body)
		}
		if r := i.browse(forgot, url.Values{}); r.status != http.StatusBadRequest || !strings.Contains(r.body, "Enter your email") {
			t.Errorf("nothing typed: status %d", r.status)
		}
		nobody := i.browse(forgot, url.Values{"loginId": {"nobody@example.com"}})
		known := i.browse(forgot, url.Values{"loginId": {"jane@example.com"}})
		if nobody.header.Get("Location") != known.header.Get("Location") || i.follow(t, nobody).body != i.follow(t, known).body {
			t.Error("the pages tell who is there")
		}
		l := box.next(t)
		if l.value(t, "app") == "-" {
			t.Errorf("mail: %s", l.text)
		}
		query, _ := url.Parse(forgot)
		change := "/password/change/" + l.value(t, "id") + "?" + query.RawQuery
		if r := i.browse(change, nil); r.status != http.StatusOK || !strings.Contains(r.body, "Choose a new password") {
			t.Fatalf("status %d: %s", r.status, r.body)
		}
		next := func(password, again string) response {
			form := query.Query()
			form.Set("password", password)
			form.Set("passwordConfirm", again)
			return i.browse(change, form)
		}
		for problem, r := range map[string]response{"not the same": next("another made-up password", "another"), "too short": next("short", "short")} {
			if r.status != http.StatusBadRequest || !strings.Contains(r.body, problem) {
				t.Errorf("%s: status %d: %s", problem, r.status, r.body)
			}
		}
		done := next("another made-up password", "another made-up password")
		if to := done.header.Get("Location"); done.status != http.StatusFound || !strings.HasPrefix(to, "https://app.example.com/callback?code=") || !strings.Contains(to, "state=s%261") {
			t.Errorf("at the end: status %d, to %q: %s", done.status, to, done.body)
		}
		for what, r := range map[string]response{"used": next("a third made-up password", "a third made-up password"), "looked at": i.browse(change, nil)} {
			if r.status != http.StatusUnauthorized || !strings.Contains(r.body, "was used already") {
				t.Errorf("%s: status %d", what, r.status)
			}
		}
		if r := i.browse("/password/change/x", nil); r.status != http.StatusNotFound {
			t.Errorf("unknown: status %d", r.status)
		}
		i.do(login("jane", "another made-up password")).must(t)
	})
}

func TestPagesOfAForgottenPassword(t *testing.T) {
	t.Parallel()
	i := start(t)
	if r := i.browse("/password/forgot", url.Values{"loginId": {"jane"}}); r.status != http.StatusForbidden || !strings.Contains(r.body, "cannot be reset here") {
		t.Errorf("without a template: status %d: %s", r.status, r.body)
	}
	r := i.send(call{
		do: "POST /password/forgot loginId=jane", as: noKey, kind: "application/x-www-form-urlencoded",
		header: http.Header{"Sec-Fetch-Site": {"cross-site"}},
	})
	if r.status != http.StatusForbidden {
		t.Errorf("from another site: status %d", r.status)
	}
	for _, body := range []string{"loginId=%zz", "loginId=" + strings.Repeat("a", 100<<10)} {
		if r := i.send(call{do: "POST /password/forgot " + body, as: noKey, kind: "application/x-www-form-urlencoded"}); r.status != http.StatusNotFound {
			t.Errorf("%.20s: status %d", body, r.status)
		}
	}
	for _, path := range []string{"/password/forgot?tenantId=" + nobodyID, "/password/forgot?client_id=x&tenantId=%00", "/email/complete?client_id=a&redirect_uri=https://evil.example.com&response_type=code"} {
		if r := i.browse(path, nil); r.status != http.StatusOK || strings.Contains(r.body, `href="https`) {
			t.Errorf("%s: status %d: %s", path, r.status, r.body)
		}
	}
}

func TestVerifyingInTheBrowser(t *testing.T) {
	t.Parallel()
	i, box := start(t), newPostbox(t)
	i.usePostbox(t, box)
	i.do(`PATCH /api/tenant/` + tenantID + ` {"tenant":{"emailConfiguration":{"verifyEmail":true,"verificationEmailTemplateId":"` + templates["verification"] + `"}}}`).must(t)
	i.do(`PATCH /api/application/` + applicationID + ` {"application":{"verifyRegistration":true,"verificationStrategy":"FormField","verificationEmailTemplateId":"` + templates["registration"] + `"}}`).must(t)
	joe := i.do(`POST /api/user {"user":{"email":"joe@example.com"}}`).must(t).text("user.id")
	page := "/email/verify/" + box.next(t).value(t, "id") + "?tenantId=" + tenantID
	for range 2 { // looking does nothing
		if r := i.browse(page, nil); r.status != http.StatusOK {
			t.Errorf("status %d", r.status)
		}
	}
	if r := i.follow(t, i.browse(page, url.Values{"locale": {"en"}})); !strings.Contains(r.body, "has been verified") {
		t.Errorf("at the end: %s", r.body)
	}
	if r := i.browse(page, url.Values{"locale": {"en"}}); r.status != http.StatusNotFound {
		t.Errorf("again: status %d", r.status)
	}
	i.do("GET /api/user/"+joe).must(t).want(t, values{"user.verified": true})

	i.do(`POST /api/user/registration/` + joe + ` {"registration":{"applicationId":"` + applicationID + `"}}`).must(t)
	l := box.next(t)
	page = "/registration/verify/" + l.value(t, "id") + "?client_id=" + applicationID
	for what, form := range map[string]url.Values{"none": {}, "wrong": {"oneTimeCode": {"wrong"}}} {
		if r := i.browse(page, form); r.status != http.StatusBadRequest || !strings.Contains(r.body, `name="oneTimeCode"`) {
			t.Errorf("%s: status %d: %s", what, r.status, r.body)
		}
	}
	i.follow(t, i.browse(page, url.Values{"oneTimeCode": {l.value(t, "code")}}))
	i.do("GET /api/user/registration/"+joe+"/"+applicationID).must(t).want(t, values{"registration.verified": true})
}

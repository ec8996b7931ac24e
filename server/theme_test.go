package server_test

import (
	"strings"
	"testing"
)

// theme makes one and has the sample tenant use it.
func (i *instance) theme(t testing.TB, body string) string {
	t.Helper()
	id := i.do(`POST /api/theme {"theme":` + body + `}`).must(t).text("theme.id")
	i.do(`PATCH /api/tenant/` + tenantID + ` {"tenant":{"themeId":"` + id + `"}}`).must(t)
	return id
}

func TestThemeIsApplied(t *testing.T) {
	t.Parallel()
	i := start(t)
	id := i.theme(t, `{"name":"Harbour","type":"simple","stylesheet":"h1 { letter-spacing: 1px; }","defaultMessages":"login.heading=Come aboard\nuser.data.boat=Your boat\n[InvalidLogin]=No such sailor.",
		"localizedMessages":{"de":"login.heading=Willkommen an Bord","fr_CA":"login.heading="},
		"variables":{"logoImageURL":"/logo.svg","primaryButtonColor":"#c2410c","pageBackgroundColor":"red; } body { display: none","fontFamily":null}}`)
	login := i.showForm(authorization()).page(t, "login", 200, "<h1>Come aboard</h1>")
	for _, want := range []string{`src="/logo.svg"`, `/assets/theme.css?primaryButtonColor=%23c2410c"`, `href="/assets/themes/` + id + `.css?v=`} {
		if !strings.Contains(login.body, want) {
			t.Errorf("the page lacks %s: %s", want, login.body)
		}
	}
	for locale, want := range map[string]string{"de": "<h1>Willkommen an Bord</h1>", "fr": "<h1>Connexion</h1>", "ja": "<h1>ログイン</h1>"} {
		i.showForm(with(authorization(), "locale", locale)).page(t, locale, 200, want)
	}
	i.sendForm(filledIn(authorization(), "jane", "wrong")).page(t, "error", 401, "No such sailor.")
	i.browse("/password/forgot?tenantId="+tenantID, nil).page(t, "another page", 200, "/assets/themes/"+id)
	css := i.anonymously("GET /assets/themes/" + id + ".css").must(t)
	if css.body != "h1 { letter-spacing: 1px; }" || css.header.Get("Content-Type") != "text/css; charset=utf-8" || css.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("stylesheet: %v %s", css.header, css.body)
	}
	for _, path := range []string{"/assets/themes/" + nobodyID + ".css", "/assets/themes/" + id, "/assets/themes/..%2f.css"} {
		if r := i.anonymously("GET " + path); r.status != 404 {
			t.Errorf("%s: status %d", path, r.status)
		}
	}
	// An application may have a theme of its own, and a theme may go.
	mine := i.do(`POST /api/theme {"theme":{"name":"Mine","defaultMessages":"login.heading=Mine","templates":{"oauth2Authorize":"[#ftl/]<h1>Not rendered</h1>"}}}`).must(t).text("theme.id")
	i.do(`PATCH /api/application/` + applicationID + ` {"application":{"themeId":"` + mine + `"}}`).must(t)
	i.showForm(authorization()).page(t, "of the application", 200, "<h1>Mine</h1>")
}

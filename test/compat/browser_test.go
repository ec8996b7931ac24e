package compat

import (
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// browser signs somebody in on the hosted page, which no client does.
type browser struct {
	http *http.Client
	url  string
}

func newBrowser(at string) browser {
	return browser{&http.Client{
		Transport:     &http.Transport{},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, at + "/oauth2/authorize"}
}

// signIn opens the page and fills the form in. The body of its answer has the
// parameters of the redirect.
func (b browser) signIn(parameters url.Values, loginID, password string) (answer, error) {
	opened, err := b.visit(http.MethodGet, b.url+"?"+parameters.Encode(), nil)
	if err != nil {
		return answer{}, err
	}
	form := hiddenFields(opened.body)
	form.Set("loginId", loginID)
	form.Set("password", password)
	sent, err := b.visit(http.MethodPost, b.url, form)
	if err != nil {
		return answer{}, err
	}
	to, err := url.Parse(sent.location)
	if err != nil {
		return answer{}, err
	}
	got := map[string]any{}
	for name := range to.Query() {
		got[name] = to.Query().Get(name)
	}
	return answer{Status: sent.status, Body: got}, nil
}

type answered struct {
	status         int
	location, body string
}

func (b browser) visit(method, at string, form url.Values) (answered, error) {
	r, err := http.NewRequest(method, at, strings.NewReader(form.Encode())) //nolint:noctx // the server answers at once
	if err != nil {
		return answered{}, err
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	got, err := b.http.Do(r)
	if err != nil {
		return answered{}, err
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	return answered{got.StatusCode, got.Header.Get("Location"), string(body)}, err
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`)

func hiddenFields(page string) url.Values {
	fields := url.Values{}
	for _, input := range hidden.FindAllStringSubmatch(page, -1) {
		fields.Set(html.UnescapeString(input[1]), html.UnescapeString(input[2]))
	}
	return fields
}

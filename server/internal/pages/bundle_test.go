package pages

import (
	"html"
	"maps"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestEveryBundleHasEveryMessage(t *testing.T) {
	t.Parallel()
	files, err := messages.ReadDir("messages")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != len(locales) {
		t.Errorf("%d files in messages, but the pages speak %v", len(files), locales)
	}
	bundles := newBundles()
	placeholder := regexp.MustCompile(`\{[0-9]}`)
	want := slices.Sorted(maps.Keys(bundles["en"].messages))
	for lang, b := range bundles {
		if got := slices.Sorted(maps.Keys(b.messages)); !slices.Equal(got, want) {
			t.Errorf("%s has the messages\n%q, want those of en\n%q", lang, got, want)
		}
		for key, message := range b.messages {
			if message == "" {
				t.Errorf("%s: %s says nothing", lang, key)
			}
			got, want := placeholder.FindAllString(message, -1), placeholder.FindAllString(bundles["en"].messages[key], -1)
			if !slices.Equal(got, want) {
				t.Errorf("%s: %s fills in %v, want %v", lang, key, got, want)
			}
		}
	}
}

func TestEveryMessageIsSaidInEveryLanguage(t *testing.T) {
	t.Parallel()
	p := New()
	for lang, b := range p.bundles {
		var said strings.Builder
		show := func(write func(w *httptest.ResponseRecorder) error) {
			w := httptest.NewRecorder()
			if err := write(w); err != nil {
				t.Errorf("%s: %v", lang, err)
			}
			said.WriteString(html.UnescapeString(w.Body.String()))
		}
		r := httptest.NewRequest("GET", "/?locale="+lang, nil)
		for _, page := range []Factor{
			{Methods: []FactorMethod{{"A", "Tide Tables"}}}, {Authenticator: true, OfferTrust: true}, {Sent: "Tide Tables"},
		} {
			show(func(w *httptest.ResponseRecorder) error { return p.Factor(w, r, 200, page) })
		}
		for _, page := range []ChangePassword{{}, {Done: true}} {
			show(func(w *httptest.ResponseRecorder) error { return p.ChangePassword(w, r, 200, page) })
		}
		for _, frame := range []Frame{{}, {Application: "Tide Tables"}} {
			show(func(w *httptest.ResponseRecorder) error { return p.LoggedOut(w, r, LoggedOut{frame, "/"}) })
			show(func(w *httptest.ResponseRecorder) error { return p.Index(w, r, Index{frame}) })
			show(func(w *httptest.ResponseRecorder) error { return p.NotFound(w, r, NotFound{frame}) })
			for _, says := range []Saying{NoticeSent, NoticeVerified, NoticeRegistered, NoticeExpired} {
				show(func(w *httptest.ResponseRecorder) error {
					return p.Notice(w, r, 200, Notice{Frame: frame, Says: says, ContinueURL: "/"})
				})
			}
			show(func(w *httptest.ResponseRecorder) error { return p.Forgot(w, r, 200, Forgot{Frame: frame}) })
			for _, registration := range []bool{true, false} {
				show(func(w *httptest.ResponseRecorder) error {
					return p.Verify(w, r, 200, Verify{Frame: frame, Registration: registration, AskCode: true})
				})
			}
			for key := range b.messages {
				reason, _ := strings.CutPrefix(key, "oauth.")
				show(func(w *httptest.ResponseRecorder) error {
					return p.Login(w, r, 200, Login{Frame: frame, Error: key, OfferRememberDevice: true, ForgotURL: "/password/forgot"})
				})
				show(func(w *httptest.ResponseRecorder) error {
					return p.OAuthError(w, r, 400, OAuthError{Frame: frame, ErrorReason: reason})
				})
			}
		}
		for name, list := range talkative(b) {
			for _, page := range list {
				show(func(w *httptest.ResponseRecorder) error { return p.write(w, r, 200, name, page) })
			}
		}
		for key, message := range b.messages {
			if want := regexp.MustCompile(filled.ReplaceAllString(regexp.QuoteMeta(message), ".*")); !want.MatchString(said.String()) {
				t.Errorf("%s: no page says %s = %s", lang, key, message)
			}
		}
	}
}

// filled is a placeholder in a quoted message.
var filled = regexp.MustCompile(`\\\{[0-9]\\\}`)

// talkative are pages, by their names, that together say what other pages than
// the ones above say.
func talkative(b bundle) map[string][]framed {
	var inputs []Input
	for key := range b.messages {
		if strings.HasPrefix(key, "user.") || strings.HasPrefix(key, "registration.") {
			inputs = append(inputs, Input{Name: key, Errors: []Trouble{{Code: "[blank]"}}})
		}
	}
	inputs = append(inputs, Input{Name: "confirm", Of: "user.email"}, Input{Name: "choice", Control: "radio", Options: []string{"Tide Tables"}})
	var scopes []Scope
	for key := range b.messages {
		if name, ok := strings.CutPrefix(key, "scope."); ok {
			scopes = append(scopes, Scope{Name: name})
		}
	}
	accounts, lists := []framed{Account{Factors: true, Passkeys: true}}, []framed{}
	for key := range b.messages {
		if what, ok := strings.CutPrefix(key, "done."); ok {
			accounts = append(accounts, Account{Done: what})
		}
	}
	for _, list := range []List{ListFactors, ListPasskeys, ListSessions} {
		full := AccountList{List: list, Items: []AccountItem{{Name: "Tide Tables", Used: "2026-11-22"}, {}}}
		if list != ListSessions {
			full.AddURL = "/"
		}
		if list == ListFactors {
			full.RenewURL = "/"
		}
		lists = append(lists, AccountList{List: list}, full)
	}
	methods := []string{"authenticator", "email", "sms"}
	return map[string][]framed{
		"login":           {Login{RegisterURL: "/oauth2/register", PasskeyURL: "/", PasswordlessURL: "/", Linking: "Tide Tables"}},
		"onward":          {Onward{To: "/"}},
		"link":            {LinkAccount{Provider: "Tide Tables", As: "jane", RegisterURL: "/"}},
		"setup":           {SetUp{Methods: methods}, SetUp{Methods: methods, Required: true, BackURL: "/"}, SetUp{Method: "authenticator"}, SetUp{Method: "email"}, SetUp{Method: "sms"}, SetUp{Method: "sms", Sent: true}},
		"account":         accounts,
		"accountlist":     lists,
		"accountform":     {AccountForm{}},
		"accountpassword": {AccountPassword{AskCurrent: true, PasskeyURL: "/"}},
		"accountcode":     {AccountCode{}, AccountCode{Renew: true}},
		"accountpasskey":  {AccountPasskey{}, AccountPasskey{Options: "{}"}},
		"recoverycodes":   {RecoveryCodes{}},
		"passwordless":    {Passwordless{LoginURL: "/"}, Passwordless{AskCode: true}, Passwordless{Link: true}},
		"passkey":         {Passkey{}, Passkey{Options: "{}"}, Passkey{Again: true, LoginURL: "/"}},
		"device":          {Device{}, Device{Done: true}},
		"consent":         {Consent{Scopes: scopes}},
		"logout":          {Logout{}},
		"formpost":        {FormPost{}},
		"form": {
			Form{Inputs: inputs, Step: 1, Steps: 2, LoginURL: "/"}, Form{Step: 2, Steps: 3, SentTo: "jane@example.com"}, Form{Step: 2, Steps: 2}, Form{Complete: true, Step: 1, Steps: 1},
		},
		"gate": {Gate{Sent: true}, Gate{AskCode: true, AllowChange: true}, Gate{Registration: true}, Gate{Registration: true, AskCode: true}},
	}
}

func TestProblemFallsBack(t *testing.T) {
	t.Parallel()
	en := newBundles()["en"]
	for code, want := range map[string]string{
		"[InvalidLogin]":             "[InvalidLogin]",
		"[blank]password":            "[blank]password",
		"[blank]somewhere":           "[blank]",
		"[unheard]somewhere":         "[Exception]",
		"[Unheard]":                  "[Exception]",
		"login.title":                "[Exception]",
		"InvalidLogin":               "[Exception]",
		"[RateLimitedException]user": "[RateLimitedException]",
		"[ExternalAuthenticationException]GoogleToken": "[ExternalAuthenticationException]",
	} {
		if got := en.Problem(code); got != en.messages[want] {
			t.Errorf("%s says %q, want the message of %s", code, got, want)
		}
	}
}

func TestMessageThatIsMissing(t *testing.T) {
	t.Parallel()
	if text, err := newBundles()["de"].T("no.such.key"); err == nil {
		t.Errorf("a missing message must be an error, not %q", text)
	}
}

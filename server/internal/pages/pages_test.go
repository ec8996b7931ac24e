package pages_test

import (
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"wherry/server/internal/pages"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// example is one page as a test may show it.
type example struct {
	name   string
	status int
	page   any
}

func examples() []example {
	frame := pages.Frame{Tenant: "Example Harbour", Application: "Tide Tables"}
	themed := frame
	themed.Theme = pages.Theme{
		LogoImageURL:         "/assets/logo.svg",
		PrimaryButtonColor:   "#c2410c",
		PageBackgroundColor:  "#431407",
		PanelBackgroundColor: "#fff7ed",
		FontFamily:           "Georgia, serif",
		BorderRadius:         "2px",
	}
	hidden := []pages.Field{{Name: "client_id", Value: "3c219e58-ed0e-4b18-ad48-f4f92793ae32"}, {Name: "state", Value: "a b&c"}}
	login := pages.Login{Frame: frame, Action: "/oauth2/authorize", Hidden: hidden, OfferRememberDevice: true, RedirectURLs: []string{"https://app.example.com/callback"}}
	failed := login
	failed.LoginID, failed.RememberDevice, failed.Error = "jane@example.com", true, "[InvalidLogin]"
	painted := failed
	painted.Frame = themed
	return []example{
		{"login", http.StatusOK, login},
		{"login-error", http.StatusOK, failed},
		{"login-theme", http.StatusOK, painted},
		{"login-bare", http.StatusOK, pages.Login{}},
		{"factor", http.StatusOK, pages.Factor{
			Frame: frame, Action: "/oauth2/two-factor", Hidden: hidden, Authenticator: true, OfferTrust: true,
			Methods: []pages.FactorMethod{{ID: "A1B2", To: "•••0100"}, {ID: "C3D4", To: "j•••@example.com"}},
		}},
		{"factor-sent", http.StatusUnauthorized, pages.Factor{
			Frame: frame, Action: "/oauth2/two-factor", Hidden: hidden, OfferTrust: true, Sent: "•••0100", Error: "[invalid]code",
			Methods: []pages.FactorMethod{{ID: "A1B2", To: "•••0100"}},
		}},
		{"change-password", http.StatusOK, pages.ChangePassword{
			Frame: frame, Action: "/password/change/made-up", Hidden: hidden, LoginID: "jane@example.com", Reason: "[PasswordChangeReasonExpired]", MinLength: 8,
		}},
		{"change-password-error", http.StatusBadRequest, pages.ChangePassword{
			Frame: frame, Action: "/password/change/made-up", Hidden: hidden, LoginID: "jane@example.com", MinLength: 8,
			Errors: []string{"[requireNumber]", "[tooShort]"},
		}},
		{"change-password-done", http.StatusOK, pages.ChangePassword{Frame: frame, Done: true}},
		{"register", http.StatusOK, pages.Form{Frame: frame, Action: "/oauth2/register", Hidden: hidden, Step: 1, Steps: 1, LoginURL: "/oauth2/authorize?client_id=a", Inputs: []pages.Input{
			{Name: "user.email", Kind: "email", Control: "text", Required: true, Focus: true},
			{Name: "user.password", Control: "password", Required: true, MinLength: 8},
			{Name: "passwordConfirm", Of: "user.password", Control: "password", Required: true, MinLength: 8},
			{Name: "user.firstName", Control: "text", Kind: "string"},
			{Name: "user.birthDate", Control: "text", Kind: "date"},
		}}},
		{"register-advanced", http.StatusBadRequest, pages.Form{Frame: frame, Action: "/oauth2/register", Hidden: hidden, Step: 2, Steps: 3, Inputs: []pages.Input{
			{Name: "user.data.boat", Label: "What kind of boat do you have?", Control: "radio", Options: []string{"Sail", "Motor", "None"}, Required: true, Errors: []pages.Trouble{{Code: "[blank]user.data.boat"}}},
			{Name: "user.data.harbours", Label: "Harbours that you visit", Control: "checkbox", Options: []string{"North", "South"}, Values: []string{"South"}},
			{Name: "user.data.crew", Label: "Crew", Control: "number", Kind: "number", Values: []string{"0"}, Errors: []pages.Trouble{{Code: "[crew]user.data.crew", Message: "Somebody has to steer."}}, Focus: true},
			{Name: "user.timezone", Control: "select", Options: []string{"Europe/Berlin", "Asia/Tokyo"}, Values: []string{"Asia/Tokyo"}, Description: "So that we tell you the right tides."},
			{Name: "user.data.about", Label: "About you", Control: "textarea", Values: []string{"I like calm water."}},
			{Name: "consents['7']", Label: "Photographs of my boat may be shown", Control: "radio", Kind: "consent", Options: []string{"With its name", "Without"}},
			{Name: "consents['8']", Label: "Send me news of the harbour", Control: "checkbox", Kind: "consent", Values: []string{"true"}, Description: "Once a month. You can change your mind at any time."},
			{Name: "user.data.agreed", Label: "I have read the rules of the harbour.", Control: "checkbox", Kind: "bool", Required: true, Errors: []pages.Trouble{{Code: "[blank]user.data.agreed"}}},
		}}},
		{"register-refused", http.StatusBadRequest, pages.Form{
			Frame: frame, Action: "/oauth2/register", Step: 1, Steps: 1, Errors: []pages.Trouble{{Code: "[LambdaFailed]"}, {Code: "[Closed]", Message: "The harbour is closed."}},
			Inputs: []pages.Input{{Name: "user.username", Control: "text", Values: []string{"jane"}, Required: true, Errors: []pages.Trouble{{Code: "[duplicate]user.username"}}}},
		}},
		{"complete", http.StatusOK, pages.Form{Frame: frame, Action: "/oauth2/complete-registration", Hidden: hidden, Complete: true, Step: 1, Steps: 1, Inputs: []pages.Input{
			{Name: "user.lastName", Control: "text", Required: true, Focus: true}, {Name: "user.mobilePhone", Control: "text", Kind: "phoneNumber", Required: true},
		}}},
		{"gate-link", http.StatusBadRequest, pages.Gate{Frame: frame, Action: "/email/verification-required", Hidden: hidden, Email: "jane@example.com", Error: "[VerificationPending]"}},
		{"register-verify", http.StatusBadRequest, pages.Form{
			Frame: frame, Action: "/oauth2/register", Hidden: hidden, Step: 2, Steps: 3, SentTo: "jane@example.com", LoginURL: "/oauth2/authorize?client_id=a",
			Inputs: []pages.Input{{Name: "verify.code", Control: "text", Required: true, Errors: []pages.Trouble{{Code: "[invalid]verify.code"}}, Focus: true}},
		}},
		{"gate-change", http.StatusBadRequest, pages.Gate{
			Frame: frame, Action: "/email/verification-required", Hidden: hidden, Email: "jane@example.com", AskCode: true, AllowChange: true, Error: "[duplicate]user.email",
		}},
		{"gate-code", http.StatusOK, pages.Gate{Frame: frame, Action: "/registration/verification-required", Hidden: hidden, Registration: true, Email: "jane@example.com", AskCode: true, Sent: true}},
		{"login-first", http.StatusBadRequest, pages.Login{Frame: frame, Hidden: hidden, LoginIDFirst: true, Error: "[blank]loginId"}},
		{"login-ways", http.StatusOK, pages.Login{
			Frame: frame, Hidden: hidden, OfferRememberDevice: true, PasskeyURL: "/oauth2/webauthn?client_id=a", PasswordlessURL: "/oauth2/passwordless?client_id=a",
			ForgotURL: "/password/forgot?client_id=a", RegisterURL: "/oauth2/register?client_id=a",
		}},
		{"login-providers", http.StatusForbidden, pages.Login{
			Frame: frame, Hidden: hidden, OfferRememberDevice: true, Error: "[ExternalAuthenticationException]UnverifiedEmail",
			Providers: []pages.Link{{URL: "/oauth2/authorize?idp_hint=a", Text: "Login with Google"}, {URL: "/oauth2/authorize?idp_hint=b", Text: "Sign in with Apple"}},
		}},
		{"login-linking", http.StatusOK, pages.Login{Frame: frame, Hidden: hidden, Linking: "Harbour Watch"}},
		{"link-account", http.StatusOK, pages.LinkAccount{
			Frame: frame, Provider: "Harbour Watch", As: "jane@example.com", LoginURL: "/oauth2/authorize?client_id=a",
			RegisterURL: "/oauth2/register?client_id=a", CancelURL: "/oauth2/authorize?client_id=a&cancelPendingIdpLink=true",
		}},
		{"setup-choose", http.StatusOK, pages.SetUp{Frame: frame, Hidden: hidden, Required: true, Methods: []string{"authenticator", "email", "sms"}}},
		{"setup-authenticator", http.StatusBadRequest, pages.SetUp{
			Frame: frame, Hidden: hidden, Method: "authenticator", Secret: "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U", Error: "[invalid]code",
			URI: "otpauth://totp/Example%20Harbour:jane@example.com?secret=MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U&issuer=Example%20Harbour",
		}},
		{"setup-address", http.StatusOK, pages.SetUp{Frame: frame, Hidden: hidden, Method: "sms", BackURL: "/account/two-factor"}},
		{"setup-sent", http.StatusOK, pages.SetUp{Frame: frame, Hidden: hidden, Method: "email", Address: "jane@example.com", Sent: true}},
		{"recovery-codes", http.StatusOK, pages.RecoveryCodes{Frame: frame, Action: "/oauth2/two-factor-enable-complete", Hidden: hidden, Codes: []string{
			"ABCDE-FGHJK", "LMNPQ-RSTUV", "WXYZ2-34567", "BCDEF-GHJKL", "MNPQR-STUVW", "XYZ23-4567A",
		}}},
		{"passwordless", http.StatusOK, pages.Passwordless{Frame: frame, Hidden: hidden, LoginURL: "/oauth2/authorize?client_id=a"}},
		{"passwordless-code", http.StatusUnauthorized, pages.Passwordless{Frame: frame, Hidden: hidden, AskCode: true, Error: "[InvalidPasswordlessLoginId]"}},
		{"passwordless-link", http.StatusOK, pages.Passwordless{Frame: frame, Hidden: hidden, Link: true}},
		{"passkey", http.StatusUnauthorized, pages.Passkey{Frame: frame, Hidden: hidden, LoginID: "jane@example.com", Error: "[NoPasskey]", LoginURL: "/oauth2/authorize?client_id=a"}},
		{"passkey-again", http.StatusOK, pages.Passkey{Frame: frame, Hidden: hidden, Again: true, Options: `{"challenge":"AAAA"}`, LoginURL: "/oauth2/authorize?client_id=a"}},
		{"passkey-again-error", http.StatusUnauthorized, pages.Passkey{Frame: frame, Hidden: hidden, Again: true, Error: "[InvalidPasskey]", LoginURL: "/oauth2/authorize?client_id=a"}},
		{"passkey-use", http.StatusOK, pages.Passkey{Frame: frame, Hidden: hidden, Options: `{"challenge":"AAAA"}`, LoginURL: "/oauth2/authorize?client_id=a"}},
		{"device", http.StatusBadRequest, pages.Device{Frame: frame, Hidden: hidden, UserCode: "ABC123", Error: "[InvalidUserCode]"}},
		{"device-done", http.StatusOK, pages.Device{Frame: frame, Done: true}},
		{"consent", http.StatusOK, pages.Consent{Frame: frame, Hidden: hidden, Scopes: []pages.Scope{
			{Name: "email", Required: true}, {Name: "profile"}, {Name: "tides:write", Message: "change tide tables", Detail: "Tables that others have made stay as they are."},
		}}},
		{"oauth-error", http.StatusBadRequest, pages.OAuthError{
			Frame: frame, Error: "invalid_request", ErrorReason: "invalid_redirect_uri",
			ErrorDescription: "The request has an invalid parameter: redirect_uri",
		}},
		{"login-forgot", http.StatusOK, pages.Login{Frame: frame, ForgotURL: "/password/forgot?client_id=a&tenantId=b", RegisterURL: "/oauth2/register?client_id=a&tenantId=b"}},
		{"forgot", http.StatusOK, pages.Forgot{Frame: frame, Hidden: hidden}},
		{"forgot-error", http.StatusBadRequest, pages.Forgot{Frame: frame, Error: "[blank]loginId"}},
		{"verify", http.StatusOK, pages.Verify{Frame: frame}},
		{"verify-code", http.StatusBadRequest, pages.Verify{Frame: frame, Registration: true, AskCode: true, Error: "[InvalidVerificationId]"}},
		{"sent", http.StatusOK, pages.Notice{Frame: frame, Says: pages.NoticeSent}},
		{"expired", http.StatusNotFound, pages.Notice{Frame: frame, Says: pages.NoticeExpired}},
		{"logged-out", http.StatusOK, pages.LoggedOut{Frame: frame, ContinueURL: "https://app.example.com/"}},
		{"logout", http.StatusOK, pages.Logout{Frame: frame, URLs: []string{"/made-up-logout"}, To: "/logged-out"}},
		{"onward", http.StatusOK, pages.Onward{Frame: frame, To: "https://auth.example.com/stays-here"}},
		{"form-post", http.StatusOK, pages.FormPost{Frame: frame, Action: "/logged-out", Fields: []pages.Field{{Name: "code", Value: "made-up"}}}},
		{"account", http.StatusOK, pages.Account{Frame: frame, Name: "Jane Example", LoginID: "jane@example.com", Done: "profile", Factors: true, Passkeys: true}},
		{"account-edit", http.StatusBadRequest, pages.AccountForm{Frame: frame, Inputs: []pages.Input{
			{Name: "user.firstName", Control: "text", Values: []string{"Jane"}}, {Name: "user.birthDate", Control: "text", Kind: "date", Errors: []pages.Trouble{{Code: "[couldNotConvert]user.birthDate"}}, Focus: true},
		}}},
		{"account-password", http.StatusBadRequest, pages.AccountPassword{Frame: frame, LoginID: "jane@example.com", AskCurrent: true, PasskeyURL: "/account/password/webauthn", MinLength: 8, Errors: []string{"[invalid]currentPassword"}}},
		{"account-factors", http.StatusOK, pages.AccountList{
			Frame: frame, List: pages.ListFactors, Done: "factor", AddURL: "/account/two-factor/enable", RenewURL: "/account/two-factor/renew",
			Items: []pages.AccountItem{
				{Method: "authenticator", RemoveURL: "/account/two-factor/disable?methodId=A1B2", Ask: true},
				{Method: "sms", Text: "+1 303 555 0100", RemoveURL: "/account/two-factor/disable?methodId=C3D4", Ask: true},
			},
		}},
		{"account-passkeys", http.StatusOK, pages.AccountList{Frame: frame, List: pages.ListPasskeys, AddURL: "/account/webauthn/add"}},
		{"account-sessions", http.StatusOK, pages.AccountList{Frame: frame, List: pages.ListSessions, Items: []pages.AccountItem{
			{Name: "Tide Tables", Text: "Firefox on Linux", Used: "2026-11-22", ID: "made-up-1", RemoveURL: "/account/sessions"},
			{Text: "192.0.2.1", ID: "made-up-2", RemoveURL: "/account/sessions"},
		}}},
		{"account-disable", http.StatusOK, pages.AccountCode{Frame: frame, Hidden: hidden, Method: "email", To: "j•••@example.com"}},
		{"account-renew", http.StatusBadRequest, pages.AccountCode{Frame: frame, Hidden: hidden, Method: "authenticator", Renew: true, Error: "[invalid]code"}},
		{"account-new-passkey", http.StatusBadRequest, pages.AccountPasskey{Frame: frame, Error: "[blank]displayName"}},
		{"account-new-passkey-made", http.StatusOK, pages.AccountPasskey{Frame: frame, Name: "My phone", Options: `{"challenge":"AAAA"}`}},
		{"index", http.StatusOK, pages.Index{Frame: pages.Frame{Tenant: "Example Harbour"}}},
		{"not-found", http.StatusNotFound, pages.NotFound{Frame: frame}},
	}
}

// write writes a page by the method of its type.
func write(t *testing.T, p *pages.Pages, w http.ResponseWriter, r *http.Request, ex example) {
	t.Helper()
	var err error
	switch page := ex.page.(type) {
	case pages.Login:
		err = p.Login(w, r, ex.status, page)
	case pages.Factor:
		err = p.Factor(w, r, ex.status, page)
	case pages.ChangePassword:
		err = p.ChangePassword(w, r, ex.status, page)
	case pages.Forgot:
		err = p.Forgot(w, r, ex.status, page)
	case pages.Account:
		err = p.Account(w, r, page)
	case pages.AccountForm:
		err = p.AccountForm(w, r, ex.status, page)
	case pages.AccountPassword:
		err = p.AccountPassword(w, r, ex.status, page)
	case pages.AccountList:
		err = p.AccountList(w, r, page)
	case pages.AccountCode:
		err = p.AccountCode(w, r, ex.status, page)
	case pages.AccountPasskey:
		err = p.AccountPasskey(w, r, ex.status, page)
	case pages.SetUp:
		err = p.SetUp(w, r, ex.status, page)
	case pages.RecoveryCodes:
		err = p.RecoveryCodes(w, r, page)
	case pages.Passwordless:
		err = p.Passwordless(w, r, ex.status, page)
	case pages.Passkey:
		err = p.Passkey(w, r, ex.status, page)
	case pages.Device:
		err = p.Device(w, r, ex.status, page)
	case pages.Consent:
		err = p.Consent(w, r, ex.status, page)
	case pages.Logout:
		err = p.Logout(w, r, page)
	case pages.FormPost:
		err = p.FormPost(w, r, page)
	case pages.Onward:
		err = p.Onward(w, r, page)
	case pages.LinkAccount:
		err = p.LinkAccount(w, r, page)
	case pages.Form:
		err = p.Form(w, r, ex.status, page)
	case pages.Gate:
		err = p.Gate(w, r, ex.status, page)
	case pages.Verify:
		err = p.Verify(w, r, ex.status, page)
	case pages.Notice:
		err = p.Notice(w, r, ex.status, page)
	case pages.OAuthError:
		err = p.OAuthError(w, r, ex.status, page)
	case pages.LoggedOut:
		err = p.LoggedOut(w, r, page)
	case pages.Index:
		err = p.Index(w, r, page)
	case pages.NotFound:
		err = p.NotFound(w, r, page)
	}
	if err != nil {
		t.Errorf("%s: %v", ex.name, err)
	}
}

func render(t *testing.T, p *pages.Pages, target string, ex example) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	write(t, p, w, httptest.NewRequest(http.MethodGet, target, nil), ex)
	return w
}

func TestPagesLookAsBefore(t *testing.T) {
	t.Parallel()
	p := pages.New()
	hash := regexp.MustCompile(`-[0-9a-f]{8}\.`)
	for _, ex := range examples() {
		t.Run(ex.name, func(t *testing.T) {
			t.Parallel()
			w := render(t, p, "/", ex)
			if w.Code != ex.status {
				t.Errorf("status %d, want %d", w.Code, ex.status)
			}
			got := hash.ReplaceAllString(w.Body.String(), "-HASH.")
			golden := "testdata/" + ex.name + ".html"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("differs from %s (go test -update rewrites it):\n%s", golden, got)
			}
		})
	}
}

// What a page is made of must not depend on what its fields hold.
func TestFieldsCannotBreakOut(t *testing.T) {
	t.Parallel()
	p := pages.New()
	address := regexp.MustCompile(`(?i)(href|src|action)="\s*(javascript|data|vbscript):`)
	markup := func(body string) [3]int {
		return [3]int{strings.Count(body, "<"), strings.Count(body, ">"), strings.Count(body, `"`)}
	}
	for _, ex := range examples() {
		plain := ex
		plain.page = filled(ex.page, "plain?") // no setting of a theme, either
		want := markup(render(t, p, "/", plain).Body.String())
		for _, attack := range []string{
			`"><script>alert(1)</script>`, `</title><script>alert(1)</script>`, `' onfocus='alert(1)`, `" onfocus="alert(1)`,
			`javascript:alert(1)`, ` javascript:alert(1)`, `data:text/html,<script>alert(1)</script>`, `{{.}}<!--`, `--><img src=x onerror=alert(1)>`,
			"\x00\"<", "#fff}body{background:url(//evil.example)}", "https://evil.example; script-src *", "https://evil.example/\r\nX-Evil: 1",
		} {
			attacked := ex
			attacked.page = filled(ex.page, attack)
			w := render(t, p, "/", attacked)
			body := w.Body.String()
			if got := markup(body); got != want {
				t.Errorf("%s with %q: counts of < > \" are %v, want %v:\n%s", ex.name, attack, got, want, body)
			}
			if address.MatchString(body) {
				t.Errorf("%s with %q runs an address:\n%s", ex.name, attack, body)
			}
			for name, values := range w.Header() {
				if strings.ContainsAny(values[0], "\r\n") || strings.Count(values[0], "script-src") > 1 {
					t.Errorf("%s with %q: header %s: %q", ex.name, attack, name, values)
				}
			}
		}
	}
}

// filled is page with text in every field that holds text, however deep.
func filled(page any, text string) any {
	v := reflect.New(reflect.TypeOf(page)).Elem()
	fill(v, text)
	return v.Interface()
}

func fill(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), text)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), text)
		}
	}
}

func TestNamesThatTestsAndPasswordManagersLookFor(t *testing.T) {
	t.Parallel()
	body := render(t, pages.New(), "/", example{"login", http.StatusOK, pages.Login{Error: "[InvalidLogin]", OfferRememberDevice: true}}).Body.String()
	for _, want := range []string{
		`<title>Login</title>`,
		`id="loginId" name="loginId"`, `autocomplete="username"`,
		`id="password" name="password" type="password"`, `autocomplete="current-password"`,
		`name="rememberDevice" value="true"`, `Keep me signed in`,
		`<button class="blue button" type="submit">`,
		`Invalid login credentials.`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the login page lacks %s:\n%s", want, body)
		}
	}
}

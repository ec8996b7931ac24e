package server

import (
	"cmp"
	"net/http"
	"net/url"
	"time"

	"wherry/server/internal/account"
	"wherry/server/internal/fa"
	"wherry/server/internal/pages"
)

// accountSite is the account package's view of the pages package.
type accountSite struct{ *site }

func (s accountSite) around(r *http.Request, f account.Frame) pages.Frame {
	return s.frame(r, f.Tenant, f.Application)
}

// loginIDOf is the one that a user is known by best.
func loginIDOf(u *fa.User) string { return cmp.Or(u.Email, u.Username, u.PhoneNumber) }

// Overview implements account.Pages.
func (s accountSite) Overview(w http.ResponseWriter, r *http.Request, page account.Overview) {
	name := page.User.FullName
	if name == "" && page.User.FirstName != "" {
		name = page.User.FirstName + " " + page.User.LastName
	}
	s.ended(w, r, s.pages.Account(w, r, pages.Account{
		Frame: s.around(r, page.Frame), Name: name, LoginID: loginIDOf(page.User), Done: page.Done, Factors: page.Factors, Passkeys: page.Passkeys,
	}))
}

// Profile implements account.Pages.
func (s accountSite) Profile(w http.ResponseWriter, r *http.Request, status int, page account.Profile) {
	s.ended(w, r, s.pages.AccountForm(w, r, status, pages.AccountForm{
		Frame: s.around(r, page.Frame), Inputs: inputs(page.Form, page.Values, page.Problems, page.Tenant), Errors: general(page.Problems),
	}))
}

// Password implements account.Pages.
func (s accountSite) Password(w http.ResponseWriter, r *http.Request, status int, page account.Password) {
	form := pages.AccountPassword{
		Frame: s.around(r, page.Frame), LoginID: loginIDOf(page.User), AskCurrent: page.AskCurrent, Errors: page.Problems,
		MinLength: page.Tenant.PasswordValidationRules.MinLength,
	}
	if page.Passkey {
		form.PasskeyURL = "/account/password/webauthn" + language(r)
	}
	s.ended(w, r, s.pages.AccountPassword(w, r, status, form))
}

// Reauthenticate implements account.Pages.
func (s accountSite) Reauthenticate(w http.ResponseWriter, r *http.Request, status int, page account.Reauthenticate) {
	s.ended(w, r, s.pages.Passkey(w, r, status, pages.Passkey{
		Frame: s.around(r, page.Frame), Action: "/account/password/webauthn", Again: true, Options: page.Options, Error: page.Problem,
		LoginURL: "/account/password" + language(r),
	}))
}

// Factors implements account.Pages.
func (s accountSite) Factors(w http.ResponseWriter, r *http.Request, page account.Factors) {
	list := pages.AccountList{Frame: s.around(r, page.Frame), List: pages.ListFactors, Done: page.Done}
	if page.More {
		list.AddURL = "/account/two-factor/enable" + language(r)
	}
	if len(page.Methods) > 0 {
		list.RenewURL = "/account/two-factor/renew" + language(r)
	}
	for _, m := range page.Methods {
		q := url.Values{"methodId": {m.ID}, "locale": {pages.Locale(r)}}
		list.Items = append(list.Items, pages.AccountItem{
			Method: m.Method, Text: cmp.Or(m.Name, m.To()), RemoveURL: "/account/two-factor/disable?" + q.Encode(), Ask: true,
		})
	}
	s.ended(w, r, s.pages.AccountList(w, r, list))
}

func language(r *http.Request) string { return "?locale=" + pages.Locale(r) }

// SetUp implements account.Pages.
func (s accountSite) SetUp(w http.ResponseWriter, r *http.Request, status int, page account.SetUp) {
	setUp := setUpOf(page.SettingUp)
	setUp.Frame, setUp.Action, setUp.BackURL = s.around(r, page.Frame), "/account/two-factor/enable", "/account/two-factor"+language(r)
	s.ended(w, r, s.pages.SetUp(w, r, status, setUp))
}

// RecoveryCodes implements account.Pages.
func (s accountSite) RecoveryCodes(w http.ResponseWriter, r *http.Request, page account.RecoveryCodes) {
	back := "/account/two-factor" + language(r)
	if !page.Renewed {
		back += "&done=factor"
	}
	s.ended(w, r, s.pages.RecoveryCodes(w, r, pages.RecoveryCodes{Frame: s.around(r, page.Frame), Codes: page.Codes, ContinueURL: back}))
}

// FactorCode implements account.Pages.
func (s accountSite) FactorCode(w http.ResponseWriter, r *http.Request, status int, page account.FactorCode) {
	s.ended(w, r, s.pages.AccountCode(w, r, status, pages.AccountCode{
		Frame: s.around(r, page.Frame), Hidden: []pages.Field{{Name: "methodId", Value: page.Method.ID}}, Renew: page.Renew,
		Method: page.Method.Method, To: page.Method.To(), Sent: page.Sent, Error: page.Problem,
	}))
}

// Passkeys implements account.Pages.
func (s accountSite) Passkeys(w http.ResponseWriter, r *http.Request, page account.PasskeyList) {
	list := pages.AccountList{Frame: s.around(r, page.Frame), List: pages.ListPasskeys, Done: page.Done}
	if page.Tenant.WebAuthnConfiguration.Enabled {
		list.AddURL = "/account/webauthn/add" + language(r)
	}
	for _, key := range page.Keys {
		list.Items = append(list.Items, pages.AccountItem{
			Name: cmp.Or(key.DisplayName, key.Name), Text: key.RelyingPartyID, Used: day(key.LastUseInstant), ID: string(key.ID), RemoveURL: "/account/webauthn/delete",
		})
	}
	s.ended(w, r, s.pages.AccountList(w, r, list))
}

// day is the day of an instant, in a form that is read everywhere; empty for
// none.
func day(millis int64) string {
	if millis == 0 {
		return ""
	}
	return time.UnixMilli(millis).UTC().Format(time.DateOnly)
}

// NewPasskey implements account.Pages.
func (s accountSite) NewPasskey(w http.ResponseWriter, r *http.Request, status int, page account.NewPasskey) {
	s.ended(w, r, s.pages.AccountPasskey(w, r, status, pages.AccountPasskey{
		Frame: s.around(r, page.Frame), Name: page.Name, Options: page.Options, Error: page.Problem,
	}))
}

// Sessions implements account.Pages.
func (s accountSite) Sessions(w http.ResponseWriter, r *http.Request, page account.SessionList) {
	list := pages.AccountList{Frame: s.around(r, page.Frame), List: pages.ListSessions, Done: page.Done}
	for _, session := range page.Sessions {
		device := session.MetaData.Device
		item := pages.AccountItem{
			Text: cmp.Or(device.Name, device.Description, device.LastAccessedAddress), Used: day(device.LastAccessedInstant),
			ID: string(session.ID), RemoveURL: "/account/sessions",
		}
		if session.Application != nil {
			item.Name = session.Application.Name
		}
		list.Items = append(list.Items, item)
	}
	s.ended(w, r, s.pages.AccountList(w, r, list))
}

// LoggedOut implements account.Pages.
func (s accountSite) LoggedOut(w http.ResponseWriter, r *http.Request, page account.Frame) {
	s.ended(w, r, s.pages.LoggedOut(w, r, pages.LoggedOut{Frame: s.around(r, page)}))
}

// NotFound implements account.Pages.
func (s accountSite) NotFound(w http.ResponseWriter, r *http.Request) { s.notFound(w, r) }

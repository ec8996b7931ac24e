package server

import (
	"cmp"
	"net/http"
	"net/url"

	"wherry/server/internal/fa"
	"wherry/server/internal/forms"
	"wherry/server/internal/identity"
	"wherry/server/internal/oauth"
	"wherry/server/internal/pages"
)

// Form implements oauth.Pages.
func (s *site) Form(w http.ResponseWriter, r *http.Request, status int, page oauth.FormPage) {
	form := pages.Form{
		Frame: s.frame(r, page.Tenant, page.Application), Action: "/oauth2/register", Hidden: fields(page.Hidden), Complete: page.Complete,
		Inputs: inputs(page.Form, page.Values, page.Problems, page.Tenant), Errors: general(page.Problems),
		Step: page.Step, Steps: page.Steps, SentTo: page.SentTo, RedirectURLs: []string{page.RedirectURI},
	}
	if page.Complete {
		form.Action = "/oauth2/complete-registration"
	} else {
		form.LoginURL = along(r, "/oauth2/authorize", without(page.Hidden, "registrationState"))
	}
	s.ended(w, r, s.pages.Form(w, r, status, form))
}

// Gate implements oauth.Pages.
func (s *site) Gate(w http.ResponseWriter, r *http.Request, status int, page oauth.GatePage) {
	gate := pages.Gate{
		Frame: s.frame(r, page.Tenant, page.Application), Action: "/email/verification-required", Hidden: fields(page.Hidden),
		Registration: page.Registration, Email: page.Email, AskCode: page.AskCode, AllowChange: page.AllowChange,
		Sent: page.Sent, Error: page.Problem, RedirectURLs: []string{page.RedirectURI},
	}
	if page.Registration {
		gate.Action = "/registration/verification-required"
	}
	s.ended(w, r, s.pages.Gate(w, r, status, gate))
}

func without(hidden []oauth.Field, name string) (rest []oauth.Field) {
	for _, field := range hidden {
		if field.Name != name {
			rest = append(rest, field)
		}
	}
	return rest
}

// inputs are the fields of a form as the pages show them. The first one that
// was filled in wrongly, or else the first one, has the focus.
func inputs(form forms.Form, values url.Values, problems *fa.Errors, tenant *fa.Tenant) (list []pages.Input) {
	focus := ""
	for _, field := range form {
		in := pages.Input{
			Name: field.Key, Label: field.Name, Description: field.Description, Control: field.Control, Kind: field.Type,
			Values: values[field.Key], Options: field.Options, Required: field.Required, Errors: about(problems, field.Key),
		}
		if field.Key == forms.Password {
			in.Control, in.Values = "password", nil
			if tenant != nil {
				in.MinLength = tenant.PasswordValidationRules.MinLength
			}
		}
		if len(in.Errors) > 0 {
			focus = cmp.Or(focus, in.Name)
		}
		list = append(list, in)
		if field.Confirm {
			again := in
			again.Name, again.Of, again.Values, again.Errors = forms.Again(field.Key), field.Key, nil, nil
			if field.Key == forms.Password && field.Name == "" { // a basic form
				again.Name = "passwordConfirm"
			}
			list = append(list, again)
		}
	}
	for i := range list {
		list[i].Focus = focus == list[i].Name || focus == "" && i == 0
	}
	return list
}

// about are the troubles of a field.
func about(problems *fa.Errors, key string) (list []pages.Trouble) {
	if problems == nil {
		return nil
	}
	return troubles(problems.FieldErrors[key])
}

func general(problems *fa.Errors) []pages.Trouble {
	if problems == nil {
		return nil
	}
	return troubles(problems.GeneralErrors)
}

func troubles(list []fa.Error) (told []pages.Trouble) {
	for _, e := range list {
		told = append(told, pages.Trouble(e))
	}
	return told
}

// SetUp implements oauth.Pages.
func (s *site) SetUp(w http.ResponseWriter, r *http.Request, status int, page oauth.SetUpPage) {
	setUp := setUpOf(page.SettingUp)
	setUp.Frame, setUp.Hidden, setUp.RedirectURLs = s.frame(r, page.Tenant, page.Application), fields(page.Hidden), []string{page.RedirectURI}
	setUp.Action, setUp.Required = "/oauth2/two-factor-enable", true
	s.ended(w, r, s.pages.SetUp(w, r, status, setUp))
}

func setUpOf(now *identity.SettingUp) pages.SetUp {
	return pages.SetUp{
		Methods: now.Methods, Method: now.Method, Secret: now.Secret, URI: now.URI, Address: now.Address, Sent: now.Sent, Error: now.Problem,
	}
}

// RecoveryCodes implements oauth.Pages.
func (s *site) RecoveryCodes(w http.ResponseWriter, r *http.Request, page oauth.RecoveryCodesPage) {
	s.ended(w, r, s.pages.RecoveryCodes(w, r, pages.RecoveryCodes{
		Frame: s.frame(r, page.Tenant, page.Application), Action: "/oauth2/two-factor-enable-complete", Hidden: fields(page.Hidden), Codes: page.Codes,
		RedirectURLs: []string{page.RedirectURI},
	}))
}

// Passwordless implements oauth.Pages.
func (s *site) Passwordless(w http.ResponseWriter, r *http.Request, status int, page oauth.PasswordlessPage) {
	action := "/oauth2/passwordless"
	if page.Code != "" {
		action += "/" + url.PathEscape(page.Code)
	}
	s.ended(w, r, s.pages.Passwordless(w, r, status, pages.Passwordless{
		Frame: s.frame(r, page.Tenant, page.Application), Action: action, Hidden: fields(page.Hidden), LoginID: page.LoginID,
		AskCode: page.AskCode, Link: page.Code != "", Error: page.Problem, LoginURL: along(r, "/oauth2/authorize", without(page.Hidden, "code")),
		RedirectURLs: []string{page.RedirectURI},
	}))
}

// PasswordlessSent implements oauth.Pages.
func (s *site) PasswordlessSent(w http.ResponseWriter, r *http.Request, page oauth.Frame) {
	s.ended(w, r, s.pages.Notice(w, r, http.StatusOK, pages.Notice{Frame: s.frame(r, page.Tenant, page.Application), Says: pages.NoticeSent}))
}

// Passkey implements oauth.Pages.
func (s *site) Passkey(w http.ResponseWriter, r *http.Request, status int, page oauth.PasskeyPage) {
	action := "/oauth2/webauthn"
	if page.Again {
		action += "-reauth"
	}
	s.ended(w, r, s.pages.Passkey(w, r, status, pages.Passkey{
		Frame: s.frame(r, page.Tenant, page.Application), Action: action, Hidden: fields(page.Hidden), LoginID: page.LoginID, Again: page.Again,
		Options: page.Options, Error: page.Problem, LoginURL: along(r, "/oauth2/authorize", page.Hidden), RedirectURLs: []string{page.RedirectURI},
	}))
}

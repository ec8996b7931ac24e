package oauth

import (
	"net/http"
	"slices"

	"wherry/server/internal/fa"
)

// Pages shows people something.
type Pages interface {
	Login(w http.ResponseWriter, r *http.Request, status int, page LoginPage)
	Factor(w http.ResponseWriter, r *http.Request, status int, page FactorPage)
	ChangePassword(w http.ResponseWriter, r *http.Request, status int, page ChangePasswordPage)
	Form(w http.ResponseWriter, r *http.Request, status int, page FormPage)
	SetUp(w http.ResponseWriter, r *http.Request, status int, page SetUpPage)
	RecoveryCodes(w http.ResponseWriter, r *http.Request, page RecoveryCodesPage)
	Passwordless(w http.ResponseWriter, r *http.Request, status int, page PasswordlessPage)
	PasswordlessSent(w http.ResponseWriter, r *http.Request, page Frame)
	Passkey(w http.ResponseWriter, r *http.Request, status int, page PasskeyPage)
	Gate(w http.ResponseWriter, r *http.Request, status int, page GatePage)
	Consent(w http.ResponseWriter, r *http.Request, status int, page ConsentPage)
	Device(w http.ResponseWriter, r *http.Request, status int, page DevicePage)
	Logout(w http.ResponseWriter, r *http.Request, page LogoutPage)
	Post(w http.ResponseWriter, r *http.Request, page PostPage)
	Onward(w http.ResponseWriter, r *http.Request, page OnwardPage)
	Link(w http.ResponseWriter, r *http.Request, page LinkPage)
	Error(w http.ResponseWriter, r *http.Request, status int, err *Error)
	// Locale is the language of the page, for the redirect's locale parameter.
	Locale(r *http.Request) string
}

// Frame is where a page belongs, and what its form carries along.
type Frame struct {
	Tenant      *fa.Tenant      // nil: none
	Application *fa.Application // nil: none
	Hidden      []Field
	RedirectURI string // where the form may lead
}

// Field is a hidden field.
type Field struct{ Name, Value string }

// frame is a page of an authorize request, which may be nil, whose form has
// more fields of its own.
func (a *authorizeRequest) frame(more ...Field) Frame {
	if a == nil {
		return Frame{Hidden: more}
	}
	return Frame{
		Tenant: a.tenant, Application: a.application, RedirectURI: a.redirectURI,
		Hidden: slices.Concat(a.hidden, a.remembered(), more),
	}
}

// loginFrame is frame for the page with the checkbox that stands for the wish to
// stay signed in.
func (a *authorizeRequest) loginFrame() Frame {
	f := a.frame()
	f.Hidden = a.hidden
	return f
}

// LoginPage is what the login page shows.
type LoginPage struct {
	Frame
	LoginID        string // prefilled
	LoginIDFirst   bool   // the password is asked for on the next page
	RememberDevice bool   // "Keep me signed in" is ticked
	Problem        string // such as "[InvalidLogin]"; empty: nothing went wrong yet
	Passkey        bool   // people may log in with passkeys
	PasskeyAgain   bool   // it is known who it is, and who has a passkey
	Passwordless   bool   // people may log in by a message
	Register       bool   // people may make an account by themselves
	ForgotPassword bool   // a mail can be sent to those who have forgotten it
	Providers      []ProviderButton
	Linking        string // the provider to whose user whoever logs in is linked; empty: none
}

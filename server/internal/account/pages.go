package account

import (
	"net/http"
	"net/url"

	"wherry/server/internal/fa"
	"wherry/server/internal/forms"
	"wherry/server/internal/identity"
)

// Pages shows people something.
type Pages interface {
	Overview(w http.ResponseWriter, r *http.Request, page Overview)
	Profile(w http.ResponseWriter, r *http.Request, status int, page Profile)
	Password(w http.ResponseWriter, r *http.Request, status int, page Password)
	Reauthenticate(w http.ResponseWriter, r *http.Request, status int, page Reauthenticate)
	Factors(w http.ResponseWriter, r *http.Request, page Factors)
	SetUp(w http.ResponseWriter, r *http.Request, status int, page SetUp)
	RecoveryCodes(w http.ResponseWriter, r *http.Request, page RecoveryCodes)
	FactorCode(w http.ResponseWriter, r *http.Request, status int, page FactorCode)
	Passkeys(w http.ResponseWriter, r *http.Request, page PasskeyList)
	NewPasskey(w http.ResponseWriter, r *http.Request, status int, page NewPasskey)
	Sessions(w http.ResponseWriter, r *http.Request, page SessionList)
	LoggedOut(w http.ResponseWriter, r *http.Request, page Frame)
	NotFound(w http.ResponseWriter, r *http.Request)
	Unauthorized(w http.ResponseWriter, r *http.Request)
}

// Frame is whose account it is, and by which application somebody came.
type Frame struct {
	Tenant      *fa.Tenant
	Application *fa.Application
	User        *fa.User
	Done        string // what has just been done: "profile", "password", …; empty: nothing
}

func (v *visit) frame() Frame {
	return Frame{Tenant: v.tenant, Application: v.application, User: &v.user.User}
}

// framed is frame for a page that says what has been done.
func (v *visit) framed(r *http.Request) Frame {
	f := v.frame()
	f.Done = r.URL.Query().Get("done")
	return f
}

// Overview is where everything begins.
type Overview struct {
	Frame
	Factors  bool // people can have second factors
	Passkeys bool // and passkeys
}

// Profile is the form for what is known of somebody.
type Profile struct {
	Frame
	Form     forms.Form
	Values   url.Values
	Problems *fa.Errors
}

// Password is the form for a new password.
type Password struct {
	Frame
	AskCurrent bool
	Passkey    bool // a passkey will do instead
	Problems   []string
}

// Reauthenticate has the browser ask for a passkey.
type Reauthenticate struct {
	Frame
	Options string // for the browser; empty: start over
	Problem string
}

// Factors is a list of second factors.
type Factors struct {
	Frame
	Methods []fa.TwoFactorMethod
	More    bool // another one can be set up
}

// SetUp is where another one is set up.
type SetUp struct {
	Frame
	*identity.SettingUp
}

// RecoveryCodes tells somebody the recovery codes.
type RecoveryCodes struct {
	Frame
	Codes   []string
	Renewed bool // a second factor was there before
}

// FactorCode asks for a code before a second factor is taken away, or there are
// new recovery codes.
type FactorCode struct {
	Frame
	Method  fa.TwoFactorMethod
	Renew   bool // there are to be new recovery codes
	Sent    bool
	Problem string
}

// PasskeyList is a list of passkeys.
type PasskeyList struct {
	Frame
	Keys []*fa.WebAuthnCredential
}

// NewPasskey is where a passkey is made: first it gets a name.
type NewPasskey struct {
	Frame
	Name    string
	Options string // for the browser; empty: give it a name first
	Problem string
}

// SessionList is where somebody is signed in.
type SessionList struct {
	Frame
	Sessions []Session
}

// Session is one place where somebody is signed in.
type Session struct {
	*fa.Session
	Application *fa.Application // nil: single sign-on
}

// Package hosted is the pages for people that belong to no OAuth request, though
// they may come from one and go back to it: where people say that they have
// forgotten a password, and the verification of addresses and registrations.
//
// A page carries the parameters of the OAuth request that it came from in its
// own address, and so does the link in the mail; at the end they lead back to
// /oauth2/authorize, which checks them as if they were new.
package hosted

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// Server serves the pages. All fields are required.
type Server struct {
	Tenants      Documents[fa.Tenant]
	Applications Documents[fa.Application]
	Default      fa.ID // the tenant of those who name none
	Access       identity.AccessLists
	Service      Service
	Later        Later
	Pages        Pages
	Log          *slog.Logger
}

// Documents finds objects.
type Documents[T any] interface {
	Get(ctx context.Context, id fa.ID) (*T, error)
}

// Service applies the rules.
type Service interface {
	VerifyEmail(ctx context.Context, id, code string) (*fa.User, error)
	VerifyRegistration(ctx context.Context, id, code string) error
}

// Later has something done soon, and takes as long whatever comes of it.
type Later interface {
	ForgotPassword(ctx context.Context, f Forgotten) error
}

// Forgotten is somebody who has forgotten a password, as the page was told.
type Forgotten struct {
	TenantID, ApplicationID fa.ID
	LoginID                 string
	State                   map[string]string // for the link
	EventInfo               identity.EventInfo
}

// Pages shows people something.
type Pages interface {
	Forgot(w http.ResponseWriter, r *http.Request, status int, page Form)
	Verify(w http.ResponseWriter, r *http.Request, status int, page Form)
	Notice(w http.ResponseWriter, r *http.Request, status int, page Notice)
	Unauthorized(w http.ResponseWriter, r *http.Request)
}

// Form is a page with a form that is posted to its own address.
type Form struct {
	Tenant       *fa.Tenant
	Application  *fa.Application // nil: none
	LoginID      string
	Problem      string // FusionAuth's code; empty: nothing went wrong yet
	Registration bool   // of Verify: it is a registration
	AskCode      bool   // of Verify: a code has to be typed
}

// Saying is what a Notice says.
type Saying int

// The things that a Notice can say.
const (
	Sent       Saying = iota // a mail is on its way, if there is such a user
	Verified                 // the address has been verified
	Registered               // the registration has been verified
	Expired                  // the link is used or too old
)

// Notice is a page that says one thing.
type Notice struct {
	Tenant      *fa.Tenant
	Application *fa.Application
	Says        Saying
	ContinueURL string
}

// Mount registers the pages.
func (s *Server) Mount(mux *http.ServeMux) {
	protection := http.NewCrossOriginProtection()
	for pattern, h := range map[string]handler{
		"GET /password/forgot":           s.forgot,
		"POST /password/forgot":          s.postForgot,
		"GET /password/sent":             s.says(Sent),
		"GET /email/verify/{id}":         s.verify(false),
		"POST /email/verify/{id}":        s.postVerifyEmail,
		"GET /email/complete":            s.says(Verified),
		"GET /registration/verify/{id}":  s.verify(true),
		"POST /registration/verify/{id}": s.postVerifyRegistration,
		"GET /registration/complete":     s.says(Registered),
	} {
		mux.Handle(pattern, protection.Handler(s.page(h)))
	}
}

// visit is a request for one of the pages.
type visit struct {
	tenant      *fa.Tenant
	application *fa.Application // nil: none
	query       url.Values
}

type handler func(w http.ResponseWriter, r *http.Request, v visit) error

// maxForm is what a form may weigh, in bytes.
const maxForm = 64 << 10

func (s *Server) page(h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		v, err := s.visit(r)
		if err == nil {
			err = s.Access.AdmitTo(r.Context(), v.tenant, v.application)
		}
		if err == nil {
			err = h(w, r.WithContext(identity.Within(r.Context(), v.application)), v)
		}
		switch {
		case errors.Is(err, identity.ErrAddress):
			s.Pages.Unauthorized(w, r)
		case errors.Is(err, fa.ErrNotFound):
			s.Pages.Notice(w, r, http.StatusNotFound, Notice{Tenant: v.tenant, Application: v.application, Says: Expired})
		case err != nil && r.Context().Err() == nil:
			s.Log.ErrorContext(r.Context(), "page failed", "route", r.Pattern, "error", err)
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
}

// visit finds out where somebody comes from. What is named and not there is as
// good as not named: these pages are reached from old mails too.
func (s *Server) visit(r *http.Request) (v visit, err error) {
	if err := r.ParseForm(); err != nil { // no browser sends that
		return v, fa.ErrNotFound
	}
	v.query = r.URL.Query()
	tenant := s.Default
	if id, err := fa.ParseID(v.query.Get("tenantId")); err == nil {
		tenant = id
	}
	if id, err := fa.ParseID(v.query.Get("client_id")); err == nil {
		v.application, err = s.Applications.Get(r.Context(), id)
		if err == nil {
			tenant = v.application.TenantID
		} else if !errors.Is(err, fa.ErrNotFound) {
			return v, err
		}
	}
	if v.tenant, err = s.Tenants.Get(r.Context(), tenant); errors.Is(err, fa.ErrNotFound) {
		v.tenant, err = s.Tenants.Get(r.Context(), s.Default)
	}
	return v, err
}

func (v visit) form(problem string) Form {
	return Form{Tenant: v.tenant, Application: v.application, Problem: problem}
}

func (s *Server) says(what Saying) handler {
	return func(w http.ResponseWriter, r *http.Request, v visit) error {
		next := ""
		if what != Sent {
			next = v.back()
		}
		s.Pages.Notice(w, r, http.StatusOK, Notice{Tenant: v.tenant, Application: v.application, Says: what, ContinueURL: next})
		return nil
	}
}

// carried are the parameters of an OAuth request that survive a mail.
var carried = []string{
	"client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "code_challenge", "code_challenge_method",
	"prompt", "max_age", "locale", "timezone",
}

// maxCarried is how long a parameter may be, in bytes.
const maxCarried = 4096

// state is what the link in the mail carries.
func (v visit) state() map[string]string {
	state := map[string]string{}
	for _, name := range carried {
		if value := v.query.Get(name); value != "" && len(value) <= maxCarried {
			state[name] = value
		}
	}
	return state
}

// back leads to the application that somebody came from; empty if there is
// none.
func (v visit) back() string {
	if v.query.Get("client_id") == "" || v.query.Get("redirect_uri") == "" || v.query.Get("response_type") == "" {
		return ""
	}
	q := url.Values{"tenantId": {string(v.tenant.ID)}}
	for name, value := range v.state() {
		q.Set(name, value)
	}
	return "/oauth2/authorize?" + q.Encode()
}

// on sends the browser to the next page, with the same parameters.
func (v visit) on(w http.ResponseWriter, r *http.Request, path string) {
	if locale := cmp.Or(r.PostForm.Get("locale"), v.query.Get("locale")); locale != "" {
		v.query.Set("locale", locale)
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, path+"?"+v.query.Encode(), http.StatusFound)
}

// peer is the address that the request came from.
func peer(r *http.Request) string {
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	return host
}

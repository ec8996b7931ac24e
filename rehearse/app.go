package rehearse

import (
	"cmp"
	"context"
	"crypto/rand"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// app is an application as somebody would write it against FusionAuth, with the
// standard libraries and nothing of ours: it sends people to the login page
// and shows what came back.
type app struct {
	verifier *oidc.IDTokenVerifier
	oauth    oauth2.Config
	pending  pending
}

const callbackPath = "/callback"

//go:embed app.html.tmpl
var appTemplate string

var appPage = template.Must(template.New("app").Parse(appTemplate))

func newApp(ctx context.Context, r *Rehearsal) (*app, error) {
	provider, err := oidc.NewProvider(ctx, r.Issuer())
	if err != nil {
		return nil, fmt.Errorf("discover the issuer: %w", err)
	}
	return &app{
		verifier: provider.Verifier(&oidc.Config{ClientID: r.ApplicationID}),
		oauth: oauth2.Config{
			ClientID: r.ApplicationID, ClientSecret: r.ClientSecret.Reveal(), Endpoint: provider.Endpoint(),
			RedirectURL: r.AppURL + callbackPath, Scopes: []string{oidc.ScopeOpenID, "email", "profile"},
		},
	}, nil
}

// Issuer is the issuer of the rehearsal's tenant.
func (r *Rehearsal) Issuer() string { return r.ServerURL + "/" + r.TenantID }

func (a *app) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", a.signIn)
	mux.HandleFunc("GET "+callbackPath, a.callback)
	return mux
}

const cookie = "wherry_rehearsal"

// signIn sends the browser to the login page.
func (a *app) signIn(w http.ResponseWriter, r *http.Request) {
	state, nonce, verifier := rand.Text(), rand.Text(), oauth2.GenerateVerifier()
	a.pending.add(state, attempt{nonce, verifier, time.Now()})
	http.SetCookie(w, &http.Cookie{Name: cookie, Value: state, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	http.Redirect(w, r, a.oauth.AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier)), http.StatusFound)
}

// callback exchanges the code and shows who signed in.
func (a *app) callback(w http.ResponseWriter, r *http.Request) {
	claims, err := a.claims(r)
	if err != nil {
		http.Error(w, "The sign-in did not work: "+err.Error(), http.StatusBadRequest)
		return
	}
	shown, _ := json.MarshalIndent(claims, "", "  ") // it was decoded from JSON
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	_ = appPage.Execute(w, map[string]any{
		"Subject": claims["sub"], "Who": who(claims),
		"Migrated": claims["authenticationType"] == "GENERIC_CONNECTOR", "Claims": string(shown),
	})
}

// who names somebody by the best that the token has.
func who(claims map[string]any) string {
	text := func(name string) string { s, _ := claims[name].(string); return s }
	full := strings.TrimSpace(text("given_name") + " " + text("family_name"))
	return cmp.Or(text("name"), full, text("email"), text("sub"))
}

func (a *app) claims(r *http.Request) (claims map[string]any, err error) {
	q := r.URL.Query()
	if reason := q.Get("error"); reason != "" {
		return nil, fmt.Errorf("%s: %s", reason, q.Get("error_description"))
	}
	sent, err := r.Cookie(cookie)
	known, ok := a.pending.take(q.Get("state"))
	if err != nil || !ok || sent.Value != q.Get("state") {
		return nil, fmt.Errorf("it did not begin in this browser; start again at /")
	}
	token, err := a.oauth.Exchange(r.Context(), q.Get("code"), oauth2.VerifierOption(known.verifier))
	if err != nil {
		return nil, fmt.Errorf("exchange the code: %w", err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := a.verifier.Verify(r.Context(), raw)
	if err != nil {
		return nil, fmt.Errorf("verify the ID token: %w", err)
	}
	if id.Nonce != known.nonce {
		return nil, fmt.Errorf("the nonce is not the one that was sent")
	}
	return claims, id.Claims(&claims)
}

// attempt is a sign-in that has begun.
type attempt struct {
	nonce, verifier string
	began           time.Time
}

// pending remembers the sign-ins that have begun, by state.
type pending struct {
	mu   sync.Mutex
	list map[string]attempt
}

const patience = time.Hour

func (p *pending) add(state string, a attempt) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.list == nil {
		p.list = map[string]attempt{}
	}
	for old, began := range p.list {
		if time.Since(began.began) > patience {
			delete(p.list, old)
		}
	}
	p.list[state] = a
}

func (p *pending) take(state string) (attempt, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	a, ok := p.list[state]
	delete(p.list, state)
	return a, ok
}

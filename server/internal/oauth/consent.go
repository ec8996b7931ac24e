package oauth

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// ConsentPage asks whether an application may have what it asks for. It posts the
// hidden fields, scopeConsents["name"]=true for each scope that is ticked, and
// action=allow or action=cancel to /oauth2/consent.
type ConsentPage struct {
	Frame
	Scopes []ConsentScope
}

// ConsentScope is something to consent to. What is required cannot be refused
// alone.
type ConsentScope struct {
	Name, Message, Detail string
	Required              bool
}

const (
	fieldConsent  = "consentId"
	consentKind   = "oauthConsent"
	consentedKind = "oauthConsentChoice"
)

// How long a page for consent is good, and how long a decision is remembered.
const (
	consentLives    = 10 * time.Minute
	consentRemember = 30 * 24 * time.Hour
)

// askConsent shows the consent page to whoever has to consent. Applications of
// one's own ask nobody.
func (s *Server) askConsent(w http.ResponseWriter, r *http.Request, a *authorizeRequest, arrived arrival) (asked bool, err error) {
	needed, err := s.needsConsent(r, a, arrived)
	if !needed || err != nil {
		return false, err
	}
	if a.prompted("none") {
		return true, a.refused(refuse("consent_required", "consent_required", "The user has to consent."))
	}
	id := identity.NewCode()
	if err := s.Identifiers.KeepIdentifier(r.Context(), consentKind, id, consentLives, arrived); err != nil {
		return true, err
	}
	page := ConsentPage{Frame: a.frame(Field{fieldConsent, id})}
	for _, name := range a.scopes {
		if scope, _ := a.application.Scope(name); name != "openid" && name != "offline_access" {
			page.Scopes = append(page.Scopes, ConsentScope{name, scope.DefaultConsentMessage, scope.DefaultConsentDetail, scope.Required})
		}
	}
	s.Pages.Consent(w, r, http.StatusOK, page)
	return true, nil
}

func (s *Server) needsConsent(r *http.Request, a *authorizeRequest, arrived arrival) (bool, error) {
	config := a.application.OAuthConfiguration
	if config.Relationship != fa.ThirdParty || len(a.scopes) == 0 {
		return false, nil
	}
	switch {
	case a.prompted("consent"):
		return true, nil
	case config.ConsentMode == fa.ConsentNeverPrompt:
		return false, nil
	case config.ConsentMode == fa.ConsentAlwaysPrompt:
		return true, nil
	}
	var remembered []string
	err := s.Identifiers.Identifier(r.Context(), consentedKind, choiceOf(arrived), &remembered)
	if errors.Is(err, fa.ErrNotFound) {
		return true, nil
	}
	missing := slices.ContainsFunc(a.scopes, func(name string) bool { return !slices.Contains(remembered, name) })
	return missing, err
}

func choiceOf(arrived arrival) string {
	return string(arrived.ApplicationID) + " " + string(arrived.UserID)
}

// consent serves the form of the consent page. The page is good once.
func (s *Server) consent(w http.ResponseWriter, r *http.Request) error {
	values, err := form(r)
	if err != nil {
		return err
	}
	a, err := s.authorizeRequest(r.Context(), values)
	if err != nil {
		return err
	}
	var arrived arrival
	err = s.Identifiers.TakeIdentifier(r.Context(), consentKind, values.Get(fieldConsent), &arrived)
	if errors.Is(err, fa.ErrNotFound) || err == nil && (arrived.ApplicationID != a.application.ID || arrived.RedirectURI != a.redirectURI) {
		return s.startOver(w, r, a, "[SSOSessionDeletedOrExpired]")
	}
	if err != nil {
		return err
	}
	if values.Get("action") != "allow" {
		return a.refused(refuse("access_denied", "consent_canceled", "The user has not consented."))
	}
	arrived.Scopes = consented(a, arrived.Scopes, values)
	if a.application.OAuthConfiguration.ConsentMode == fa.ConsentRememberDecision {
		if err := s.rememberConsent(r, arrived); err != nil {
			return err
		}
	}
	return s.finish(w, r, a, arrived)
}

// consented are the scopes that are ticked, and those that are required.
func consented(a *authorizeRequest, scopes []string, values url.Values) []string {
	return slices.DeleteFunc(slices.Clone(scopes), func(name string) bool {
		scope, _ := a.application.Scope(name)
		ticked := values.Get(`scopeConsents["`+name+`"]`) == "true" || values.Get("scopeConsents['"+name+"']") == "true"
		return !scope.Required && !ticked
	})
}

func (s *Server) rememberConsent(r *http.Request, arrived arrival) error {
	err := s.Identifiers.KeepIdentifier(r.Context(), consentedKind, choiceOf(arrived), consentRemember, arrived.Scopes)
	if errors.Is(err, fa.ErrConflict) {
		err = s.Identifiers.ReplaceIdentifier(r.Context(), consentedKind, choiceOf(arrived), arrived.Scopes)
	}
	return err
}

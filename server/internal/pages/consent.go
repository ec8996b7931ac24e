package pages

import "net/http"

// Consent is the page on which somebody allows an application what it asks for.
// It posts scopeConsents["name"] ("true" for each that is ticked), action
// ("allow" or "cancel"), locale and the hidden fields.
type Consent struct {
	Frame
	Action string
	Hidden []Field
	Scopes []Scope
	// RedirectURLs: see Login.
	RedirectURLs []string
}

// Scope is what an application asks for.
type Scope struct {
	Name string
	// Message and Detail say what it is; without them there is a message
	// scope.name, or the name.
	Message, Detail string
	Required        bool
}

// Scope is what a scope is called.
func (b bundle) Scope(s Scope) string {
	for _, said := range []string{s.Message, b.messages["scope."+s.Name], s.Name} {
		if said != "" {
			return said
		}
	}
	return ""
}

// Consent writes the page.
func (p *Pages) Consent(w http.ResponseWriter, r *http.Request, status int, page Consent) error {
	return p.write(w, r, status, "consent", page, page.RedirectURLs...)
}

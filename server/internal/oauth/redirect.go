package oauth

import (
	"maps"
	"net/http"
	"net/url"
)

// reply is what the browser takes to the application.
type reply struct {
	mode   string // query, fragment or form_post
	uri    string
	values url.Values
}

// reply is an answer to the request, which carries the state and, by RFC 9207
// section 2, the issuer.
func (a *authorizeRequest) reply(values url.Values) *reply {
	values = maps.Clone(values)
	if a.state != "" {
		values.Set("state", a.state)
	}
	values.Set("iss", a.tenant.Issuer)
	return &reply{a.responseMode, a.redirectURI, values}
}

// refused is an error that the application is told.
func (a *authorizeRequest) refused(err *Error) *Error {
	values := url.Values{}
	for name, value := range map[string]string{"error": err.Code, "error_reason": err.Reason, "error_description": err.Description} {
		if value != "" {
			values.Set(name, value)
		}
	}
	told := *err
	told.reply = a.reply(values)
	return &told
}

// send sends the browser to the application.
func (s *Server) send(w http.ResponseWriter, r *http.Request, to *reply) {
	if to.mode == modePost {
		page := PostPage{Action: to.uri}
		for name := range to.values {
			page.Fields = append(page.Fields, Field{name, to.values.Get(name)})
		}
		s.Pages.Post(w, r, page)
		return
	}
	leave(w, r, to.url())
}

// url is the redirect URL with the answer in it. What is in its query already
// RFC 6749 section 3.1.2 says "MUST be retained".
func (to *reply) url() string {
	target, err := url.Parse(to.uri)
	if err != nil { // it was registered, and registered URLs parse
		return to.uri
	}
	encoded := to.values.Encode()
	if to.mode == modeFragment {
		return to.uri + "#" + encoded
	}
	if target.RawQuery != "" {
		encoded = target.RawQuery + "&" + encoded
	}
	target.RawQuery = encoded
	return target.String()
}

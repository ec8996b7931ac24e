package mail

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"

	"github.com/go-json-experiment/json/jsontext"

	"wherry/server/internal/fa"
)

// scene is everything that a template may speak of.
type scene struct {
	tenant      *fa.Tenant
	application *fa.Application // nil: none
	user        *fa.Account     // nil: none
	template    *fa.EmailTemplate
}

func (p *Office) scene(ctx context.Context, o Order) (s scene, err error) {
	if s.tenant, err = p.Tenants.Get(ctx, o.TenantID); err != nil {
		return s, err
	}
	if o.TemplateID != "" {
		if s.template, err = p.Templates.Get(ctx, o.TemplateID); err != nil {
			return s, err
		}
	}
	if o.ApplicationID != "" {
		if s.application, err = p.Applications.Get(ctx, o.ApplicationID); err != nil {
			return s, err
		}
	}
	if o.UserID != "" {
		s.user, err = p.Users.User(ctx, o.UserID)
	}
	return s, err
}

// values are what a template may name: user, application, registration and
// tenant as FusionAuth has them, but for what is secret, and our own baseURL,
// where links lead to.
func (s scene) values(own map[string]any) (map[string]any, error) {
	values := map[string]any{"baseURL": BaseURL(s.tenant, s.application)}
	parts := map[string]any{"tenant": map[string]any{
		"id": s.tenant.ID, "name": s.tenant.Name, "issuer": s.tenant.Issuer, "data": s.tenant.Data, "baseURL": BaseURL(s.tenant, nil),
	}}
	if a := s.application; a != nil {
		parts["application"] = map[string]any{
			"id": a.ID, "name": a.Name, "tenantId": a.TenantID, "data": a.Data, "baseURL": BaseURL(s.tenant, a),
			"oauthConfiguration": map[string]any{"clientId": a.OAuthConfiguration.ClientID},
		}
	}
	if s.user != nil {
		parts["user"] = s.user.User
		if s.application != nil {
			if r, registered := s.user.Registration(s.application.ID); registered {
				parts["registration"] = r
			}
		}
	}
	maps.Copy(parts, own)
	for name, part := range parts {
		plain, err := plainly(part)
		if err != nil {
			return nil, fmt.Errorf("read the %s: %w", name, err)
		}
		values[name] = plain
	}
	return values, nil
}

// plainly is a value as JSON has it, null left out.
func plainly(v any) (out any, err error) {
	doc, err := fa.Encode(v)
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(jsontext.Value(doc)))
	d.UseNumber()
	err = d.Decode(&out)
	return out, err
}

// BaseURL is what links in mails begin with: never what a request says, as
// anybody could send one. The application may be nil.
func BaseURL(t *fa.Tenant, a *fa.Application) string {
	if a != nil && a.BaseURL != "" {
		return a.BaseURL
	}
	return cmp.Or(t.BaseURL, origin(t.Issuer), "http://localhost:9011")
}

// origin is the beginning of an issuer that is a URL; else it is empty.
func origin(issuer string) string {
	u, err := url.Parse(issuer)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

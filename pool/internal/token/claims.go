package token

import (
	"encoding/json"
	"strconv"
	"time"

	"wherry/pool/internal/model"
)

// Grant is what the tokens of one answer are made from.
type Grant struct {
	User     *model.User
	Client   *model.Client
	Groups   []*model.Group // those of the user, in order of precedence
	Session  uint64         // from Begin
	SignedIn time.Time      // auth_time: stays when tokens are refreshed
	Now      time.Time
	NewID    func() string
}

// Scope is what a sign-in by API may do: everything about its own user.
const Scope = "aws.cognito.signin.user.admin"

// common is the claims that both kinds of token have.
func (m *Mint) common(g *Grant, use string, lifetime time.Duration) map[string]any {
	c := map[string]any{
		"sub": g.User.Sub(), "iss": m.Issuer, "token_use": use,
		"iat": g.Now.Unix(), "exp": g.Now.Add(lifetime).Unix(), "auth_time": g.SignedIn.Unix(),
		"event_id": m.hide(g.Session, asEvent),
	}
	if g.Client.Revokes() {
		c["jti"], c["origin_jti"] = g.NewID(), m.hide(g.Session, asOrigin)
	}
	if len(g.Groups) > 0 {
		names := make([]string, len(g.Groups))
		for i, group := range g.Groups {
			names[i] = group.GroupName
		}
		c["cognito:groups"] = names
	}
	return c
}

func (m *Mint) accessClaims(g *Grant) map[string]any {
	c := m.common(g, "access", g.Client.AccessLifetime())
	c["client_id"], c["username"], c["scope"] = g.Client.ClientID, g.User.Username, Scope
	return c
}

func (m *Mint) idClaims(g *Grant) map[string]any {
	c := m.common(g, "id", g.Client.IDLifetime())
	c["aud"], c["cognito:username"] = g.Client.ClientID, g.User.Username
	for _, a := range g.User.Attributes {
		if _, taken := c[a.Name]; !taken && g.Client.Reads(a.Name) {
			c[a.Name] = claim(a)
		}
	}
	var roles []string
	for _, group := range g.Groups {
		if group.RoleArn != "" {
			roles = append(roles, group.RoleArn)
		}
	}
	if len(roles) > 0 {
		c["cognito:roles"], c["cognito:preferred_role"] = roles, roles[0]
	}
	return c
}

// claim is the form that an attribute has in an ID token.
func claim(a model.Attribute) any {
	switch a.Name {
	case "email_verified", "phone_number_verified":
		return a.Value == "true"
	case "address":
		return map[string]string{"formatted": a.Value}
	case "identities":
		return identities(a.Value)
	default:
		return a.Value
	}
}

// identities turns the attribute into the list that tokens carry, in which
// every value is text.
func identities(value string) any {
	var list []model.Identity
	if json.Unmarshal([]byte(value), &list) != nil {
		return value
	}
	texts := make([]map[string]*string, len(list))
	for i, v := range list {
		primary, created := strconv.FormatBool(v.Primary), strconv.FormatInt(v.DateCreated, 10)
		texts[i] = map[string]*string{
			"userId": &v.UserID, "providerName": &v.ProviderName, "providerType": &v.ProviderType,
			"issuer": v.Issuer, "primary": &primary, "dateCreated": &created,
		}
	}
	return texts
}

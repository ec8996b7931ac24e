package cognito

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"wherry/internal/secret"
	"wherry/toolkit/internal/plan"
)

// Groups are the groups that an ID or access token names. The signature is not
// looked at: the token came from Cognito itself, over TLS, a moment ago.
func Groups(token secret.String) ([]string, error) {
	var c struct {
		Groups any `json:"cognito:groups"`
	}
	if err := readClaims(token, &c); err != nil {
		return nil, err
	}
	return texts(c.Groups), nil
}

// IDTokenUser is the user as an ID token shows him: the attributes that the
// app client may read and those that a trigger added, with the groups.
func (c *Client) IDTokenUser(token secret.String) (plan.CognitoUser, error) {
	claims, err := claims(token)
	if err != nil {
		return plan.CognitoUser{}, &Failure{Operation: "ID token", Outcome: Unclassified, err: err}
	}
	return plan.CognitoUser{
		PoolID:     c.PoolID,
		Username:   text(claims["cognito:username"]),
		Attributes: claims.attributes(),
		Groups:     claims.groups(),
	}, nil
}

type claimSet map[string]any

func claims(token secret.String) (c claimSet, err error) {
	err = readClaims(token, &c)
	return c, err
}

// readClaims decodes the claims into v, numbers with all their digits.
func readClaims(token secret.String, v any) error {
	parts := strings.Split(token.Reveal(), ".")
	if len(parts) != 3 {
		return errors.New("read a token: it does not have three parts")
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return fmt.Errorf("read a token: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(payload))
	d.UseNumber()
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("read a token: %w", err)
	}
	return nil
}

func (c claimSet) groups() []string {
	return texts(c["cognito:groups"])
}

// texts reads a list of texts. What is none is left out.
func texts(claim any) (names []string) {
	list, _ := claim.([]any)
	for _, name := range list {
		if s, ok := name.(string); ok {
			names = append(names, s)
		}
	}
	return names
}

// protocol is the claims that are about the token and not about the user.
var protocol = map[string]bool{
	"iss": true, "aud": true, "exp": true, "iat": true, "nbf": true, "jti": true, "origin_jti": true, "auth_time": true,
	"token_use": true, "event_id": true, "at_hash": true, "nonce": true, "client_id": true, "scope": true, "azp": true,
}

func (c claimSet) attributes() plan.Attributes {
	m := plan.Attributes{}
	for name, value := range c {
		switch {
		case protocol[name], strings.HasPrefix(name, "cognito:"):
		case name == "address":
			m[name] = address(value)
		default:
			m[name] = text(value)
		}
	}
	return m
}

// address undoes what Cognito does to this one attribute: OpenID Connect wants
// an object, so its text arrives as {"formatted": text}.
func address(claim any) string {
	if o, ok := claim.(map[string]any); ok && len(o) == 1 && o["formatted"] != nil {
		return text(o["formatted"])
	}
	return text(claim)
}

// text turns a claim back into the text that the attribute is.
func text(claim any) string {
	switch v := claim.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case json.Number:
		return v.String()
	default:
		b, err := json.Marshal(v)
		if err != nil { // it has just been decoded from JSON
			return ""
		}
		return string(b)
	}
}

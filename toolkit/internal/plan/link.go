package plan

import (
	"encoding/json"
	"strconv"
	"strings"
)

// Link is one entry of the attribute identities: an identity provider that
// the user signs in with.
type Link struct {
	ProviderName string `json:"providerName"`
	ProviderType string `json:"providerType"` // Google, Facebook, LoginWithAmazon, SignInWithApple, OIDC, SAML
	UserID       string `json:"userId"`
	Issuer       string `json:"issuer,omitempty"`
	Primary      bool   `json:"primary"`               // the provider made the profile
	DateCreated  int64  `json:"dateCreated,omitempty"` // milliseconds
}

// made tells whether Cognito made the username up from this link:
// Google_1234567890. Cognito may have changed its case.
func (l Link) made(username string) bool {
	return strings.EqualFold(username, l.ProviderName+"_"+l.UserID)
}

// Links are the identity providers that a user signs in with. An attribute that
// cannot be read tells of none, as in Map.
func Links(u CognitoUser) []Link {
	links, err := readLinks(u.Attributes["identities"])
	if err != nil {
		return nil
	}
	return links
}

// readLinks understands the attribute identities as the API shows it and as
// tokens do, where every value is text.
func readLinks(text string) ([]Link, error) {
	var list []struct {
		ProviderName, ProviderType, UserID, Issuer, Primary, DateCreated loose
	}
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		return nil, err
	}
	links := make([]Link, len(list))
	for i, item := range list {
		created, _ := strconv.ParseInt(string(item.DateCreated), 10, 64)
		links[i] = Link{
			string(item.ProviderName), string(item.ProviderType), string(item.UserID), string(item.Issuer),
			item.Primary == "true", created,
		}
	}
	return links, nil
}

func linkObjects(links []Link) []any {
	out := make([]any, len(links))
	for i, l := range links {
		object := map[string]any{"providerName": l.ProviderName, "providerType": l.ProviderType, "userId": l.UserID, "primary": l.Primary}
		if l.Issuer != "" {
			object["issuer"] = l.Issuer
		}
		if l.DateCreated != 0 {
			object["dateCreated"] = l.DateCreated
		}
		out[i] = object
	}
	return out
}

// loose is a text, a number, true or false, as text; null is "".
type loose string

func (l *loose) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return nil
	}
	if data[0] != '"' {
		*l = loose(data)
		return nil
	}
	return json.Unmarshal(data, (*string)(l))
}

package fa

import "fmt"

// RefreshToken is a refresh token as the API shows it, but for its value, of
// which only a hash is kept. One without an application is a session of single
// sign-on.
//
// Source: https://fusionauth.io/docs/apis/jwt#retrieve-refresh-tokens
type RefreshToken struct {
	ApplicationID ID                   `json:"applicationId,omitzero"`
	Data          Data                 `json:"data,omitempty"`
	ID            ID                   `json:"id,omitzero"`
	InsertInstant int64                `json:"insertInstant,omitzero"`
	MetaData      RefreshTokenMetaData `json:"metaData"`
	StartInstant  int64                `json:"startInstant,omitzero"` // from which on its time to live counts
	TenantID      ID                   `json:"tenantId,omitzero"`
	UserID        ID                   `json:"userId,omitzero"`
	Rest          Rest                 `json:",embed"`
}

// RefreshTokenMetaData is where and for what a refresh token was made.
type RefreshTokenMetaData struct {
	Data   Data     `json:"data,omitempty"`
	Device Device   `json:"device"`
	Scopes []string `json:"scopes"`
	Rest   Rest     `json:",embed"`
}

// Device is what somebody signs in with.
type Device struct {
	Description         string `json:"description,omitzero"`
	LastAccessedAddress string `json:"lastAccessedAddress,omitzero"`
	LastAccessedInstant int64  `json:"lastAccessedInstant,omitzero"`
	Name                string `json:"name,omitzero"`
	Type                string `json:"type,omitzero"`
	Rest                Rest   `json:",embed"`
}

// Session is a refresh token with what the server alone knows of it.
type Session struct {
	RefreshToken
	Hash               string   `json:"-"`        // of its value
	AuthTime           int64    `json:"authTime"` // when the user signed in, in seconds
	AuthenticationType string   `json:"authenticationType"`
	Factor             bool     `json:"factor,omitzero"`     // a second factor was given
	GrantTypes         []string `json:"grantTypes,omitzero"` // how it came to be
	Public             bool     `json:"public,omitzero"`     // its client had nothing but PKCE to prove itself
}

// NewSession returns a session with every default filled in.
func NewSession() Session {
	return Session{RefreshToken: RefreshToken{MetaData: RefreshTokenMetaData{Scopes: []string{}}}}
}

// SessionMatch names sessions: those that agree with every value that is given.
type SessionMatch struct {
	ID            ID
	UserID        ID
	ApplicationID ID
	TenantID      ID
	Hash          string
}

// RefreshTokenImport is one refresh token of an import.
//
// Source: https://fusionauth.io/docs/apis/users#import-refresh-tokens
type RefreshTokenImport struct {
	RefreshToken
	Token string `json:"token"`
}

// Place is where the token with that number stands in the request. What it is
// called must not say its value.
func (t *RefreshTokenImport) Place(i int) string { return fmt.Sprintf("refreshTokens[%d]", i) }

// Check reports what is wrong with a refresh token that is imported; path is
// where it hangs in the request.
func (t *RefreshTokenImport) Check(errs *Errors, path string) {
	errs.Require(string(t.ApplicationID), path+".applicationId")
	errs.Require(t.Token, path+".token")
	errs.Require(string(t.UserID), path+".userId")
	if t.StartInstant <= 0 {
		errs.Field(path+".startInstant", "missing", "You must specify the [%s.startInstant] property.", path)
	}
}

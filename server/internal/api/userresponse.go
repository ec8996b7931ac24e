package api

import (
	"context"
	"net/http"

	"github.com/go-json-experiment/json/jsontext"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// How somebody who was made by a request is called in tokens.
const (
	byUserCreate   = "USER_CREATE"
	byRegistration = "REGISTRATION"
)

// userResponse is a user or a registration, with what goes with new ones.
//
// Source: https://fusionauth.io/docs/apis/users
type userResponse struct {
	EmailVerificationID          string              `json:"emailVerificationId,omitzero"`
	EmailVerificationOneTimeCode string              `json:"emailVerificationOneTimeCode,omitzero"`
	Registration                 *fa.Registration    `json:"registration,omitzero"`
	RegistrationVerificationID   string              `json:"registrationVerificationId,omitzero"`
	RegistrationVerificationCode string              `json:"registrationVerificationOneTimeCode,omitzero"`
	Token                        string              `json:"token,omitzero"`
	TokenExpirationInstant       int64               `json:"tokenExpirationInstant,omitzero"`
	User                         *fa.User            `json:"user,omitzero"`
	VerificationIDs              []fa.VerificationID `json:"verificationIds,omitempty"`
}

// verify adds what is still to be verified.
func (u *userResponse) verify(ids identity.VerificationIDs) {
	u.VerificationIDs = ids.Identities
	for _, id := range ids.Identities {
		if id.Type == fa.IdentityEmail {
			u.EmailVerificationID, u.EmailVerificationOneTimeCode = id.ID, id.OneTimeCode
		}
	}
	for _, id := range ids.Registrations {
		u.RegistrationVerificationID, u.RegistrationVerificationCode = id.ID, id.OneTimeCode
	}
}

// sign adds a token for somebody new.
func (h *Users) sign(ctx context.Context, u *userResponse, user *fa.User) error {
	g := identity.Grant{User: user, AuthenticationType: byUserCreate}
	var err error
	if g.Tenant, err = h.mux.Tenants.Get(ctx, user.TenantID); err != nil {
		return err
	}
	if u.Registration != nil {
		g.AuthenticationType, g.Registration = byRegistration, u.Registration
		if g.Application, err = h.Applications.Get(ctx, u.Registration.ApplicationID); err != nil {
			return err
		}
	}
	token, err := h.Tokens.Access(ctx, g)
	u.Token, u.TokenExpirationInstant = token.Compact, token.Expires.UnixMilli()
	return err
}

// enrolment reads what a request says beside the user.
func enrolment(body envelope) identity.Enrolment {
	how := body["sendSetPasswordIdentityType"]
	asked := how.Kind() == jsontext.KindString && string(how) != `"doNotSend"`
	return identity.Enrolment{
		DisableDomainBlock:           body.flag("disableDomainBlock"),
		GenerateAuthenticationToken:  body.flag("generateAuthenticationToken"),
		SetPassword:                  asked || body.flag("sendSetPasswordEmail"),
		SkipVerification:             body.flag("skipVerification"),
		SkipRegistrationVerification: body.flag("skipRegistrationVerification"),
		VerificationIDs:              body.texts("verificationIds"),
	}
}

// identifierIn reads the id that was made for the user who is looked for; empty
// when the request names none.
func identifierIn(r *http.Request) (kind, id string) {
	q := r.URL.Query()
	if id := q.Get("changePasswordId"); id != "" {
		return identity.KindPasswordChange, id
	}
	return identity.KindVerification, q.Get("verificationId")
}

// byIdentifier finds the user for whom an id was made that travels outside.
func (h *Users) byIdentifier(r *http.Request, kind, id string) (*fa.Account, error) {
	var owner struct {
		UserID fa.ID `json:"userId"`
	}
	if err := h.Identifiers.Identifier(r.Context(), kind, id, &owner); err != nil {
		return nil, err
	}
	return h.visible(r, owner.UserID)
}

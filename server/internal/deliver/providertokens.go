package deliver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// tokens is what a provider gives out.
type tokens struct {
	access, id, refresh string
	claims              map[string]any // of the ID token, once it is verified; nil: there is none
}

// all is the tokens as lambdas see them.
func (t *tokens) all() map[string]any {
	all := map[string]any{"access_token": t.access}
	if t.id != "" {
		all["id_token"] = t.id
	}
	if t.refresh != "" {
		all["refresh_token"] = t.refresh
	}
	return all
}

// exchange turns a code into tokens.
func (p *Providers) exchange(ctx context.Context, from *party, a identity.ExternalAnswer) (*tokens, error) {
	from.RedirectURL = a.RedirectURI
	var options []oauth2.AuthCodeOption
	if a.Verifier != "" {
		options = append(options, oauth2.VerifierOption(a.Verifier))
	}
	got, err := from.Exchange(p.context(ctx), a.Code, options...)
	if err != nil {
		return nil, refusedCode(err)
	}
	t := &tokens{access: got.AccessToken, refresh: got.RefreshToken}
	t.id, _ = got.Extra("id_token").(string)
	if t.id == "" || from.oidc == nil {
		return t, nil
	}
	t.claims, err = p.verify(ctx, from, t.id, a.Nonce, t.access)
	return t, err
}

// refusedCode leaves out what the answer says beside the error: it may be a
// token.
func refusedCode(err error) error {
	if refused, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		said := strings.TrimSpace(refused.ErrorCode + " " + refused.ErrorDescription)
		return fmt.Errorf("the token endpoint answers %d [%s]", refused.Response.StatusCode, said)
	}
	return plainly(err)
}

// verify returns the claims of an ID token, if it is one for us. nonce and access
// may be empty.
//
// Source: https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation
func (p *Providers) verify(ctx context.Context, from *party, raw, nonce, access string) (map[string]any, error) {
	verifier := from.oidc.VerifierContext(p.context(ctx), &oidc.Config{ClientID: from.ClientID, Now: p.Now})
	token, err := verifier.Verify(p.context(ctx), raw)
	if err != nil {
		return nil, fmt.Errorf("the ID token is not valid: %w", err)
	}
	if nonce != "" && token.Nonce != nonce {
		return nil, errors.New("the ID token has not the nonce that was sent")
	}
	if access != "" && token.AccessTokenHash != "" {
		if err := token.VerifyAccessToken(access); err != nil {
			return nil, errors.New("the ID token goes with another access token")
		}
	}
	var body rawClaims
	if err := token.Claims(&body); err != nil {
		return nil, fmt.Errorf("the ID token cannot be read: %w", err)
	}
	claims, err := readClaims(body)
	if err != nil {
		return nil, fmt.Errorf("the ID token cannot be read: %w", err)
	}
	_, named := claims["azp"] // section 3.1.3.7, 4 and 5
	if named && textOf(claims["azp"]) != from.ClientID || !named && len(token.Audience) > 1 {
		return nil, errors.New("the ID token was made for another client")
	}
	return claims, nil
}

// rawClaims is JSON as it is.
type rawClaims []byte

// UnmarshalJSON keeps it.
func (c *rawClaims) UnmarshalJSON(data []byte) error {
	*c = append((*c)[:0], data...)
	return nil
}

// read reads an object with an access token, such as UserInfo.
//
// Source: https://openid.net/specs/openid-connect-core-1_0.html#UserInfo
func (p *Providers) read(ctx context.Context, at, access string) (map[string]any, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return nil, errors.New("the address cannot be used")
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Authorization", "Bearer "+access)
	resp, err := p.http().Do(req)
	if err != nil {
		return nil, plainly(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	switch {
	case resp.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("it answers %d", resp.StatusCode)
	case err != nil:
		return nil, plainly(err)
	}
	claims, err := readClaims(body)
	if err != nil {
		return nil, fmt.Errorf("the answer cannot be used: %w", err)
	}
	return claims, nil
}

// presented is what a token is good for that a vendor's own library has got: it
// has to be one for us, or anybody's application could sign its users in here.
func (p *Providers) presented(ctx context.Context, from *party, token string) (*tokens, error) {
	switch from.Type {
	case fa.ProviderGoogle:
		claims, err := p.verify(ctx, from, token, "", "")
		return &tokens{id: token, claims: claims}, err
	case fa.ProviderFacebook:
		return &tokens{access: token}, p.inspect(ctx, from, token)
	}
	return nil, errors.New("it takes codes alone")
}

// shortened is a transport whose answers end, and fail to do so, after 1 MiB.
type shortened struct{ http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (s shortened) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := s.RoundTripper.RoundTrip(r)
	if err == nil {
		resp.Body = &short{resp.Body, maxAnswer}
	}
	return resp, err
}

var errLong = errors.New("the answer is larger than 1 MiB")

type short struct {
	io.ReadCloser
	left int
}

func (s *short) Read(p []byte) (int, error) {
	if s.left <= 0 {
		return 0, errLong
	}
	n, err := s.ReadCloser.Read(p[:min(len(p), s.left)])
	s.left -= n
	return n, err
}

package identity

import (
	"context"

	"wherry/server/internal/fa"
)

// Import brings in refresh tokens that somebody else has given out, all or none.
// The tenant, if one is named, has to be theirs.
//
// Source: https://fusionauth.io/docs/apis/users#import-refresh-tokens
func (s *Sessions) Import(ctx context.Context, tenant fa.ID, tokens []fa.RefreshTokenImport, validate bool) error {
	var errs fa.Refusals
	sessions := make([]*fa.Session, len(tokens))
	for i := range tokens {
		sessions[i] = s.imported(tenant, &tokens[i])
	}
	if validate {
		if err := s.refuseTaken(ctx, sessions, tokens, &errs); err != nil {
			return err
		}
	}
	err := s.Store.ImportSessions(ctx, sessions, func(i int) error {
		return errs.Add(tokens[i].Place(i), fa.FieldError("refreshTokens.userId", "invalid",
			"The user [%s] does not exist, or is not registered for the application [%s].", sessions[i].UserID, sessions[i].ApplicationID))
	})
	if refused := errs.OrNil(); refused != nil {
		return refused
	}
	return err
}

func (s *Sessions) imported(tenant fa.ID, t *fa.RefreshTokenImport) *fa.Session {
	made := fa.NewSession()
	made.RefreshToken, made.Hash = t.RefreshToken, hashToken(t.Token)
	made.TenantID, made.AuthTime, made.AuthenticationType = tenant, t.StartInstant/1000, byPassword
	if made.ID == "" {
		made.ID = s.NewID()
	}
	if made.InsertInstant == 0 {
		made.InsertInstant = made.StartInstant
	}
	if len(made.MetaData.Scopes) == 0 {
		made.MetaData.Scopes = []string{"openid", "offline_access"}
	}
	return &made
}

func (s *Sessions) refuseTaken(ctx context.Context, sessions []*fa.Session, tokens []fa.RefreshTokenImport, errs *fa.Refusals) error {
	hashes := make([]string, len(sessions))
	for i, session := range sessions {
		hashes[i] = session.Hash
	}
	taken, err := s.Store.Hashes(ctx, hashes)
	if err != nil {
		return err
	}
	for i, hash := range hashes {
		if taken[hash] {
			_ = errs.Add(tokens[i].Place(i), fa.FieldError("refreshTokens.token", "duplicate", "A refresh token with this value already exists."))
		}
		taken[hash] = true // the next one with the same value comes second
	}
	return nil
}

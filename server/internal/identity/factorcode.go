package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"slices"
	"strings"

	"wherry/server/internal/fa"
)

// recoveryCodes is how many a user gets.
const recoveryCodes = 10

// newRecoveryCodes makes codes of FusionAuth's form, XXXXX-XXXXX.
func newRecoveryCodes() []string {
	codes := make([]string, recoveryCodes)
	for i := range codes {
		text := draw("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", 10)
		codes[i] = text[:5] + "-" + text[5:]
	}
	return codes
}

// proveTOTP tells whether an authenticator of the user shows a code, which works
// once, and which authenticator.
func (s *Service) proveTOTP(ctx context.Context, user *fa.Account, methods []fa.TwoFactorMethod, code string) (methodID string, err error) {
	code = strings.TrimSpace(code)
	for _, m := range methods {
		if m.Method != fa.MethodAuthenticator {
			continue
		}
		step, shown := matchTOTP(m.Secret, code, s.Now())
		if !shown {
			continue
		}
		n, err := s.Counters.Count(ctx, countUsed, fmt.Sprintf("%s:%s:%d", user.ID, m.Secret, step), 4*totpStep)
		if err != nil || n > 1 {
			return "", errors.Join(err, ErrCode)
		}
		return m.ID, nil
	}
	return "", ErrCode
}

// spendRecoveryCode tells whether a code is one of the user's recovery codes,
// and takes it away.
func (s *Service) spendRecoveryCode(ctx context.Context, user *fa.Account, code string) error {
	given := []byte(strings.ToUpper(strings.TrimSpace(code)))
	is := func(c string) bool { return subtle.ConstantTimeCompare([]byte(strings.ToUpper(c)), given) == 1 }
	if !slices.ContainsFunc(user.TwoFactor.RecoveryCodes, is) {
		return ErrCode
	}
	_, err := s.Store.UpdateUser(ctx, user.ID, func(u *fa.Account) error {
		i := slices.IndexFunc(u.TwoFactor.RecoveryCodes, is)
		if i < 0 { // somebody else was faster
			return ErrCode
		}
		u.TwoFactor.RecoveryCodes = slices.Delete(slices.Clone(u.TwoFactor.RecoveryCodes), i, i+1)
		return nil
	})
	return err
}

// methodID makes a short id such as FusionAuth's.
func methodID() string { return rand.Text()[:4] }

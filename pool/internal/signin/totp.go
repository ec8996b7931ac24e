package signin

import (
	"sync"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"wherry/pool/internal/refuse"
)

// totpCode answers SOFTWARE_TOKEN_MFA.
func (s *Service) totpCode(a *attempt, _ *session, r *Answer) (Result, error) {
	if err := need(r.Responses, "SOFTWARE_TOKEN_MFA_CODE"); err != nil {
		return Result{}, retry{err}
	}
	step, right := totpStep(a.user.MFA.TOTPSecret.Reveal(), r.Responses["SOFTWARE_TOKEN_MFA_CODE"], s.Now())
	if !right {
		return Result{}, retry{wrongCode()}
	}
	if !s.spent.spend(a.who(), step) {
		return Result{}, retry{refuse.With("ExpiredCode", "Your software token has already been used once.")}
	}
	return s.finish(a)
}

// totpStep finds the half minute, this one or a neighbour, that a code belongs
// to (RFC 6238).
func totpStep(secret, code string, now time.Time) (step uint64, ok bool) {
	this := uint64(now.Unix() / 30)
	for _, step := range []uint64{this, this - 1, this + 1} {
		right, err := hotp.ValidateCustom(code, step, secret, hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err == nil && right {
			return step, true
		}
	}
	return 0, false
}

// spent is the latest TOTP code that each user has used: no code works twice.
type spent struct {
	mu sync.Mutex
	of map[who]uint64
}

func (s *spent) spend(w who, step uint64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of == nil {
		s.of = map[who]uint64{}
	}
	if step <= s.of[w] {
		return false
	}
	s.of[w] = step
	return true
}

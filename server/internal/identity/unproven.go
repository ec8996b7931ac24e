package identity

import (
	"context"
	"time"

	"wherry/server/internal/fa"
)

// From an address may come so many attempts in the window for which no provider
// has vouched, or not yet: each makes this server ask the provider.
const (
	mostUnproven   = 100
	unprovenWindow = time.Minute
	countThrough   = "through.attempts"
	countVouched   = "through.vouched"
)

// BeginThrough counts an attempt from an address to sign in through an identity
// provider, before that is asked. It is ErrRateLimited when too many have come to
// nothing. Vouched has to follow unless this one does.
func (s *Service) BeginThrough(ctx context.Context, tenant fa.ID, address string) error {
	key := string(tenant) + ":" + address
	vouched, err := s.Counters.Counted(ctx, countVouched, key)
	if err != nil {
		return err
	}
	attempts, err := s.Counters.Counted(ctx, countThrough, key)
	if err != nil {
		return err
	}
	if attempts-vouched >= mostUnproven { // who is refused costs no more than a look
		return ErrRateLimited
	}
	attempts, err = s.Counters.Count(ctx, countThrough, key, unprovenWindow)
	if err == nil && attempts-vouched > mostUnproven { // attempts made all at once are no way around it
		err = ErrRateLimited
	}
	return err
}

// Vouched takes back what BeginThrough has counted: the provider knows somebody.
func (s *Service) Vouched(ctx context.Context, tenant fa.ID, address string) error {
	_, err := s.Counters.Count(ctx, countVouched, string(tenant)+":"+address, unprovenWindow)
	return err
}

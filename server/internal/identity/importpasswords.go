package identity

import (
	"cmp"
	"context"
	"sync"
	"sync/atomic"

	"wherry/server/internal/fa"
)

// plainPassword is a password that an import has to hash.
type plainPassword struct {
	user   int    // the number of the account
	place  string // of the user in the request
	tenant *fa.Tenant
	text   string
}

// plainPasswords are kept until all of a request has been read: which scheme
// they want may stand behind them.
type plainPasswords struct {
	mu   sync.Mutex
	all  []plainPassword
	size int
}

// How much of plain passwords may come in one request, in bytes. It takes hours
// to hash as much.
const (
	maxPlain     = 64 << 20
	plainWeight  = 256 // of each beside its text, hash included
	tooManyPlain = "The plain passwords of the request are too many. Send the users in several requests, or hash the passwords before."
)

// add takes in the passwords of accounts of which the first has this number.
func (p *plainPasswords) add(first int, more []plainPassword) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, password := range more {
		password.user += first
		p.all = append(p.all, password)
		p.size += plainWeight + len(password.text)
	}
	if p.size > maxPlain {
		return fa.FieldError("user.password", "tooMany", tooManyPlain)
	}
	return nil
}

// hash makes credentials of the plain passwords, by the numbers of their
// accounts, on all cores.
func (i *importing) hash(ctx context.Context, request *fa.ImportRequest) (map[int]fa.Credential, error) {
	made := make([]fa.Credential, len(i.plain.all))
	var started atomic.Int64
	hash := func(ctx context.Context) error {
		for n := started.Add(1) - 1; n < int64(len(made)); n = started.Add(1) - 1 {
			var err error
			if made[n], err = i.hashOne(ctx, request, i.plain.all[n]); err != nil {
				return err
			}
		}
		return nil
	}
	work := make([]func(context.Context) error, i.Workers)
	for w := range work {
		work[w] = hash
	}
	if err := together(ctx, work); err != nil {
		return nil, err
	}
	credentials := map[int]fa.Credential{}
	for n, p := range i.plain.all {
		credentials[p.user] = made[n]
	}
	return credentials, i.refused.OrNil()
}

func (i *importing) hashOne(ctx context.Context, request *fa.ImportRequest, p plainPassword) (fa.Credential, error) {
	config := p.tenant.PasswordEncryptionConfiguration
	scheme, factor := config.EncryptionScheme, cmp.Or(request.Factor, config.EncryptionSchemeFactor)
	if request.EncryptionScheme != "" {
		scheme, factor = request.EncryptionScheme, request.Factor
	}
	h, err := i.Passwords.New(ctx, scheme, p.text, factor)
	if err != nil {
		return fa.Credential{}, i.refused.Add(p.place, refusedPassword(scheme, err))
	}
	return fa.Credential{Scheme: h.EncryptionScheme, Factor: h.Factor, Salt: h.Salt, Hash: h.Hash}, nil
}

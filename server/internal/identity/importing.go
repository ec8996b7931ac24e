package identity

import (
	"context"
	"fmt"
	"iter"
	"sync"

	"wherry/server/internal/fa"
)

// importing is one import under way.
type importing struct {
	*Importer
	rules   *Service
	tenants *memo[fa.Tenant]
	batch   Import
	refused fa.Refusals
	plain   plainPasswords
}

// portion is users as they came, behind each other.
type portion struct {
	first int // the place of the first one in the request
	text  []byte
	ends  []int
}

// portionSize is the number of bytes from which on a portion is passed on.
const portionSize = 256 << 10

// read takes in the users of a request, on all cores.
func (i *importing) read(ctx context.Context, users iter.Seq2[[]byte, error]) error {
	portions := make(chan portion)
	work := []func(context.Context) error{func(ctx context.Context) error {
		defer close(portions)
		return divide(ctx, users, portions)
	}}
	for range i.Workers {
		work = append(work, func(ctx context.Context) error {
			for p := range portions {
				if err := i.take(ctx, p); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return together(ctx, work)
}

func divide(ctx context.Context, users iter.Seq2[[]byte, error], portions chan<- portion) error {
	var p portion
	for user, err := range users {
		if err != nil {
			return err
		}
		p.text = append(p.text, user...)
		p.ends = append(p.ends, len(p.text))
		if len(p.text) < portionSize {
			continue
		}
		if err := pass(ctx, p, portions); err != nil {
			return err
		}
		p = portion{first: p.first + len(p.ends), text: make([]byte, 0, len(p.text))}
	}
	return pass(ctx, p, portions)
}

func pass(ctx context.Context, p portion, portions chan<- portion) error {
	select {
	case portions <- p:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// together does all the work at once, until some of it fails.
func together(ctx context.Context, work []func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var all sync.WaitGroup
	for _, do := range work {
		all.Go(func() {
			if err := do(ctx); err != nil {
				cancel(err)
			}
		})
	}
	all.Wait()
	return context.Cause(ctx)
}

// take hands the users of a portion on, in the form in which they are stored.
// When some have been refused, none will be stored, and it only looks.
func (i *importing) take(ctx context.Context, p portion) error {
	var accounts []*fa.Account
	var plain []plainPassword
	begin := 0
	for n, end := range p.ends {
		place := fmt.Sprintf("users[%d]", p.first+n)
		account, password, err := i.account(ctx, p.text[begin:end])
		if err := i.refused.Add(place, err); err != nil {
			return err
		}
		if password.text != "" {
			password.place, password.user = place, len(accounts)
			plain = append(plain, password)
		}
		accounts = append(accounts, account)
		begin = end
	}
	if i.refused.Any() {
		return nil
	}
	first, err := i.batch.Add(accounts)
	if err != nil {
		return err
	}
	return i.plain.add(first, plain)
}

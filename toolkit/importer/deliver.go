package importer

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"wherry/internal/exit"
	"wherry/toolkit/internal/fusionauth"
	"wherry/toolkit/internal/workspace"
)

// deliverAll sends users in requests of the size that the target bears. When
// it has to stop, those are left whom it has not delivered.
func (i *Importer) deliverAll(ctx context.Context, users []candidate) (left []candidate, err error) {
	for len(users) > 0 {
		n := min(len(users), i.size.now())
		if i.Sealer.Connector != "" && !i.hybrid {
			n = 1 // to see whether the target keeps the connector
		}
		if left, err := i.deliver(ctx, users[:n]); err != nil {
			return append(left, users[n:]...), err
		}
		users = users[n:]
	}
	return nil, nil
}

// deliver sends users until each is stored or refused. When it has to stop,
// those are left for whom that is not so.
func (i *Importer) deliver(ctx context.Context, users []candidate) (left []candidate, err error) {
	return i.deliverAs(ctx, users, false)
}

// deliverAs is deliver, at first in a request that the target validates if that
// will have to be anyway.
func (i *Importer) deliverAs(ctx context.Context, users []candidate, validate bool) (left []candidate, err error) {
	if len(users) == 0 {
		return nil, nil
	}
	err = i.send(ctx, users, validate)
	switch v, answer := judge(ctx, err); v {
	case stored:
		return nil, i.arrived(ctx, users)
	case refused:
		return i.diagnose(ctx, users, answer, validate)
	case large:
		i.size.tooLarge(len(users))
		if len(users) == 1 {
			return nil, i.refuse(ctx, users[0], answer)
		}
		return i.halves(ctx, users)
	case busy:
		if err := i.failed(ctx, err); err != nil {
			return users, err
		}
		return i.deliver(ctx, users)
	case unknown:
		return i.resolve(ctx, users, err, answer)
	default:
		if answer != nil && tenantIsMissing(answer) {
			err = exit.With(exit.Usage, err, "name the tenant that the users go to in the pool's setting tenant")
		}
		return users, fmt.Errorf("import users: %w", err)
	}
}

func (i *Importer) send(ctx context.Context, users []candidate, validate bool) error {
	bodies := make([][]byte, len(users))
	for n, c := range users {
		bodies[n] = c.body
	}
	began := time.Now()
	err := i.Target.Import(ctx, bodies, validate)
	i.counts.Requests++
	if err == nil && !validate {
		i.size.took(len(users), time.Since(began))
	}
	return err
}

// arrived counts users who are stored.
func (i *Importer) arrived(ctx context.Context, users []candidate) error {
	if len(users) == 0 {
		return nil
	}
	i.failures, i.doubtful = 0, nil
	i.counts.Imported += len(users)
	i.counts.Largest = max(i.counts.Largest, len(users))
	i.meter.Add(len(users))
	if i.Sealer.Connector == "" || i.hybrid {
		return nil
	}
	found, err := i.present(ctx, users[:1])
	if err != nil {
		return err
	}
	if a := found[users[0].ID]; a.ConnectorID != i.Sealer.Connector {
		return exit.With(exit.Usage, errors.New("the target does not keep the connector of users who are imported, so nobody could sign in with the password of the pool; one user was imported"),
			"only Wherry's own server does that: leave import.connector out, undo this run, and send mails for new passwords with wherry reset")
	}
	i.hybrid = true
	return nil
}

func (i *Importer) halves(ctx context.Context, users []candidate) (left []candidate, err error) {
	half := (len(users) + 1) / 2
	if left, err := i.deliver(ctx, users[:half]); err != nil {
		return append(left, users[half:]...), err
	}
	return i.deliver(ctx, users[half:])
}

// apart delivers one group, and then each of the others alone.
func (i *Importer) apart(ctx context.Context, others, suspects []candidate, validate bool) (left []candidate, err error) {
	if left, err := i.deliver(ctx, others); err != nil {
		return append(left, suspects...), err
	}
	for n := range suspects {
		if left, err := i.deliverAs(ctx, suspects[n:n+1], validate); err != nil {
			return append(left, suspects[n+1:]...), err
		}
	}
	return nil, nil
}

// validated bounds the requests that the target is asked to validate against
// its database, which takes it long.
const validated = 20_000

// diagnose finds out on whose account a request was refused, which was validated
// or not.
func (i *Importer) diagnose(ctx context.Context, users []candidate, answer *fusionauth.Error, validate bool) (left []candidate, err error) {
	if len(answer.Fields) == 0 && len(users) <= validated && !validate {
		validate = true
		if answer, err = i.validate(ctx, users, answer); err != nil {
			return users, err
		}
		if answer == nil {
			return nil, i.arrived(ctx, users)
		}
	}
	if len(users) == 1 {
		return i.alone(ctx, users, answer)
	}
	suspects, others := divide(users, about(users, answer))
	if len(suspects) > 0 && len(others) > 0 {
		return i.apart(ctx, others, suspects, validate)
	}
	return i.halves(ctx, users)
}

// validate asks for an answer that says more, nil if there was nothing to refuse
// after all.
func (i *Importer) validate(ctx context.Context, users []candidate, answer *fusionauth.Error) (*fusionauth.Error, error) {
	for range insists {
		err := i.send(ctx, users, true)
		switch v, more := judge(ctx, err); v {
		case stored:
			return nil, nil
		case refused:
			return more, nil
		case busy, unknown:
			if err := i.failed(ctx, err); err != nil {
				return nil, err
			}
		default:
			return answer, nil
		}
	}
	return answer, nil
}

// alone refuses a user who stands alone, unless the target has them already:
// an earlier request that nobody heard the end of may have been served by now.
func (i *Importer) alone(ctx context.Context, users []candidate, answer *fusionauth.Error) (left []candidate, err error) {
	if len(answer.Fields) == 0 || strings.Contains(reason(answer), "[duplicate]") {
		found, err := i.present(ctx, users)
		if err != nil {
			return users, err
		}
		if a, there := found[users[0].ID]; there && users[0].made(a) {
			return nil, i.arrived(ctx, users)
		}
	}
	i.failures, i.doubtful = 0, nil
	return nil, i.refuse(ctx, users[0], answer)
}

// resolve deals with a request that nobody knows the end of. It looks whether
// the users have arrived, and sends those who have not once more: in smaller
// requests if they took the target too long, or if it was in vain before.
func (i *Importer) resolve(ctx context.Context, users []candidate, why error, answer *fusionauth.Error) (left []candidate, err error) {
	if err := i.failed(ctx, why); err != nil {
		return users, err
	}
	missing, err := i.missing(ctx, users)
	if err != nil {
		return users, err
	}
	if err := i.arrived(ctx, without(users, missing)); err != nil || len(missing) == 0 {
		return missing, err
	}
	i.tries[missing[0].n]++
	tries, slow := i.tries[missing[0].n], tookTooLong(why, answer)
	if slow {
		i.size.tooLong(len(missing))
	}
	switch {
	case len(missing) > 1 && (slow || tries%2 == 0):
		return i.halves(ctx, missing)
	case len(missing) == 1 && tries >= insists && answer != nil:
		i.doubtful = append(i.doubtful, missing[0].n)
		return nil, i.refuse(ctx, missing[0], answer)
	default:
		return i.deliver(ctx, missing)
	}
}

// insists is how often a user is sent alone before an answer such as 500 counts
// as being about them.
const insists = 4

func tookTooLong(err error, answer *fusionauth.Error) bool {
	return errors.Is(err, fusionauth.ErrNoAnswer) ||
		answer != nil && (answer.Status == http.StatusGatewayTimeout || answer.Status == http.StatusRequestTimeout)
}

// How the target's failures are borne: so many in a row, with pauses that double
// up to the longest.
const (
	borne        = 25
	longestPause = 10 * time.Second
)

// failed counts a failure of the target, and waits. When there are too many in
// a row, it is the target, and not the users who were refused on its account.
func (i *Importer) failed(ctx context.Context, why error) error {
	if i.failures++; i.failures > borne {
		for _, n := range i.doubtful {
			if err := i.Run.Reopen(ctx, n, workspace.Planned, ""); err != nil {
				return err
			}
			i.counts.Refused--
		}
		return exit.With(exit.Failed, fmt.Errorf("the target fails again and again: %w", why), "see to it that it is well, and run the same command again to go on")
	}
	select {
	case <-time.After(min(i.Pause<<min(i.failures-1, 10), longestPause)):
		return nil
	case <-ctx.Done():
		return fmt.Errorf("import users: %w", ctx.Err())
	}
}

// missing are those who are not in the target. All of a request are stored or
// nobody is, so that one of them tells whether it is worth looking for all.
func (i *Importer) missing(ctx context.Context, users []candidate) (missing []candidate, err error) {
	found, err := i.present(ctx, users[:1])
	if err == nil && len(found) > 0 {
		found, err = i.present(ctx, users)
	}
	if err != nil {
		return nil, fmt.Errorf("look who has arrived: %w", err)
	}
	for _, c := range users {
		if _, there := found[c.ID]; !there {
			missing = append(missing, c)
		}
	}
	return missing, nil
}

func without(users, missing []candidate) (arrived []candidate) {
	gone := make(map[int64]bool, len(missing))
	for _, c := range missing {
		gone[c.n] = true
	}
	for _, c := range users {
		if !gone[c.n] {
			arrived = append(arrived, c)
		}
	}
	return arrived
}

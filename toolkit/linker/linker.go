// Package linker links users who are across with the identity providers that
// they sign in with: one link for each entry of the attribute identities.
package linker

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"wherry/internal/exit"
	"wherry/toolkit/internal/fusionauth"
	"wherry/toolkit/internal/meter"
	"wherry/toolkit/internal/plan"
	"wherry/toolkit/internal/progress"
	"wherry/toolkit/internal/workspace"
)

// Target is what is asked of the target: a fusionauth.Client within its tenant.
type Target interface {
	IdentityProviders(ctx context.Context) ([]fusionauth.IdentityProvider, error)
	Link(ctx context.Context, l fusionauth.UserLink) error
	LinkTo(ctx context.Context, providerID, providerUserID string) (fusionauth.UserLink, error)
}

// Config is what a Linker is made of.
type Config struct {
	Run    *workspace.Run // of the kind workspace.Links
	Target Target

	// Names says which provider of the target, by name or id, a provider of the
	// pool has become.
	Names map[string]string

	Workers  int // how many links are made at a time; 8 if 0
	Pause    time.Duration
	Progress *progress.Display
}

// Result is what a Linker has done.
type Result struct {
	Users    int            `json:"users"` // looked at; most have no links
	Made     int            `json:"made"`
	Found    int            `json:"found"`    // links that were there
	Problems map[string]int `json:"problems"` // links that could not be made, by why
	Seconds  float64        `json:"seconds"`
}

// Conflict is a link that could not be made.
type Conflict struct {
	fusionauth.UserLink
	Why    string `json:"why"`
	HeldBy string `json:"heldBy,omitempty"` // the user in the target who has the link
}

// The events of a run.
const (
	MadeEvent     = "link-made"     // the detail is a fusionauth.UserLink
	ConflictEvent = "link-conflict" // the detail is a Conflict
)

// Linker links the users of one pool.
type Linker struct {
	Config
	providers providers
	meter     *meter.Meter

	mu     sync.Mutex
	result Result
}

// New makes a Linker.
func New(c Config) *Linker {
	if c.Workers == 0 {
		c.Workers = 8
	}
	if c.Pause == 0 {
		c.Pause = 200 * time.Millisecond
	}
	return &Linker{Config: c, result: Result{Problems: map[string]int{}}}
}

// atOnce is how many users are taken at a time.
const atOnce = 1000

// Link links everybody who is across and has not been linked. Users with a link
// that cannot be made are tried again by the next run.
func (l *Linker) Link(ctx context.Context) (Result, error) {
	there, err := l.Target.IdentityProviders(ctx)
	if err != nil {
		return Result{}, fmt.Errorf("list the identity providers of the target: %w", err)
	}
	l.providers = providers{there, l.Names}
	tally, err := l.Run.Tally(ctx)
	if err != nil {
		return Result{}, err
	}
	l.meter = meter.Start(ctx, l.Run, l.Progress, "linked", tally.States[workspace.Imported]+tally.States[workspace.Skipped])
	err = l.all(ctx, &workspace.Query{States: across, Lacking: workspace.Linked})
	l.result.Seconds = l.meter.Stop(ctx).Seconds()
	if err != nil && ctx.Err() != nil {
		err = exit.With(exit.Interrupted, err, "run the same command again to go on")
	}
	return l.result, err
}

// across are the states of users who may be in the target and not be linked.
var across = []workspace.State{workspace.Imported, workspace.Reset, workspace.Verified, workspace.Skipped}

func (l *Linker) all(ctx context.Context, q *workspace.Query) error {
	for {
		b, err := l.Run.Await(ctx, q, atOnce)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = l.batch(ctx, b)
		}
		if err != nil {
			return err
		}
	}
}

// user is somebody who has links to make.
type user struct {
	n      int64
	across bool
	links  []fusionauth.UserLink
}

// batch links the users of a batch. Whoever could not be linked leaves it.
func (l *Linker) batch(ctx context.Context, b *workspace.Batch) error {
	var users []user
	for u, err := range b.All(ctx) {
		if err != nil {
			return err
		}
		who, err := l.read(u)
		if err != nil {
			return err
		}
		if who.across {
			l.result.Users++
		}
		if len(who.links) > 0 {
			users = append(users, who)
		}
	}
	events, left, err := l.make(ctx, users, b.Resumed)
	if err != nil {
		return err
	}
	if err := b.Release(ctx, left...); err != nil {
		return err
	}
	l.meter.Add(b.Users)
	return b.Done(ctx, workspace.Linked, nil, events...)
}

// read finds the links of a user.
func (l *Linker) read(u workspace.User) (who user, err error) {
	who.n, who.across = u.N, u.State != workspace.Skipped || u.Reason == workspace.AlreadyAcross
	if !who.across || !bytes.Contains(u.Source, []byte(`"identities"`)) {
		return who, nil
	}
	var source plan.CognitoUser
	if err := source.UnmarshalJSON(u.Source); err != nil {
		return who, fmt.Errorf("the document of user %s in the workspace: %w", u.ID, err)
	}
	var target struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(u.Target, &target); err != nil {
		return who, fmt.Errorf("what was planned for user %s cannot be read from the workspace: %w", u.ID, err)
	}
	for _, link := range plan.Links(source) {
		provider := l.providers.find(link)
		who.links = append(who.links, fusionauth.UserLink{
			ProviderID: provider.ID, ProviderName: link.ProviderName, ProviderUserID: link.UserID, UserID: target.ID,
		})
	}
	return who, nil
}

// make makes links, several at a time, and tells what was done and who could
// not be linked.
func (l *Linker) make(ctx context.Context, users []user, resumed bool) (events []workspace.Event, left []int64, err error) {
	crew, ctx := errgroup.WithContext(ctx)
	crew.SetLimit(l.Workers)
	var mu sync.Mutex
	for _, u := range users {
		crew.Go(func() error {
			noted, linked, err := l.user(ctx, u, resumed)
			mu.Lock()
			defer mu.Unlock()
			if events = append(events, noted...); !linked {
				left = append(left, u.n)
			}
			return err
		})
	}
	return events, left, crew.Wait()
}

func (l *Linker) user(ctx context.Context, u user, resumed bool) (events []workspace.Event, linked bool, err error) {
	linked = true
	for _, link := range u.links {
		made, conflict, err := l.link(ctx, link)
		if err != nil {
			return nil, false, err
		}
		var detail any
		kind := ""
		switch {
		case conflict != nil:
			kind, detail, linked = ConflictEvent, conflict, false
		case made || resumed: // the run that was interrupted made it
			kind, detail = MadeEvent, link
		}
		l.count(made || resumed && conflict == nil, conflict)
		if kind == "" {
			continue
		}
		doc, err := json.Marshal(detail)
		if err != nil {
			return nil, false, fmt.Errorf("note a link: %w", err)
		}
		events = append(events, workspace.Event{Kind: kind, User: u.n, Detail: doc})
	}
	return events, linked, nil
}

func (l *Linker) count(made bool, conflict *Conflict) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case conflict != nil:
		l.result.Problems[conflict.Why]++
	case made:
		l.result.Made++
	default:
		l.result.Found++
	}
}

// Package importer carries planned users into the target by the import API:
// everybody ends as imported, skipped or refused, whatever the target does to
// the requests.
//
//	importer.go   from batch to batch, while the next one is made ready
//	parcel.go     a batch made ready: who has to be sent
//	lookup.go     who is in the target
//	deliver.go    sending, until each has arrived or was refused
//	verdict.go    what an answer means, and whom it is about
//	refusal.go    one user who is refused
//	size.go       how many users the target bears in one request
//	account.go    a user in the form of the import API
//	refused.go    the refused ones as a file that can be mended and fed back
//	files.go      import files for people who send them themselves
package importer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"golang.org/x/sync/errgroup"

	"wherry/internal/exit"
	"wherry/toolkit/internal/fusionauth"
	"wherry/toolkit/internal/meter"
	"wherry/toolkit/internal/progress"
	"wherry/toolkit/internal/workspace"
)

// Target is what is asked of the target: a fusionauth.Client within its tenant.
type Target interface {
	Import(ctx context.Context, users [][]byte, validate bool) error
	Accounts(ctx context.Context, ids []string) ([]fusionauth.Account, error)
	AccountsByLogin(ctx context.Context, emails, usernames, phones []string) ([]fusionauth.Account, error)
}

// Config is what an Importer is made of.
type Config struct {
	Run    *workspace.Run // of the kind workspace.Import
	Target Target

	// Sealer writes users in the form of the import API.
	Sealer Sealer

	AtMost int   // users in one request; 100,000 if 0
	Stop   Limit // when to give up because of too many refusals

	Pause    time.Duration // after the first failure of the target; it doubles. 200 ms if 0
	Progress *progress.Display
	Note     func(format string, args ...any)
}

// Importer imports the planned users of one pool. It sends one request at a
// time, as FusionAuth asks for.
type Importer struct {
	Config
	size   size
	meter  *meter.Meter
	counts Result

	failures int           // of the target in a row
	doubtful []int64       // who was refused since the target last stored anybody, and may only have met with its failures
	tries    map[int64]int // of requests that nobody knows the end of, by their first user
	blind    bool          // the target cannot look for login ids
	hybrid   bool          // the target was seen to keep the connector
}

// Result is what an import has done.
type Result struct {
	Imported int     `json:"imported"`
	Skipped  int     `json:"skipped"` // were across already
	Refused  int     `json:"refused"`
	Requests int     `json:"requests"`
	Largest  int     `json:"largest"` // request that the target took, in users
	Stopped  bool    `json:"stopped,omitempty"`
	Seconds  float64 `json:"seconds"`
}

// New makes an Importer.
func New(c Config) *Importer {
	if c.AtMost == 0 {
		c.AtMost = mostUsers
	}
	if c.Pause == 0 {
		c.Pause = 200 * time.Millisecond
	}
	if c.Note == nil {
		c.Note = func(string, ...any) {}
	}
	i := &Importer{Config: c}
	i.size.begin(c.AtMost)
	return i
}

// errStopped says that too many users were refused.
var errStopped = errors.New("too many users were refused")

// Import carries everybody who is planned. When it fails, or the context ends,
// the workspace knows who was sent, and the next Import finds out who arrived.
func (i *Importer) Import(ctx context.Context) (Result, error) {
	tally, err := i.Run.Tally(ctx)
	if err != nil {
		return Result{}, err
	}
	i.meter = meter.Start(ctx, i.Run, i.Progress, "imported", tally.States[workspace.Planned])
	err = i.all(ctx)
	i.counts.Seconds = i.meter.Stop(ctx).Seconds()
	if errors.Is(err, errStopped) {
		i.counts.Stopped, err = true, nil
	}
	return i.counts, explain(err)
}

// all sends parcel after parcel. The next one is made ready meanwhile, so that
// the target need not wait.
func (i *Importer) all(ctx context.Context) error {
	crew, ctx := errgroup.WithContext(ctx)
	parcels := make(chan *parcel)
	crew.Go(func() error {
		defer close(parcels)
		return i.prepareAll(ctx, parcels)
	})
	crew.Go(func() error {
		for p := range parcels {
			if err := i.carry(ctx, p); err != nil {
				return err
			}
		}
		return nil
	})
	return crew.Wait()
}

func (i *Importer) prepareAll(ctx context.Context, parcels chan<- *parcel) error {
	q := workspace.Query{States: []workspace.State{workspace.Planned}}
	for {
		b, err := i.Run.Await(ctx, &q, i.size.now())
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if b.Resumed {
			q.After = 0 // whom its run had set free stand before those who were taken since
		}
		p, err := i.prepare(ctx, b)
		if err != nil {
			return err
		}
		if p.next > 0 {
			q.After = min(q.After, p.next-1) // the others of the batch are free again
		}
		select {
		case parcels <- p:
		case <-ctx.Done():
			return ctx.Err() // the next run resumes the batch
		}
	}
}

// carry sends a parcel and writes down what became of it.
func (i *Importer) carry(ctx context.Context, p *parcel) error {
	began := time.Now()
	i.tries = map[int64]int{}
	if err := i.settle(ctx, p); err != nil {
		return err
	}
	if len(p.users) > 0 {
		if err := p.batch.Note(ctx, sent); err != nil {
			return err
		}
	}
	left, err := i.deliverAll(ctx, p.users)
	stopped := errors.Is(err, errStopped)
	if err != nil && !stopped {
		return err
	}
	if stopped {
		if err := p.batch.Release(ctx, numbers(left)...); err != nil {
			return err
		}
	}
	detail, jsonErr := json.Marshal(map[string]any{"users": len(p.users) - len(left) + p.arrived, "seconds": time.Since(began).Seconds()})
	if jsonErr != nil {
		return fmt.Errorf("end a batch: %w", jsonErr)
	}
	if err := p.batch.Done(ctx, workspace.Imported, nil, workspace.Event{Kind: "batch-imported", Detail: detail}); err != nil {
		return err
	}
	return err
}

// explain gives errors a hint at what to do next.
func explain(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled):
		return exit.With(exit.Interrupted, err, "run the same command again to go on")
	case exit.Hint(err) != "":
		return err
	default:
		return exit.With(exit.Code(err), err, "who is across stays so: run the same command again to go on")
	}
}

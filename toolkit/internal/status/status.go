// Package status tells where a crossing stands: from the workspace, and from
// the connector's list of those it turned away. It writes nothing, and shows
// no personal data unless it is asked to.
package status

import (
	"context"
	"fmt"
	"time"

	"wherry/toolkit/internal/workspace"
)

// Status is a crossing at one moment.
type Status struct {
	At         time.Time           `json:"at"`
	Workspace  string              `json:"workspace"`
	Pools      []Pool              `json:"pools"`
	Runs       []workspace.RunInfo `json:"runs"`                 // the latest first
	TurnedAway []TurnedAway        `json:"turnedAway,omitempty"` // at sign-in, the most frequent first
}

// Pool is where the users of one pool stand.
type Pool struct {
	ID     string              `json:"pool"`
	Users  workspace.Tally     `json:"users"`
	Across int                 `json:"across"` // imported, or further, or found in the target
	Left   int                 `json:"left"`   // still to be carried, by the bulk road or at sign-in
	Scan   *workspace.ScanInfo `json:"scan,omitempty"`
	Done   []workspace.Done    `json:"done,omitempty"`   // when users came across
	People []Person            `json:"people,omitempty"` // only when asked for
}

// Person is somebody who was refused or skipped.
type Person struct {
	ID     string          `json:"id"`
	State  workspace.State `json:"state"`
	Reason string          `json:"reason"`
	Source []byte          `json:"-"`
	Name   string          `json:"username"`
}

// TurnedAway is why people could not sign in through the connector.
type TurnedAway struct {
	Pool    string    `json:"pool"`
	Outcome string    `json:"outcome"`
	People  int       `json:"people"`
	Times   int       `json:"times"`
	Last    time.Time `json:"last"`
}

// Options say how much is told.
type Options struct {
	Runs   int           // how many of the latest runs
	Width  time.Duration // of the steps of Pool.Done; a day if 0
	People int           // how many of those refused and skipped are named
	Name   func(source []byte) string
}

// Of reads where a crossing stands.
func Of(ctx context.Context, w *workspace.Workspace, o Options, now time.Time) (Status, error) {
	s := Status{At: now.UTC(), Workspace: w.Place()}
	parts, err := w.Pools(ctx)
	if err != nil {
		return s, err
	}
	for _, part := range parts {
		p, err := pool(ctx, part, o)
		if err != nil {
			return s, err
		}
		s.Pools = append(s.Pools, p)
	}
	s.Runs, err = w.Runs(ctx, o.Runs)
	return s, err
}

func pool(ctx context.Context, part *workspace.Pool, o Options) (p Pool, err error) {
	p.ID = part.ID
	if p.Users, err = part.Tally(ctx); err != nil {
		return p, err
	}
	for state, n := range p.Users.States {
		switch {
		case state >= workspace.Imported && state <= workspace.Verified:
			p.Across += n
		case state < workspace.Imported:
			p.Left += n
		}
	}
	for _, r := range p.Users.Reasons {
		if r.State == workspace.Skipped && r.Text == workspace.AlreadyAcross {
			p.Across += r.Users
		}
	}
	scans, err := part.Scans(ctx, 1)
	if err != nil {
		return p, err
	}
	if len(scans) > 0 {
		p.Scan = &scans[0]
	}
	if o.Width == 0 {
		o.Width = 24 * time.Hour
	}
	if p.Done, err = part.History(ctx, workspace.Imported, o.Width); err != nil {
		return p, err
	}
	p.People, err = people(ctx, part, o)
	return p, err
}

func people(ctx context.Context, part *workspace.Pool, o Options) (list []Person, err error) {
	if o.People == 0 {
		return nil, nil
	}
	for u, err := range part.Users(ctx, workspace.Query{States: []workspace.State{workspace.Refused, workspace.Skipped}, Source: true}) {
		if err != nil {
			return nil, fmt.Errorf("list who was refused: %w", err)
		}
		if list = append(list, Person{ID: u.ID, State: u.State, Reason: u.Reason, Name: o.Name(u.Source)}); len(list) == o.People {
			break
		}
	}
	return list, nil
}

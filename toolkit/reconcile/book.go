package reconcile

import (
	"context"
	"time"

	"wherry/toolkit/internal/workspace"
)

// What was found is written down so often, and less often the longer it takes:
// each time leaves a checkpoint, and to lose a hundredth of the work is little.
// But there is never more to be written than that.
const (
	every    = 500 * time.Millisecond
	hundred  = 100
	unsaved  = 10_000 // users
	unlisted = 500    // differences
)

// So many events are kept of each kind of difference.
const (
	mostBad  = 100_000
	mostGood = 1_000
)

// book writes down what was found, together with the checkpoint that says so.
type book struct {
	*verification
	events []workspace.Event
	moves  []workspace.Move
	saved  time.Time
}

func (b *book) enter(ctx context.Context, l *lot) error {
	for _, d := range l.verdicts {
		if err := b.note(d); err != nil {
			return err
		}
		b.after = d.user.N
	}
	now := b.Now()
	early := now.Sub(b.saved) < max(every, now.Sub(b.started)/hundred)
	if early && len(b.events) < unlisted && len(b.moves) < unsaved {
		return nil
	}
	return b.save(ctx)
}

// note counts a user.
func (b *book) note(d *verdict) error {
	if d.outcome == "" {
		return nil
	}
	if d.outcome != Gone {
		b.Checked++
	}
	b.Outcomes[d.outcome]++
	b.Links += d.links
	b.Found += one(d.found)
	b.Slow += one(d.slow)
	b.Disabled += one(d.disabled)
	if d.reason != "" {
		count(&b.Reasons, Count{Class: string(d.outcome), Why: d.reason})
	}
	for _, r := range d.remarks {
		count(&b.Remarks, Count{Field: r.Target, Class: r.Source, Why: r.Rule})
	}
	for _, field := range d.compared {
		b.Compared[field]++
	}
	if d.verified() {
		b.moves = append(b.moves, workspace.Move{User: d.user.N, To: workspace.Verified})
	}
	return b.list(d)
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// list keeps the differences, unless there are very many alike.
func (b *book) list(d *verdict) error {
	for _, x := range d.differences {
		n := count(&b.Fields, Count{Field: x.Field, Class: string(x.Class), Why: x.Why, Bad: x.Bad})
		if x.Bad && n > mostBad || !x.Bad && n > mostGood {
			continue
		}
		x.Username = d.username
		event, err := eventOf(kindDifference, d.user.N, x)
		if err != nil {
			return err
		}
		b.events = append(b.events, event)
	}
	return nil
}

// save writes users down as verified before the checkpoint: to say so once more
// changes nothing.
func (b *book) save(ctx context.Context) error {
	if err := b.Run.Move(ctx, b.moves...); err != nil {
		return err
	}
	checkpoint, err := b.checkpoint()
	if err != nil {
		return err
	}
	if err := b.Run.Note(ctx, append(b.events, checkpoint)...); err != nil {
		return err
	}
	b.events, b.moves, b.saved = b.events[:0], b.moves[:0], b.Now()
	return b.tell(ctx)
}

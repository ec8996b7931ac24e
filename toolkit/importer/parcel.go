package importer

import (
	"context"
	"fmt"

	"wherry/toolkit/internal/fusionauth"
	"wherry/toolkit/internal/workspace"
)

// sent is the note on a batch some of which may have arrived.
const sent = "sent"

// parcel is a batch made ready.
type parcel struct {
	batch   *workspace.Batch
	users   []candidate // to be sent
	across  []candidate // in the target already, and not by this batch
	taken   []taken     // cannot be sent: a login id is somebody else's
	stale   []int64     // not to be carried any more as they were planned
	late    []candidate // of these, those who have arrived all the same
	arrived int         // sent by the run that was interrupted, and arrived
	next    int64       // the first of those who did not fit in and are free again; 0 if there are none
}

// taken is a user with the login ids that belong to others.
type taken struct {
	candidate
	by []login
}

// prepare reads a batch, and finds out who is in the target.
func (i *Importer) prepare(ctx context.Context, b *workspace.Batch) (*parcel, error) {
	p := &parcel{batch: b}
	note, err := b.Noted(ctx)
	if err != nil {
		return nil, err
	}
	users, stale, err := i.read(ctx, p, note != sent)
	if err != nil {
		return nil, err
	}
	found, err := i.present(ctx, append(users[:len(users):len(users)], stale...))
	if err != nil {
		return nil, fmt.Errorf("look up who is in the target: %w", err)
	}
	for _, c := range stale {
		if a, there := found[c.ID]; there && note == sent && c.made(a) {
			p.late = append(p.late, c)
		} else {
			p.stale = append(p.stale, c.n)
		}
	}
	p.sort(users, found, note == sent)
	return p, i.sift(ctx, p)
}

// read reads the users of a batch. The stale ones have changed in the pool, or
// have gone from it, since the run that was interrupted took them. A batch that
// was not sent may be cut short.
func (i *Importer) read(ctx context.Context, p *parcel, cut bool) (users, stale []candidate, err error) {
	var text []byte
	var behind []int64
	total := 0
	for u, err := range p.batch.All(ctx) {
		if err != nil {
			return nil, nil, err
		}
		if total > mostBytes && cut {
			behind = append(behind, u.N)
			continue
		}
		if u.Target == nil {
			p.stale = append(p.stale, u.N)
			continue
		}
		c := candidate{n: u.N}
		if c.wanted, err = readWanted(u); err != nil {
			return nil, nil, err
		}
		if u.State != workspace.Planned || u.Change == workspace.Deleted {
			stale = append(stale, c)
			continue
		}
		text, c.body, err = i.write(text, u)
		if err != nil {
			return nil, nil, err
		}
		total += len(c.body)
		users = append(users, c)
	}
	if len(behind) > 0 {
		p.next = behind[0]
	}
	return users, stale, p.batch.Release(ctx, behind...)
}

// page is how much text of users is kept in one piece.
const page = 1 << 20

// write writes a user behind others, so that not each has a piece of memory of
// its own.
func (i *Importer) write(text []byte, u workspace.User) (rest, body []byte, err error) {
	if cap(text)-len(text) < len(u.Target)+512 {
		text = make([]byte, 0, max(page, len(u.Target)+512))
	}
	begin := len(text)
	if text, err = i.Sealer.seal(text, u.Target); err != nil {
		return text, nil, fmt.Errorf("user %s: %w", u.ID, err)
	}
	return text, text[begin:len(text):len(text)], nil
}

// made tells whether an account in the target is one that an import of this
// user has made: on the slow road FusionAuth takes no insertInstant.
func (c candidate) made(a fusionauth.Account) bool {
	return c.InsertInstant != 0 && a.InsertInstant == c.InsertInstant
}

// sort tells those who have arrived from those who were there before.
func (p *parcel) sort(users []candidate, found map[string]fusionauth.Account, sent bool) {
	for _, c := range users {
		a, there := found[c.ID]
		switch {
		case !there:
			p.users = append(p.users, c)
		case sent && c.made(a):
			p.arrived++
		default:
			p.across = append(p.across, c)
		}
	}
}

// sift takes out those whose login ids belong to somebody else.
func (i *Importer) sift(ctx context.Context, p *parcel) error {
	owned, err := i.owners(ctx, p.users)
	if err != nil {
		return fmt.Errorf("look up who has the login ids in the target: %w", err)
	}
	var free []candidate
	for _, c := range p.users {
		var by []login
		for _, l := range logins(c.Email, c.Username, c.PhoneNumber) {
			if owned[l] {
				by = append(by, l)
			}
		}
		if by == nil {
			free = append(free, c)
		} else {
			p.taken = append(p.taken, taken{c, by})
		}
	}
	p.users = free
	return nil
}

// settle writes down what has been found out without sending anything.
func (i *Importer) settle(ctx context.Context, p *parcel) error {
	var moves []workspace.Move
	for _, c := range p.across {
		moves = append(moves, workspace.Move{User: c.n, To: workspace.Skipped, Reason: workspace.AlreadyAcross})
	}
	for _, c := range p.late {
		moves = append(moves, workspace.Move{User: c.n, To: workspace.Imported})
	}
	if err := p.batch.Release(ctx, p.stale...); err != nil { // which also tells whether the others are still ours
		return err
	}
	if err := i.Run.Move(ctx, moves...); err != nil {
		return err
	}
	i.counts.Skipped += len(p.across)
	i.counts.Imported += p.arrived + len(p.late)
	i.meter.Add(len(p.across) + len(p.late) + p.arrived)
	for _, c := range p.taken {
		if err := i.refuse(ctx, c.candidate, takenBy(c.by)); err != nil {
			return err
		}
	}
	return nil
}

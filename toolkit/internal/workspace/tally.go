package workspace

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"
)

// Tally counts the users of a pool by their state. Those who are gone from the
// pool are not among them.
type Tally struct {
	Total   int           `json:"total"`
	States  map[State]int `json:"states"`
	Reasons []Reason      `json:"reasons"` // of Refused and Skipped, the most frequent first
	Gone    int           `json:"gone"`
}

// Reason is why users were refused or skipped.
type Reason struct {
	State State  `json:"state"`
	Text  string `json:"reason"`
	Users int    `json:"users"`
}

// Tally counts the users.
func (p *Pool) Tally(ctx context.Context) (Tally, error) {
	t := Tally{States: map[State]int{}}
	_, err := list(ctx, p.w.reader, func(rows *sql.Rows) (none struct{}, err error) {
		var s State
		var there, gone int
		err = rows.Scan(&s, &there, &gone)
		t.States[s], t.Total, t.Gone = there, t.Total+there, t.Gone+gone
		return none, err
	}, `select state, sum(case when change = $2 then 0 else 1 end), sum(case when change = $2 then 1 else 0 end)
		from users where pool = $1 group by state`, p.n, Deleted)
	if err == nil {
		t.Reasons, err = list(ctx, p.w.reader, func(rows *sql.Rows) (r Reason, err error) {
			return r, rows.Scan(&r.State, &r.Text, &r.Users)
		}, "select state, reason, count(*) from users where pool = $1 and state >= $2 and change <> $3 group by state, reason order by 3 desc, 2", p.n, Refused, Deleted)
	}
	if err != nil {
		return t, fmt.Errorf("count the users: %w", err)
	}
	return t, nil
}

// Done is how many users reached a step within some time.
type Done struct {
	From  time.Time `json:"from"`
	Users int       `json:"users"`
}

// History counts by the hour, day or whatever the width is when users reached
// a step, the oldest first. Times without any are left out.
func (p *Pool) History(ctx context.Context, step State, width time.Duration) ([]Done, error) {
	if !step.stage() {
		return nil, fmt.Errorf("count who is %s: it is no step of the way", step)
	}
	ms := width.Milliseconds()
	history, err := list(ctx, p.w.reader, func(rows *sql.Rows) (d Done, err error) {
		var from int64
		err = rows.Scan(&from, &d.Users)
		d.From = at(from * ms)
		return d, err
	}, fmt.Sprintf("select %[1]s / %[2]d, count(*) from users where pool = $1 and %[1]s is not null group by 1 order by 1", step, ms), p.n)
	if err != nil {
		return nil, fmt.Errorf("count who was %s when: %w", step, err)
	}
	return history, nil
}

// Collision is several users whose planned accounts have the same login id.
type Collision struct {
	Kind  string  // email, username or phone
	Users []int64 // by their numbers
}

// Collisions finds planned users who want the same login id in the target,
// whatever its case, or one that somebody has who is across. Each comes with
// the numbers of all of them, in order.
func (p *Pool) Collisions(ctx context.Context) iter.Seq2[Collision, error] {
	return func(yield func(Collision, error) bool) {
		for _, kind := range []string{"email", "username", "phone"} {
			if !p.collisions(ctx, kind, yield) {
				return
			}
		}
	}
}

// collisions reads a page of login ids that are used twice, and then who uses
// them: to ask about each alone would read everybody each time.
func (p *Pool) collisions(ctx context.Context, kind string, yield func(Collision, error) bool) bool {
	column := "t." + kind + "_key"
	among := fmt.Sprintf(`from targets t join users u on u.n = t.n where u.pool = $1 and u.change <> $2 and %s is not null
		and (u.state < %d or u.state = %d and u.reason = '%s')`, column, Refused, Skipped, AlreadyAcross)
	after := ""
	for {
		keys, err := list(ctx, p.w.reader, func(rows *sql.Rows) (key any, err error) { return key, rows.Scan(&after, &key) },
			fmt.Sprintf("select %[1]s, %[1]s %[2]s and %[1]s > $3 group by %[1]s having count(*) > 1 order by 1 limit %[3]d", column, among, page), p.n, Deleted, after)
		if err == nil && len(keys) > 0 {
			err = p.colliding(ctx, kind, column, among, keys, yield)
		}
		switch {
		case errors.Is(err, errEnough):
			return false
		case err != nil:
			yield(Collision{}, fmt.Errorf("look for login ids that are used twice: %w", err))
			return false
		case len(keys) < page:
			return true
		}
	}
}

var errEnough = errors.New("enough")

func (p *Pool) colliding(ctx context.Context, kind, column, among string, keys []any, yield func(Collision, error) bool) error {
	users := map[string][]int64{}
	_, err := list(ctx, p.w.reader, func(rows *sql.Rows) (none struct{}, err error) {
		var key string
		var n int64
		err = rows.Scan(&key, &n)
		users[key] = append(users[key], n)
		return none, err
	}, "select "+column+", u.n "+among+" and "+column+" in "+tuple(3, len(keys))+" order by u.n", append([]any{p.n, Deleted}, keys...)...)
	if err != nil {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(users)) {
		if !yield(Collision{kind, users[key]}, nil) {
			return errEnough
		}
	}
	return nil
}

package workspace

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
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

// LoginIDs are the kinds of login ids that a planned account may have.
var LoginIDs = []string{"email", "username", "phone"}

// Collisions finds planned users who want the same login id of a kind in the
// target, whatever its case, or one that somebody has who is across. Each comes
// with the numbers of all of them, in order. What is written meanwhile is not
// seen.
func (p *Pool) Collisions(ctx context.Context, kind string) iter.Seq2[[]int64, error] {
	return func(yield func([]int64, error) bool) {
		if err := p.collisions(ctx, kind, yield); err != nil && !errors.Is(err, errEnough) {
			yield(nil, fmt.Errorf("look for login ids that are used twice: %w", err))
		}
	}
}

var errEnough = errors.New("enough")

func (p *Pool) collisions(ctx context.Context, kind string, yield func([]int64, error) bool) error {
	rows, err := p.w.reader.QueryContext(ctx, fmt.Sprintf(`select key, n from (
			select t.%[1]s_key as key, u.n as n, count(*) over (partition by t.%[1]s_key) as wanted from targets t join users u on u.n = t.n
			where u.pool = $1 and u.change <> $2 and t.%[1]s_key is not null and (u.state < %[2]d or u.state = %[3]d and u.reason = '%[4]s')) rivals
		where wanted > 1 order by key, n`, kind, Refused, Skipped, AlreadyAcross), p.n, Deleted)
	if err != nil {
		return err
	}
	defer rows.Close()
	last, users := "", []int64(nil)
	for rows.Next() {
		var key string
		var n int64
		if err := rows.Scan(&key, &n); err != nil {
			return err
		}
		if key != last && users != nil {
			if !yield(users, nil) {
				return errEnough
			}
			users = nil
		}
		last, users = key, append(users, n)
	}
	if err := rows.Err(); err != nil || users == nil {
		return err
	}
	yield(users, nil)
	return nil
}

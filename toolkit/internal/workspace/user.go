package workspace

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"
)

// Names are what a user may sign in with. They are kept as keyed digests that
// ignore case: good to compare and to look up, not to read.
type Names struct {
	Username, Email, Phone, Preferred string
}

// User is a user as the workspace knows them.
type User struct {
	N  int64  `json:"n"`  // the number in this workspace
	ID string `json:"id"` // the sub, or what stands for it

	State  State     `json:"state"`
	Reason string    `json:"reason,omitempty"`
	Moved  time.Time `json:"moved"` // when the state last changed

	// When each step was done; zero for those that were not.
	Exported time.Time `json:"exported"`
	Planned  time.Time `json:"planned,omitzero"`
	Imported time.Time `json:"imported,omitzero"`
	Linked   time.Time `json:"linked,omitzero"`
	Reset    time.Time `json:"reset,omitzero"`
	Verified time.Time `json:"verified,omitzero"`

	ImportedBy int64  `json:"importedBy,omitempty"` // the run
	Enabled    bool   `json:"enabled"`
	Change     Change `json:"change"` // what the scan ChangedIn found
	FirstIn    int64  `json:"firstIn"`
	ChangedIn  int64  `json:"changedIn,omitempty"`

	Source  []byte `json:"-"` // the Cognito user, JSON; nil unless asked for
	Target  []byte `json:"-"` // what was planned, JSON; nil unless asked for
	Remarks []byte `json:"-"` // what is to be remarked about that, JSON; nil unless asked for
}

// Query chooses users. The zero Query chooses all who are still in the pool,
// without their documents.
type Query struct {
	States  []State // only users in these; none: any
	Lacking State   // only users who have not been through this step
	After   int64   // only users with a higher number, to go on where one was

	ImportedBy int64    // only users whom this run has imported
	ChangedIn  int64    // only users whom this scan, or a later one, found new or changed
	Changes    []Change // only users with this latest change; Deleted shows those who have gone
	UnlessIn   int64    // only users whose details this scan has not read

	Source, Target, Remarks bool // read these documents as well

	Lean bool // read nothing else but N and ID
}

// page is how many users are read at a time.
const page = 500

// Users runs over the users of a pool by their numbers. Between two users
// anything may be written; who comes in meanwhile is seen.
func (p *Pool) Users(ctx context.Context, q Query) iter.Seq2[User, error] {
	return func(yield func(User, error) bool) {
		for {
			users, err := p.page(ctx, q)
			if err != nil {
				yield(User{}, err)
				return
			}
			for _, u := range users {
				if !yield(u, nil) {
					return
				}
			}
			if len(users) < page {
				return
			}
			q.After = users[len(users)-1].N
		}
	}
}

func (p *Pool) page(ctx context.Context, q Query) ([]User, error) {
	c := conditions{args: []any{p.n, q.After}, text: q.inOrder()}
	q.add(&c)
	users, err := p.users(ctx, q, c.text+fmt.Sprintf(" order by u.n limit %d", page), c.args)
	if err != nil {
		return nil, fmt.Errorf("read users from the workspace: %w", err)
	}
	return users, nil
}

func (p *Pool) users(ctx context.Context, q Query, where string, args []any) ([]User, error) {
	return list(ctx, p.w.reader, func(rows *sql.Rows) (User, error) { return p.scan(q, rows) }, q.from()+" where "+where, args...)
}

// from is the query up to its conditions.
func (q Query) from() string {
	source, target, remarks, joins := "null", "null", "null", ""
	if q.Source {
		source, joins = "s.doc", " left join sources s on s.n = u.n"
	}
	if q.Target {
		target = "t.doc"
	}
	if q.Remarks {
		remarks = "t.remarks"
	}
	if q.Target || q.Remarks {
		joins += " left join targets t on t.n = u.n"
	}
	columns := "u.n, u.id, " + source + "," + target + "," + remarks
	if !q.Lean {
		columns += ", " + userColumns
	}
	return "select " + columns + " from users u" + joins
}

const userColumns = `u.state, u.reason, u.moved, u.exported, coalesce(u.planned, 0), coalesce(u.imported, 0), coalesce(u.linked, 0),
	coalesce(u.reset, 0), coalesce(u.verified, 0), coalesce(u.imported_by, 0), u.enabled, u.change, u.first_scan, u.changed_scan`

func (p *Pool) scan(q Query, row interface{ Scan(dest ...any) error }) (u User, err error) {
	var moved, exported, planned, imported, linked, reset, verified, enabled int64
	var source, target, remarks []byte
	dest := []any{&u.N, &u.ID, &source, &target, &remarks}
	if !q.Lean {
		dest = append(dest, &u.State, &u.Reason, &moved, &exported, &planned, &imported, &linked, &reset, &verified,
			&u.ImportedBy, &enabled, &u.Change, &u.FirstIn, &u.ChangedIn)
	}
	if err := row.Scan(dest...); err != nil {
		return u, err
	}
	u.Moved, u.Exported, u.Planned, u.Imported = at(moved), at(exported), at(planned), at(imported)
	u.Linked, u.Reset, u.Verified, u.Enabled = at(linked), at(reset), at(verified), enabled != 0
	if u.Source, err = p.w.seal.open(source, "source "+u.ID); err != nil {
		return u, err
	}
	if u.Target, err = p.w.seal.open(target, "target "+u.ID); err != nil {
		return u, err
	}
	u.Remarks, err = p.w.seal.open(remarks, "remarks "+u.ID)
	return u, err
}

// conditions is a where clause that grows.
type conditions struct {
	text string
	args []any
}

func (c *conditions) and(format string, args ...any) {
	numbers := make([]any, len(args))
	for i, a := range args {
		c.args = append(c.args, a)
		numbers[i] = len(c.args)
	}
	c.text += " and " + fmt.Sprintf(format, numbers...)
}

// inOrder is the beginning of the conditions: the pool, and the number after
// which users are wanted. The order of their numbers is that of the index on
// pool and state for a single state, and else the table's own. Both databases
// would rather sort everybody for each page: the plus keeps them from an index
// on the pool.
func (q Query) inOrder() string {
	if len(q.States) == 1 {
		return "u.pool = $1 and u.n > $2"
	}
	return "+u.pool = $1 and u.n > $2"
}

func (q Query) add(c *conditions) {
	if len(q.States) == 1 {
		c.and("u.state = $%d", q.States[0])
	} else {
		in(c, "u.state", q.States)
	}
	in(c, "u.change", q.Changes)
	if len(q.Changes) == 0 {
		c.and("u.change <> $%d", Deleted)
	}
	if q.Lacking.stage() {
		c.text += " and u." + q.Lacking.String() + " is null"
	}
	if q.ImportedBy != 0 {
		c.and("u.imported_by = $%d", q.ImportedBy)
	}
	if q.ChangedIn != 0 {
		c.and("u.changed_scan >= $%d", q.ChangedIn)
	}
	if q.UnlessIn != 0 {
		c.and("u.detail_scan < $%d", q.UnlessIn)
	}
}

func in[T any](c *conditions, column string, values []T) {
	if len(values) == 0 {
		return
	}
	c.text += " and " + column + " in " + tuple(len(c.args)+1, len(values))
	for _, v := range values {
		c.args = append(c.args, v)
	}
}

// ErrNoUser says that the workspace knows no such user.
var ErrNoUser = errors.New("the workspace knows no such user")

// User is the user with this id, with all documents.
func (p *Pool) User(ctx context.Context, id string) (User, error) {
	return p.one(ctx, "u.pool = $1 and u.id = $2", id)
}

// Numbered is the user with this number, with all documents.
func (p *Pool) Numbered(ctx context.Context, n int64) (User, error) {
	return p.one(ctx, "u.pool = $1 and u.n = $2", n)
}

func (p *Pool) one(ctx context.Context, where string, arg any) (User, error) {
	q := Query{Source: true, Target: true, Remarks: true}
	u, err := p.scan(q, p.w.reader.QueryRowContext(ctx, q.from()+" where "+where, p.n, arg))
	if errors.Is(err, sql.ErrNoRows) {
		return u, ErrNoUser
	}
	if err != nil {
		return u, fmt.Errorf("read a user from the workspace: %w", err)
	}
	return u, nil
}

// Find lists the users who have a name: their id, Username, e-mail address,
// phone number or preferred_username, in any case. It looks at everybody.
func (p *Pool) Find(ctx context.Context, name string) ([]User, error) {
	key := p.w.seal.name(name)
	users, err := p.users(ctx, Query{Source: true, Target: true},
		"u.pool = $1 and (u.id = $2 or u.username_key = $3 or u.email_key = $3 or u.phone_key = $3 or u.preferred_key = $3) order by u.n limit 100",
		[]any{p.n, strings.ToLower(strings.TrimSpace(name)), key})
	if err != nil {
		return nil, fmt.Errorf("look a user up in the workspace: %w", err)
	}
	return users, nil
}

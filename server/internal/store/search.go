package store

import (
	"context"
	"fmt"
	"slices"

	"wherry/server/internal/fa"
	"wherry/server/internal/search"
)

// SearchUsers returns a page of the users found with their registrations and
// memberships, and how many there are in all; next is where the page after
// begins, nil if there is none. A query that neither terms nor columns can
// answer reads the documents of all users who may meet it.
func (db *DB) SearchUsers(ctx context.Context, r search.Request) (found []*fa.User, total int, next search.Position, err error) {
	page, total, err := db.findUsers(ctx, r)
	if err == nil {
		found, err = db.usersOf(ctx, "number", page.keys())
	}
	if err != nil {
		return nil, 0, nil, fmt.Errorf("search users: %w", err)
	}
	return found, total, page.next, nil
}

// SearchUserIDs returns the ids of the users found, the first ones if there are
// more than limit.
func (db *DB) SearchUserIDs(ctx context.Context, tenant fa.ID, q search.Query, limit int) (ids []fa.ID, err error) {
	page, _, err := db.findUsers(ctx, search.Request{Tenant: string(tenant), Query: q, NumberOfResults: limit})
	if err != nil {
		return nil, fmt.Errorf("search users: %w", err)
	}
	for some := range slices.Chunk(page.keys(), usersAtOnce) {
		found, err := list(ctx, db.reader, func(row scanner) (id fa.ID, err error) { err = row.Scan(&id); return id, err },
			"select id from users where number in "+db.rows(1, len(some))+" order by number", some...)
		if err != nil {
			return nil, fmt.Errorf("search users: %w", err)
		}
		ids = append(ids, found...)
	}
	return ids, nil
}

// UsersByID returns those of the users who exist, in the order of their ids. With
// a tenant, only that one's.
func (db *DB) UsersByID(ctx context.Context, tenant fa.ID, ids []fa.ID) ([]*fa.User, error) {
	keys := make([]any, len(ids))
	for i, id := range ids {
		keys[i] = id
	}
	found, err := db.usersOf(ctx, "id", keys)
	if err != nil {
		return nil, fmt.Errorf("look up users: %w", err)
	}
	return slices.DeleteFunc(found, func(u *fa.User) bool { return tenant != "" && u.TenantID != tenant }), nil
}

// findUsers finds the numbers of users.
func (db *DB) findUsers(ctx context.Context, r search.Request) (page found, total int, err error) {
	p, err := db.planFor(ctx, r.Tenant, r.Query)
	if err != nil {
		return page, 0, err
	}
	order, ok := inColumns(r.Sort)
	switch {
	case !ok || !p.exact || p.some && len(order) == 0: // the last one need not look at all
		return db.sift(ctx, r, p)
	case p.some:
		p.where.text += " and " + db.numbered(&p.where, p.numbers)
	}
	return db.pageOf(ctx, r, p, order)
}

// found is a page: objects with their places in the order.
type found struct {
	hits []hit
	next search.Position
}

// hit is an object that was found: the number of a user, or an entity.
type hit struct {
	at  search.Position
	key any
}

func (f found) keys() []any {
	keys := make([]any, len(f.hits))
	for i, h := range f.hits {
		keys[i] = h.key
	}
	return keys
}

// cut makes a page of the hits that begin with it; there are more if there are
// more than n of them.
func cut(hits []hit, n int) found {
	if len(hits) <= n || n == 0 {
		return found{hits: hits[:min(n, len(hits))]}
	}
	return found{hits[:n], hits[n-1].at}
}

// sortedColumn is a term of the order as SQL has it.
type sortedColumn struct {
	search.Sort
	column string
}

// inColumns tells whether the database can sort, and by what.
func inColumns(order []search.Sort) (columns []sortedColumn, ok bool) {
	for _, s := range order {
		column, ok := userColumnOf[s.Name]
		if !ok {
			return nil, false
		}
		columns = append(columns, sortedColumn{s, column})
	}
	return columns, true
}

func (s sortedColumn) String() string {
	direction, missing := " asc", " nulls last"
	if s.Descending() {
		direction = " desc"
	}
	if s.MissingFirst() {
		missing = " nulls first"
	}
	return s.column + direction + missing
}

// pageOf lets the database do everything.
func (db *DB) pageOf(ctx context.Context, r search.Request, p plan, order []sortedColumn) (page found, total int, err error) {
	if total, err = db.count(ctx, p.where, r.AccurateTotal); err != nil {
		return page, 0, err
	}
	number, from := "number", "users"
	switch {
	case total < search.MaxTotal:
		number = "number + 0" // sorting these few is better than looking for them among all in their order
	case len(order) == 0:
		from += db.inOrder
	}
	columns, by := "", ""
	for _, s := range order {
		columns += ", " + s.column
		by += s.String() + ", "
	}
	where := p.where
	if r.After != nil {
		where.text += " and " + where.after(order, number, r.After)
	}
	query := "select number" + columns + " from " + from + " where " + where.text + " and number > 0 order by " + by + number + " limit " +
		where.arg(r.NumberOfResults+1) + " offset " + where.arg(r.StartRow)
	hits, err := list(ctx, db.reader, func(row scanner) (hit, error) { return scanHit(row, len(order)) }, query, where.args...)
	return cut(hits, r.NumberOfResults), total, err
}

func scanHit(row scanner, terms int) (h hit, err error) {
	var number int64
	h.at = make(search.Position, terms+1)
	dest := []any{&number}
	for i := range terms {
		dest = append(dest, &h.at[i])
	}
	err = row.Scan(dest...)
	h.at[terms], h.key = number, number
	return h, err
}

// count counts up to search.MaxTotal, unless it has to be accurate.
func (db *DB) count(ctx context.Context, where clause, accurate bool) (total int, err error) {
	query := "select 1 from users where " + where.text
	if !accurate {
		query += " limit " + where.arg(search.MaxTotal)
	}
	err = db.reader.QueryRowContext(ctx, "select count(*) from ("+query+") found", where.args...).Scan(&total)
	return total, err
}

// after is the condition of everything that comes behind a position.
func (c *clause) after(order []sortedColumn, number string, at search.Position) string {
	condition := number + " > " + c.arg(at[len(order)])
	for i, s := range slices.Backward(order) {
		same, behind := s.column+" is null", "false"
		if at[i] != nil {
			value := c.arg(at[i])
			same, behind = s.column+" = "+value, s.column+map[bool]string{true: " < ", false: " > "}[s.Descending()]+value
			if !s.MissingFirst() {
				behind = "(" + behind + " or " + s.column + " is null)"
			}
		} else if s.MissingFirst() {
			behind = s.column + " is not null"
		}
		condition = "(" + behind + " or " + same + " and " + condition + ")"
	}
	return condition
}

// usersAtOnce is how many users are read by one statement.
const usersAtOnce = 500

// usersOf returns the users whose column is one of keys, in the order of keys.
func (db *DB) usersOf(ctx context.Context, column string, keys []any) ([]*fa.User, error) {
	all := []*fa.User{}
	for some := range slices.Chunk(keys, usersAtOnce) {
		users := map[string]*fa.User{}
		type keyed struct {
			key any
			u   fa.User
		}
		rows, err := list(ctx, db.reader, func(row scanner) (k keyed, err error) {
			k.u = fa.NewUser()
			err = db.scan(row, "users", &k.u, &k.key)
			return k, err
		}, "select doc, "+column+" from users where "+column+" in "+db.rows(1, len(some)), some...)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			users[fmt.Sprint(row.key)] = &row.u
		}
		found := []*fa.User{}
		for _, key := range some {
			if u, ok := users[fmt.Sprint(key)]; ok {
				found = append(found, u)
			}
		}
		if err := db.complete(ctx, found); err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// complete adds registrations and memberships.
func (db *DB) complete(ctx context.Context, users []*fa.User) error {
	byID := map[fa.ID]*fa.User{}
	ids := make([]any, len(users))
	for i, u := range users {
		byID[u.ID], ids[i] = u, u.ID
	}
	if len(ids) == 0 {
		return nil
	}
	among := " where user_id in " + db.rows(1, len(ids)) + " order by "
	_, err := list(ctx, db.reader, func(row scanner) (none struct{}, err error) {
		var r fa.Registration
		var user fa.ID
		err = db.scan(row, "registrations", &r, &user)
		byID[user].Registrations = append(byID[user].Registrations, r)
		return none, err
	}, "select doc, user_id from registrations"+among+"user_id, application_id", ids...)
	if err != nil {
		return fmt.Errorf("registrations: %w", err)
	}
	members, err := list(ctx, db.reader, scanMember, "select "+memberColumns+" from group_members"+among+"insert_instant, id", ids...)
	for _, m := range members {
		byID[m.UserID].Memberships = append(byID[m.UserID].Memberships, m.Membership)
	}
	return err
}

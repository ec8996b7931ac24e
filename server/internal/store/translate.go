package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"wherry/server/internal/search"
)

// plan is how the database answers a query about users: it names some by their
// numbers, and others by a condition. Unless it is exact, the documents of those
// have to be looked at.
type plan struct {
	numbers []int64
	some    bool // are numbers all that there are? otherwise everybody is
	where   clause
	exact   bool
}

// planFor takes what the terms and the columns know of a query; what they do
// not know is left to the documents.
func (db *DB) planFor(ctx context.Context, tenant string, q search.Query) (plan, error) {
	p := plan{exact: true, where: clause{columns: userColumnOf}}
	conditions := []string{unknown}
	for _, each := range conjuncts(q) {
		numbers, known, exact, err := db.numbersOf(ctx, each)
		if err != nil {
			return p, err
		}
		if known {
			p.only(numbers)
		}
		if !exact {
			var condition string
			condition, exact = p.where.of(each)
			conditions = append(conditions, condition)
		}
		p.exact = p.exact && exact
	}
	switch {
	case tenant != "":
		conditions = append(conditions, "tenant_id = "+p.where.arg(tenant))
	case p.where.identities: // whose indexes begin with the tenant
		in, err := db.inTenants(ctx, &p.where)
		if err != nil {
			return p, err
		}
		conditions = append(conditions, in)
	}
	p.where.text = strings.Join(conditions, " and ")
	return p, nil
}

// inTenants is a condition that everybody meets. It names every tenant: before
// PostgreSQL has statistics, it would not look them up by itself.
func (db *DB) inTenants(ctx context.Context, c *clause) (condition string, err error) {
	names, err := list(ctx, db.reader, func(row scanner) (name string, err error) {
		var id string
		err = row.Scan(&id)
		return c.arg(id), err
	}, "select id from tenants order by id")
	if len(names) == 0 {
		return "false", err
	}
	return "tenant_id in (" + strings.Join(names, ", ") + ")", err
}

// only narrows a plan down to some users.
func (p *plan) only(numbers []int64) {
	if p.some {
		numbers = intersect(p.numbers, numbers)
	}
	p.numbers, p.some = numbers, true
}

func conjuncts(q search.Query) []search.Query {
	b, ok := q.(search.Bool)
	if !ok || len(b.Must) == 0 {
		return []search.Query{q}
	}
	all := []search.Query{search.Bool{Should: b.Should, MustNot: b.MustNot, AtLeast: b.AtLeast}}
	for _, each := range b.Must {
		all = append(all, conjuncts(each)...)
	}
	return all
}

// numbersOf returns the numbers of users who meet a query, sorted, if terms say
// who they may be; exact tells whether all of them do.
func (db *DB) numbersOf(ctx context.Context, q search.Query) (numbers []int64, known, exact bool, err error) {
	if terms, ok := search.AskedTerms(q); ok {
		numbers, err = db.numbersWith(ctx, terms)
		return numbers, true, true, err
	}
	b, ok := q.(search.Bool)
	if !ok {
		return nil, false, false, nil
	}
	exact = len(b.MustNot) == 0 && b.AtLeast <= 1
	for _, each := range b.Must {
		some, is, all, err := db.numbersOf(ctx, each)
		if err != nil {
			return nil, false, false, err
		}
		if is && known {
			some = intersect(numbers, some)
		}
		if is {
			numbers, known = some, true
		}
		exact = exact && all
	}
	if b.AtLeast == 0 {
		return numbers, known, exact && known, nil
	}
	either, is, all, err := db.numbersOfAny(ctx, b.Should)
	switch {
	case err != nil || !is:
		return numbers, known, false, err
	case known:
		either = intersect(numbers, either)
	}
	return either, true, exact && all, nil
}

func (db *DB) numbersOfAny(ctx context.Context, queries []search.Query) (numbers []int64, known, exact bool, err error) {
	exact = true
	for _, q := range queries {
		some, is, all, err := db.numbersOf(ctx, q)
		if err != nil || !is {
			return nil, false, false, err
		}
		numbers, exact = append(numbers, some...), exact && all
	}
	slices.Sort(numbers)
	return slices.Compact(numbers), true, exact, nil
}

// intersect returns what two sorted lists have in common.
func intersect(a, b []int64) []int64 {
	if len(a) > len(b) {
		a, b = b, a
	}
	both := []int64{}
	for _, n := range a {
		if _, is := slices.BinarySearch(b, n); is {
			both = append(both, n)
		}
	}
	return both
}

// clause is a condition in SQL with its arguments.
type clause struct {
	text       string
	from       string // the table, where it is not plain
	args       []any
	columns    map[string]string // by field
	identities bool              // is there a condition on an e-mail address, user name or phone number?
}

func (c *clause) arg(value any) string {
	c.args = append(c.args, value)
	return fmt.Sprintf("$%d", len(c.args))
}

// The columns that hold what fields do. Texts are folded in them, too.
var (
	userColumnOf = map[string]string{
		"active": "active", "email": "email", "id": "id", "insertInstant": "insert_instant", "phoneNumber": "phone_number", "tenantId": "tenant_id",
		"username": "username_key",
	}
	identityColumns = []string{"email", "phone_number", "username_key"}
	nestedColumns   = map[string]map[string]string{
		search.Registrations: {"registrations.applicationId": "application_id"},
		search.Memberships:   {"memberships.groupId": "group_id"},
	}
	nestedTables = map[string]string{search.Registrations: "registrations", search.Memberships: "group_members"}
)

// unknown is a condition that says nothing.
const unknown = "true"

// of returns a condition that everybody meets who meets the query. It is never
// null, and exact if nobody else meets it.
func (c *clause) of(q search.Query) (condition string, exact bool) {
	switch q := q.(type) {
	case search.All:
		return unknown, true
	case search.Bool:
		return c.ofBool(q)
	case search.Nested:
		return c.ofNested(q)
	case search.Exists:
		return c.each(q.Field, func(column string) string { return column + " is not null" })
	case search.In:
		return c.ofIn(q)
	case search.Like:
		return c.ofLike(q)
	case search.Between:
		return c.each(q.Field, func(column string) string {
			return c.bound(column, " > ", q.From) + " and " + c.bound(column, " < ", q.To)
		})
	case search.Within:
		return c.each(q.Field, func(column string) string { return column + " between " + c.arg(q.From) + " and " + c.arg(q.To) })
	}
	return unknown, false
}

func (c *clause) ofBool(q search.Bool) (condition string, exact bool) {
	all, exact := []string{}, q.AtLeast <= 1
	for _, must := range q.Must {
		one, is := c.of(must)
		all, exact = append(all, one), exact && is
	}
	for _, not := range q.MustNot {
		before := len(c.args)
		one, is := c.of(not)
		if !is {
			c.args, exact = c.args[:before], false // who meets it may not meet the query
			continue
		}
		all = append(all, "not "+one)
	}
	if q.AtLeast > 0 {
		any := []string{"false"}
		for _, should := range q.Should {
			one, is := c.of(should)
			any, exact = append(any, one), exact && is
		}
		all = append(all, "("+strings.Join(any, " or ")+")")
	}
	return "(" + strings.Join(append(all, unknown), " and ") + ")", exact
}

func (c *clause) ofNested(q search.Nested) (condition string, exact bool) {
	columns := c.columns
	c.columns = nestedColumns[q.Path]
	inner, exact := c.of(q.Query)
	c.columns = columns
	return "id in (select user_id from " + nestedTables[q.Path] + " where " + inner + ")", exact
}

// each applies a condition to the column of a field, or to any of those where
// login ids stand.
func (c *clause) each(f search.Field, is func(column string) string) (condition string, exact bool) {
	columns := identityColumns
	if f.Path != "login" {
		column, ok := c.columns[f.Path]
		if !ok {
			return unknown, false
		}
		columns = []string{column}
	}
	var any []string
	for _, column := range columns {
		c.identities = c.identities || slices.Contains(identityColumns, column)
		any = append(any, column+" is not null and "+is(column))
	}
	return "(" + strings.Join(any, " or ") + ")", true
}

func (c *clause) ofIn(q search.In) (condition string, exact bool) {
	return c.each(q.Field, func(column string) string {
		if len(q.Values) == 0 {
			return "false"
		}
		var values []string
		for _, value := range q.Values {
			if q.Field.Kind == search.Flag {
				values = append(values, c.arg(value == "true"))
			} else {
				values = append(values, c.arg(value))
			}
		}
		return column + " in (" + strings.Join(values, ", ") + ")"
	})
}

// longestPattern is how long a pattern may be for SQLite, in bytes, with every
// character escaped.
const longestPattern = 20_000

func (c *clause) ofLike(q search.Like) (condition string, exact bool) {
	prefix, alone := q.Pattern.Prefix()
	pattern := likePieces(q.Pattern)
	if len(pattern) > longestPattern {
		return unknown, false
	}
	return c.each(q.Field, func(column string) string {
		var all []string
		if prefix != "" {
			all = append(all, column+" >= "+c.arg(prefix)+" and "+column+" < "+c.arg(prefix+string(utf8.MaxRune)))
		}
		if !alone {
			all = append(all, column+" like "+c.arg(pattern)+` escape '\'`)
		}
		return strings.Join(all, " and ")
	})
}

func likePieces(p search.Pattern) string {
	var b strings.Builder
	for _, piece := range p {
		switch piece.Wild {
		case '*':
			b.WriteByte('%')
		case '?':
			b.WriteByte('_')
		default:
			b.WriteString(strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(piece.Text))
		}
	}
	return b.String()
}

func (c *clause) bound(column, comparison string, b search.Bound) string {
	switch {
	case !b.Closed:
		return unknown
	case b.Exclusive:
		return column + comparison + c.arg(b.Text)
	default:
		return column + strings.TrimSpace(comparison) + "= " + c.arg(b.Text)
	}
}

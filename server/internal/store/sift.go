package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"wherry/server/internal/fa"
	"wherry/server/internal/search"
)

// sieve collects those that come first among many.
type sieve struct {
	search.Request
	best  []hit
	total int
}

// wanted is how many of the best are kept: one more than there are on the page
// tells whether there is another page.
func (s *sieve) wanted() int { return s.StartRow + s.NumberOfResults + 1 }

// take takes in something that was found.
func (s *sieve) take(h hit) {
	s.total++
	if s.After != nil && h.at.Compare(s.After, s.Sort) <= 0 {
		return
	}
	if s.best = append(s.best, h); len(s.best) >= 2*s.wanted()+usersAtOnce {
		s.sort()
	}
}

func (s *sieve) sort() {
	slices.SortFunc(s.best, func(a, b hit) int { return a.at.Compare(b.at, s.Sort) })
	s.best = s.best[:min(len(s.best), s.wanted())]
}

// full tells whether it makes no difference what else is found, if it comes
// behind everything that was.
func (s *sieve) full() bool {
	return len(s.Sort) == 0 && len(s.best) >= s.wanted() && s.total >= search.MaxTotal && !s.AccurateTotal
}

func (s *sieve) page() (page found, total int) {
	s.sort()
	if total = s.total; !s.AccurateTotal {
		total = min(total, search.MaxTotal)
	}
	return cut(s.best[min(s.StartRow, len(s.best)):], s.NumberOfResults), total
}

// sift looks at users one after the other, in the order of their numbers, some
// at a time so that no transaction stays open.
func (db *DB) sift(ctx context.Context, r search.Request, p plan) (page found, total int, err error) {
	s := &sieve{Request: r}
	look, atOnce := db.looker(r, p)
	last := int64(0)
	for rest := p.numbers; !s.full(); {
		where := clause{text: p.where.text, args: slices.Clone(p.where.args), from: "users"}
		if p.some {
			some := rest[:min(len(rest), atOnce)]
			if rest = rest[len(some):]; len(some) == 0 {
				break
			}
			where.text += " and " + db.numbered(&where, some) + " order by number"
		} else {
			if !p.where.identities {
				where.from += db.inOrder
			}
			where.text += " and number > " + where.arg(last) + " order by number limit " + where.arg(atOnce)
		}
		looked, err := look(ctx, where, s.take)
		if err != nil {
			return page, 0, err
		}
		if !p.some && looked.n < atOnce {
			break
		}
		last = looked.last
	}
	page, total = s.page()
	return page, total, nil
}

// numbered is the condition of those who have one of these numbers.
func (d *dialect) numbered(c *clause, numbers []int64) string {
	b := []byte{'['}
	for i, n := range numbers {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, n, 10)
	}
	return "number in " + fmt.Sprintf(d.listed, c.arg(string(append(b, ']'))))
}

// looked is how many users have been looked at, and the number of the last one.
type looked struct {
	n    int
	last int64
}

// looker returns a function that finds the users of a clause who meet the query,
// all of them if the plan is exact, and how many it looks at in one go.
func (db *DB) looker(r search.Request, p plan) (look func(context.Context, clause, func(hit)) (looked, error), atOnce int) {
	if p.exact && len(r.Sort) == 0 {
		return db.lookAtNumbers, search.MaxTotal
	}
	m := search.Users.Matcher(r.Query, r.Sort)
	return func(ctx context.Context, where clause, take func(hit)) (looked, error) {
		return db.lookAtDocuments(ctx, m, where, take)
	}, usersAtOnce
}

func (db *DB) lookAtNumbers(ctx context.Context, where clause, take func(hit)) (l looked, err error) {
	hits, err := list(ctx, db.reader, func(row scanner) (hit, error) { return scanHit(row, 0) },
		"select number from "+where.from+" where "+where.text, where.args...)
	for _, h := range hits {
		l.n++
		l.last = h.key.(int64)
		take(h)
	}
	return l, err
}

// candidate is a user who may meet a query.
type candidate struct {
	number int64
	id     fa.ID
	doc    search.Document
}

func (db *DB) lookAtDocuments(ctx context.Context, m *search.Matcher, where clause, take func(hit)) (l looked, err error) {
	candidates, err := list(ctx, db.reader, func(row scanner) (c candidate, err error) {
		err = row.Scan(&c.number, &c.id, &c.doc.JSON)
		return c, err
	}, "select number, id, doc from "+where.from+" where "+where.text, where.args...)
	if err != nil {
		return l, err
	}
	if err := db.loadNested(ctx, m, candidates); err != nil {
		return l, err
	}
	for _, c := range candidates {
		at, meets, err := m.Match(c.doc)
		if err != nil {
			return l, err
		}
		l.n++
		l.last = c.number
		if meets {
			take(hit{append(at, c.number), c.number})
		}
	}
	return l, nil
}

// loadNested reads the nested documents that matter.
func (db *DB) loadNested(ctx context.Context, m *search.Matcher, candidates []candidate) error {
	byID := map[fa.ID]*candidate{}
	ids := make([]any, len(candidates))
	for i := range candidates {
		c := &candidates[i]
		byID[c.id], ids[i] = c, c.id
		c.doc.Nested = map[string][][]byte{}
	}
	for path, table := range nestedTables {
		if !m.Needs(path) || len(ids) == 0 {
			continue
		}
		_, err := list(ctx, db.reader, func(row scanner) (none struct{}, err error) {
			var user fa.ID
			var doc []byte
			err = row.Scan(&user, &doc)
			nested := byID[user].doc.Nested
			nested[path] = append(nested[path], doc)
			return none, err
		}, "select user_id, doc from "+table+" where user_id in "+db.rows(1, len(ids)), ids...)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}

package store

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"wherry/server/internal/fa"
)

// Bearers knows of those who come with access tokens what there is to know,
// without reading documents again that have not changed.
type Bearers struct {
	db    *DB
	asked gather[bearer, standing]

	mu     sync.Mutex
	parsed map[fa.ID]parsedUser
}

// bearer is whom a token is about, and what it would be kept as if it had been
// revoked.
type bearer struct {
	user fa.ID
	hash string
}

// standing is what the database says of a bearer.
type standing struct {
	doc     string // empty: there is no such user
	revoked bool
}

type parsedUser struct {
	doc  string
	user *fa.User
}

// mostParsed is how many users are kept. When there are more, it begins anew.
const mostParsed = 10_000

// Bearers returns who looks bearers up.
func (db *DB) Bearers() *Bearers {
	b := &Bearers{db: db}
	b.asked.ask, b.asked.most = b.ask, db.questions
	return b
}

// Bearer returns a user, without password, registrations and memberships, as the
// database has it at this moment, and whether a code of a kind is kept. A user
// who is not there is nil. Nobody may change what it returns: as long as the user
// stays the same, so does the pointer.
func (b *Bearers) Bearer(ctx context.Context, user fa.ID, kind, code string) (u *fa.User, kept bool, err error) {
	s, err := b.asked.get(ctx, bearer{user, digest(kind + ":" + code)})
	if err != nil || s.doc == "" {
		return nil, s.revoked, wrapUser("look up", err)
	}
	u, err = b.parse(user, s.doc)
	return u, s.revoked, wrapUser("look up", err)
}

func (b *Bearers) parse(id fa.ID, doc string) (*fa.User, error) {
	b.mu.Lock()
	known := b.parsed[id]
	b.mu.Unlock()
	if known.doc == doc {
		return known.user, nil
	}
	u := fa.NewUser()
	if err := b.db.decode("users", []byte(doc), &u); err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.parsed == nil || len(b.parsed) >= mostParsed {
		b.parsed = map[fa.ID]parsedUser{}
	}
	b.parsed[id] = parsedUser{doc, &u}
	return &u, nil
}

// askedAtOnce is how many bearers are looked up with one statement.
const askedAtOnce = 64

// ask looks bearers up.
func (b *Bearers) ask(ctx context.Context, keys []bearer) (map[bearer]standing, error) {
	found := map[bearer]standing{}
	for _, key := range keys {
		found[key] = standing{}
	}
	distinct := make([]bearer, 0, len(found))
	for key := range found {
		distinct = append(distinct, key)
	}
	for len(distinct) > 0 {
		n := min(len(distinct), askedAtOnce)
		if err := b.askSome(ctx, distinct[:n], found); err != nil {
			return nil, err
		}
		distinct = distinct[n:]
	}
	return found, nil
}

// askSome looks some up. The number of places in the statement is a power of two,
// so that there are few statements to parse.
func (b *Bearers) askSome(ctx context.Context, some []bearer, found map[bearer]standing) error {
	places := 1
	for places < len(some) {
		places *= 2
	}
	args := make([]any, 1, 1+2*places)
	args[0] = b.db.now().UnixMilli()
	for i := range places {
		args = append(args, some[min(i, len(some)-1)].user)
	}
	for i := range places {
		args = append(args, some[min(i, len(some)-1)].hash)
	}
	answers := map[string]string{}
	_, err := list(ctx, b.db.often(b.db.reader), func(row scanner) (none struct{}, err error) {
		var key, doc string
		err = row.Scan(&key, &doc)
		answers[key] = doc
		return none, err
	}, bearersSQL[places], args...)
	if err != nil {
		return fmt.Errorf("look bearers up: %w", err)
	}
	for _, key := range some {
		_, revoked := answers[key.hash]
		found[key] = standing{doc: answers[string(key.user)], revoked: revoked}
	}
	return nil
}

// bearersSQL has the statements, by the number of places in each list. Ids and
// hashes do not look alike.
var bearersSQL = func() map[int]string {
	statements := map[int]string{}
	for n := 1; n <= askedAtOnce; n *= 2 {
		users, hashes := make([]string, n), make([]string, n)
		for i := range n {
			users[i], hashes[i] = fmt.Sprintf("$%d", i+2), fmt.Sprintf("$%d", i+2+n)
		}
		statements[n] = "select id, doc from users where id in (" + strings.Join(users, ", ") + `)
			union all select hash, '' from external_identifiers where hash in (` + strings.Join(hashes, ", ") + ") and expires_instant > $1"
	}
	return statements
}()

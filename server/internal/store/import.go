package store

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"wherry/server/internal/fa"
)

// Import takes in accounts and writes them in one transaction, all or none.
// Until then they are in temporary files, so that neither a slow client nor a
// long hash holds anything of the database.
type Import struct {
	db     *DB
	mu     sync.Mutex
	spools []*spool // in the order in which rows refer to each other
}

const (
	importedUsers = iota
	importedRegistrations
	importedMembers
)

// credentialAt is where a row of users has its four columns for the password.
const credentialAt = 7

// NewImport begins an import. It has to be closed.
func (db *DB) NewImport() (*Import, error) {
	im := &Import{db: db}
	for _, table := range []struct {
		name    string
		columns []string
	}{
		importedUsers: {"users", []string{
			"id", "tenant_id", "email", "username_key", "phone_number", "active", "insert_instant",
			"encryption_scheme", "factor", "salt", "password_hash", "doc",
		}},
		importedRegistrations: {"registrations", []string{"user_id", "application_id", "doc"}},
		importedMembers:       {"group_members", []string{"id", "group_id", "user_id", "insert_instant", "doc"}},
	} {
		s, err := newSpool(db.scratch, table.name, table.columns...)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("begin an import: %w", err), im.Close())
		}
		im.spools = append(im.spools, s)
	}
	return im, nil
}

// Close lets go of the temporary files.
func (im *Import) Close() error {
	var errs []error
	for _, s := range im.spools {
		errs = append(errs, s.close())
	}
	return errors.Join(errs...)
}

// Add takes in accounts and returns the number of the first; they count from 0.
// It may be called by several goroutines at once.
func (im *Import) Add(accounts []*fa.Account) (first int, err error) {
	var written [3]struct {
		rows []byte
		n    int
	}
	for _, u := range accounts {
		tables, err := im.db.importedRows(u)
		if err != nil {
			return 0, fmt.Errorf("import: %w", err)
		}
		for i, rows := range tables {
			for _, row := range rows {
				written[i].rows = appendRow(written[i].rows, row)
				written[i].n++
			}
		}
	}
	im.mu.Lock()
	defer im.mu.Unlock()
	first = im.spools[importedUsers].rows
	for i, s := range im.spools {
		if err := s.write(written[i].rows, written[i].n); err != nil {
			return 0, fmt.Errorf("import: %w", err)
		}
	}
	return first, nil
}

// importedRows is what an account has in each table.
func (db *DB) importedRows(u *fa.Account) (tables [3][][]any, err error) {
	row, err := db.userRow(u)
	if err != nil {
		return tables, err
	}
	tables[importedUsers] = [][]any{row}
	docs, err := registrationDocs(u)
	if err != nil {
		return tables, err
	}
	for application, doc := range docs {
		sealed, err := db.seal("registrations", doc)
		if err != nil {
			return tables, err
		}
		tables[importedRegistrations] = append(tables[importedRegistrations], []any{u.ID, application, sealed})
	}
	members, err := memberRows(u.ID, u.Memberships)
	for _, m := range members {
		tables[importedMembers] = append(tables[importedMembers], m.values())
	}
	return tables, err
}

// Write stores the accounts, with these credentials instead of their own where
// there are some, by their numbers. What the database refuses is told in
// general, as FusionAuth does.
func (im *Import) Write(ctx context.Context, credentials map[int]fa.Credential) error {
	err := im.db.retry(func() error { return im.db.load(ctx, im.db, im.tables(credentials)) })
	if im.db.isConstraint(err) {
		return fa.GeneralError("ImportRequestFailed", "The import failed and no user was stored. Most likely an id, e-mail address, "+
			"user name or phone number is taken: set [validateDbConstraints] to true to see which.")
	}
	if err != nil {
		return fmt.Errorf("write an import: %w", err)
	}
	return nil
}

func (im *Import) tables(credentials map[int]fa.Credential) []loaded {
	var tables []loaded
	for i, s := range im.spools {
		if s.rows == 0 {
			continue
		}
		t := loaded{s.table, s.columns, s.reader}
		if i == importedUsers && len(credentials) > 0 {
			t.open = func() (func() ([]any, error), error) { return withCredentials(s, credentials) }
		}
		tables = append(tables, t)
	}
	return tables
}

func withCredentials(users *spool, credentials map[int]fa.Credential) (func() ([]any, error), error) {
	next, err := users.reader()
	n := -1
	return func() ([]any, error) {
		row, err := next()
		n++
		if c, ok := credentials[n]; ok && row != nil {
			copy(row[credentialAt:], []any{c.Scheme, int64(c.Factor), c.Salt, c.Hash})
		}
		return row, err
	}, err
}

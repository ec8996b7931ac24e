package store

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"wherry/server/internal/fa"
	"wherry/server/internal/search"
)

// Import takes in accounts and writes them in one transaction, all or none.
// Until then they are in temporary files, so that neither a slow client nor a
// long hash holds anything of the database.
type Import struct {
	db     *DB
	mu     sync.Mutex
	spools []*spool // in the order in which rows refer to each other

	postings []posting // of the block that is not full yet

	spare sync.Pool // *writtenRows that nobody fills
}

// writtenRows are rows of each table but that of the terms, as appendRow has
// made them.
type writtenRows [importedTerms]struct {
	rows []byte
	n    int
}

const (
	importedUsers = iota
	importedRegistrations
	importedMembers
	importedTerms
)

// NewImport begins an import. It has to be closed.
func (db *DB) NewImport() (*Import, error) {
	im := &Import{db: db}
	for _, table := range []struct {
		name    string
		columns []string
	}{
		importedUsers:         {"users", userColumns},
		importedRegistrations: {"registrations", []string{"user_id", "application_id", "doc"}},
		importedMembers:       {"group_members", []string{"id", "group_id", "user_id", "insert_instant", "doc"}},
		importedTerms:         {"user_terms", []string{"bucket", "block", "postings"}},
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
	written := im.emptyRows()
	defer im.spare.Put(written)
	terms := make([][]uint64, len(accounts))
	for at, u := range accounts {
		tables, err := im.db.importedRows(u)
		if err != nil {
			return 0, fmt.Errorf("import: %w", err)
		}
		if terms[at], err = search.Terms([]byte(tables[importedUsers][0][docAt].(string))); err != nil {
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
	for i, w := range written {
		if err := im.spools[i].write(w.rows, w.n); err != nil {
			return 0, fmt.Errorf("import: %w", err)
		}
	}
	return first, im.addTerms(first, terms)
}

func (im *Import) emptyRows() *writtenRows {
	written, ok := im.spare.Get().(*writtenRows)
	if !ok {
		return new(writtenRows)
	}
	for i := range written {
		written[i].rows, written[i].n = written[i].rows[:0], 0
	}
	return written
}

// addTerms takes in the terms of accounts, the first of which has this number.
func (im *Import) addTerms(first int, terms [][]uint64) error {
	for i, list := range terms {
		n := first + i
		if n > 0 && n%blockSize == 0 {
			if err := im.writeBlock(n/blockSize - 1); err != nil {
				return err
			}
		}
		for _, term := range list {
			im.postings = append(im.postings, posting{term, uint16(n % blockSize)})
		}
	}
	return nil
}

// writeBlock writes the terms of a block, which are complete.
func (im *Import) writeBlock(block int) error {
	sortPostings(im.postings)
	var written []byte
	rows := termRows(int64(block), im.postings)
	for _, row := range rows {
		written = appendRow(written, row)
	}
	im.postings = im.postings[:0]
	if err := im.spools[importedTerms].write(written, len(rows)); err != nil {
		return fmt.Errorf("import: %w", err)
	}
	return nil
}

// importedRows is what an account has in each table, but for its number and its
// terms.
func (db *DB) importedRows(u *fa.Account) (tables [importedTerms][][]any, err error) {
	row, err := db.userRow(u)
	if err != nil {
		return tables, err
	}
	tables[importedUsers] = [][]any{append(row, nil)}
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
	blocks, err := im.number(ctx)
	if err != nil {
		return err
	}
	err = im.db.retry(func() error { return im.db.load(ctx, im.db, im.tables(blocks, credentials)) })
	if im.db.isConstraint(err) {
		return fa.GeneralError("ImportRequestFailed", "The import failed and no user was stored. Most likely an id, e-mail address, "+
			"user name or phone number is taken: set [validateDbConstraints] to true to see which.")
	}
	if err != nil {
		return fmt.Errorf("write an import: %w", err)
	}
	return nil
}

// number writes the last block, and gives out numbers for all of them. They are
// lost if the import fails.
func (im *Import) number(ctx context.Context) (blocks []int64, err error) {
	users := im.spools[importedUsers].rows
	if err := im.writeBlock((users - 1) / blockSize); err != nil {
		return nil, err
	}
	for at := 0; at < users; at += blockSize {
		number, err := newBlock(ctx, im.db.writer) // in no transaction: jobs of the context belong to the import's
		if err != nil {
			return nil, err
		}
		blocks = append(blocks, number)
	}
	return blocks, nil
}

func (im *Import) tables(blocks []int64, credentials map[int]fa.Credential) []loaded {
	var tables []loaded
	for i, s := range im.spools {
		if s.rows == 0 {
			continue
		}
		t := loaded{s.table, s.columns, s.reader}
		switch i {
		case importedUsers:
			t.open = s.each(func(n int, row []any) {
				row[numberAt] = blocks[n/blockSize] | int64(n%blockSize)
				if c, ok := credentials[n]; ok {
					copy(row[credentialAt:], []any{c.Scheme, int64(c.Factor), c.Salt, c.Hash})
				}
			})
		case importedTerms:
			t.open = s.each(func(_ int, row []any) { row[1] = blocks[row[1].(int64)] >> blockBits })
		}
		tables = append(tables, t)
	}
	return tables
}

// each is a reader that completes row after row; they count from 0.
func (s *spool) each(complete func(n int, row []any)) func() (func() ([]any, error), error) {
	return func() (func() ([]any, error), error) {
		next, err := s.reader()
		n := -1
		return func() ([]any, error) {
			row, err := next()
			if n++; row != nil && err == nil {
				complete(n, row)
			}
			return row, err
		}, err
	}
}

package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"wherry/server/internal/fa"
	"wherry/server/internal/search"
)

// newBlock gives out the numbers of a block and returns the first one.
func newBlock(ctx context.Context, q querier) (number int64, err error) {
	if err := q.QueryRowContext(ctx, "insert into user_blocks default values returning block").Scan(&number); err != nil {
		return 0, fmt.Errorf("number users: %w", err)
	}
	return number << blockBits, nil
}

// insertTerms makes a new user, who has a block alone, known to searches.
func (db *DB) insertTerms(ctx context.Context, tx *sql.Tx, number int64, doc string) error {
	terms, err := search.Terms([]byte(doc))
	if err != nil || len(terms) == 0 {
		return err
	}
	postings := make([]posting, len(terms))
	for i, term := range terms {
		postings[i] = posting{term: term}
	}
	for rows := range slices.Chunk(termRows(number>>blockBits, postings), maxTermRows) {
		_, err := tx.ExecContext(ctx, "insert into user_terms (bucket, block, postings) values "+db.rows(len(rows), 3), slices.Concat(rows...)...)
		if err != nil {
			return fmt.Errorf("write terms: %w", err)
		}
	}
	return nil
}

// maxTermRows is how many rows of terms are written by one statement.
const maxTermRows = 1000

// termRows is the sorted postings of a block as rows.
func termRows(block int64, postings []posting) (rows [][]any) {
	for len(postings) > 0 {
		bucket := bucketOf(postings[0].term)
		n := slices.IndexFunc(postings, func(p posting) bool { return bucketOf(p.term) != bucket })
		if n < 0 {
			n = len(postings)
		}
		rows = append(rows, []any{bucket, block, appendPostings(nil, postings[:n])})
		postings = postings[n:]
	}
	return rows
}

// changeTerms brings the terms of a user from those of one document to those of
// another; an empty one has none. Few changes of users change terms.
func (db *DB) changeTerms(ctx context.Context, tx *sql.Tx, id fa.ID, before, after string) error {
	was, err := termsOf(before)
	if err != nil {
		return err
	}
	is, err := termsOf(after)
	if err != nil || slices.Equal(was, is) {
		return err
	}
	var number int64
	if err := tx.QueryRowContext(ctx, "select number from users where id = $1", id).Scan(&number); err != nil {
		return missing(err)
	}
	c := termChange{db, tx, number >> blockBits, uint16(number & (blockSize - 1))}
	return c.make(ctx, was, is)
}

func termsOf(doc string) ([]uint64, error) {
	if doc == "" {
		return nil, nil
	}
	return search.Terms([]byte(doc))
}

// termChange changes the terms of one user of a block.
type termChange struct {
	db    *DB
	tx    *sql.Tx
	block int64
	user  uint16
}

// make changes row by row, one transaction at a time for each block: two that
// write the same row would not know of each other.
func (c termChange) make(ctx context.Context, was, is []uint64) error {
	if err := c.tx.QueryRowContext(ctx, "select block from user_blocks where block = $1"+c.db.forUpdate, c.block).Scan(new(int64)); err != nil {
		return fmt.Errorf("change terms: %w", err)
	}
	changed := map[int64]bool{}
	for _, term := range was {
		if _, stays := slices.BinarySearch(is, term); !stays {
			changed[bucketOf(term)] = true
		}
	}
	for _, term := range is {
		if _, known := slices.BinarySearch(was, term); !known {
			changed[bucketOf(term)] = true
		}
	}
	for bucket := range changed {
		if err := c.rewrite(ctx, bucket, is); err != nil {
			return fmt.Errorf("change terms: %w", err)
		}
	}
	return nil
}

// rewrite gives the user those of terms that belong into a bucket, and no
// others.
func (c termChange) rewrite(ctx context.Context, bucket int64, terms []uint64) error {
	var row []byte
	err := c.tx.QueryRowContext(ctx, "select postings from user_terms where bucket = $1 and block = $2", bucket, c.block).Scan(&row)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	var postings []posting
	for _, term := range terms {
		if bucketOf(term) == bucket {
			postings = append(postings, posting{term, c.user})
		}
	}
	err = eachPosting(row, func(uint64) bool { return true }, func(p posting) {
		if p.user != c.user {
			postings = append(postings, p)
		}
	})
	if err != nil {
		return err
	}
	if len(postings) == 0 {
		_, err = c.tx.ExecContext(ctx, "delete from user_terms where bucket = $1 and block = $2", bucket, c.block)
		return err
	}
	slices.SortFunc(postings, comparePostings)
	_, err = c.tx.ExecContext(ctx, `insert into user_terms (bucket, block, postings) values ($1, $2, $3)
		on conflict (bucket, block) do update set postings = excluded.postings`, bucket, c.block, appendPostings(nil, postings))
	return err
}

// numbersWith returns the numbers of the users who have one of terms, sorted.
func (db *DB) numbersWith(ctx context.Context, terms []uint64) ([]int64, error) {
	var numbers []int64
	asked := slices.Compact(slices.Sorted(slices.Values(terms)))
	for i, term := range asked {
		if i > 0 && bucketOf(asked[i-1]) == bucketOf(term) {
			continue
		}
		found, err := db.numbersIn(ctx, bucketOf(term), asked)
		if err != nil {
			return nil, fmt.Errorf("look up terms: %w", err)
		}
		numbers = append(numbers, found...)
	}
	slices.Sort(numbers)
	return slices.Compact(numbers), nil
}

func (db *DB) numbersIn(ctx context.Context, bucket int64, terms []uint64) ([]int64, error) {
	rows, err := db.reader.QueryContext(ctx, "select block, postings from user_terms where bucket = $1", bucket)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	wanted := func(term uint64) bool { _, is := slices.BinarySearch(terms, term); return is }
	var block int64
	var postings sql.RawBytes
	var blocks [][]int64
	for rows.Next() {
		if err := rows.Scan(&block, &postings); err != nil {
			return nil, err
		}
		numbers := make([]int64, 0, len(postings)) // a posting is a byte or more
		if err := eachPosting(postings, wanted, func(p posting) { numbers = append(numbers, block<<blockBits|int64(p.user)) }); err != nil {
			return nil, err
		}
		blocks = append(blocks, numbers)
	}
	return slices.Concat(blocks...), rows.Err()
}

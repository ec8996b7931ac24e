package store

import (
	"context"
	"fmt"
	"hash/maphash"

	"wherry/server/internal/fa"
)

// importedKey is what has to be unique about users: where it stands in a row,
// and what the API calls it.
type importedKey struct {
	at           int
	column, path string
}

var importedKeys = []importedKey{
	{0, "id", "user.id"}, {2, "email", "user.email"}, {3, "username_key", "user.username"}, {4, "phone_number", "user.phoneNumber"},
}

// scope is the tenant in which the key is unique; nil: everywhere.
func (k importedKey) scope(row []any) any {
	if k.column == "id" {
		return nil
	}
	return row[1]
}

// values are those of the rows, by their scope.
func (k importedKey) values(rows [][]any) map[any][]any {
	values := map[any][]any{}
	for _, row := range rows {
		if row[k.at] != nil {
			values[k.scope(row)] = append(values[k.scope(row)], row[k.at])
		}
	}
	return values
}

// Taken reports, as *fa.Errors, what the accounts have in common with each other
// or with those that are stored.
func (im *Import) Taken(ctx context.Context) error {
	next, err := im.spools[importedUsers].reader()
	if err != nil {
		return err
	}
	found := &fa.Refusals{}
	seen := twins{seed: maphash.MakeSeed(), seen: map[uint64]bool{}}
	for {
		rows, err := some(next, takenAtOnce)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return found.OrNil()
		}
		seen.look(rows, found)
		if err := im.db.stored(ctx, rows, found); err != nil {
			return err
		}
	}
}

// takenAtOnce is how many users are looked for by one statement.
const takenAtOnce = 1000

func some(next func() ([]any, error), n int) (rows [][]any, err error) {
	for len(rows) < n {
		row, err := next()
		if err != nil || row == nil {
			return rows, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// twins finds values that are there twice. It keeps a hash of each: that two
// values have the same one is a matter of once in millions of imports, and the
// next attempt has other hashes.
type twins struct {
	seed maphash.Seed
	seen map[uint64]bool
}

func (t *twins) look(rows [][]any, found *fa.Refusals) {
	for _, row := range rows {
		for _, k := range importedKeys {
			if row[k.at] == nil {
				continue
			}
			hash := maphash.Comparable(t.seed, [3]any{k.column, k.scope(row), row[k.at]})
			if t.seen[hash] {
				found.Field(k.path, "duplicate", "[%s] = [%s] is given to more than one user of this request.", k.path, row[k.at])
			}
			t.seen[hash] = true
		}
	}
}

// stored finds values that users have already.
func (db *DB) stored(ctx context.Context, rows [][]any, found *fa.Refusals) error {
	for _, k := range importedKeys {
		for scope, values := range k.values(rows) {
			where := k.column + " in " + db.rows(1, len(values))
			if scope != nil {
				where += fmt.Sprintf(" and tenant_id = $%d", len(values)+1)
				values = append(values, scope)
			}
			scan := func(row scanner) (value string, err error) { err = row.Scan(&value); return value, err }
			taken, err := list(ctx, db.reader, scan, "select "+k.column+" from users where "+where, values...)
			if err != nil {
				return fmt.Errorf("look for users: %w", err)
			}
			for _, value := range taken {
				found.Field(k.path, "duplicate", "A User with [%s] = [%s] already exists.", k.path, value)
			}
		}
	}
	return nil
}

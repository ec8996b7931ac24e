package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"wherry/server/internal/fa"
)

// maxMessage bounds an entry of the event log, in bytes: systems elsewhere have
// a say in how long it is.
const maxMessage = 64 << 10

// LogEvent writes an entry of the event log.
func (db *DB) LogEvent(ctx context.Context, kind, message string) error {
	return db.AddEventLog(ctx, &fa.EventLog{Type: kind, Message: message})
}

// AddEventLog writes an entry of the event log, which gets its number and
// instant within the transaction.
func (db *DB) AddEventLog(ctx context.Context, e *fa.EventLog) error {
	e.Message, e.InsertInstant = storable(e.Message[:min(len(e.Message), maxMessage)]), db.now().UnixMilli()
	err := db.tx(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, "insert into event_log (insert_instant, type, message) values ($1, $2, $3) returning id",
			e.InsertInstant, e.Type, e.Message).Scan(&e.ID)
	})
	if err != nil {
		return fmt.Errorf("write the event log: %w", err)
	}
	return nil
}

// storable replaces what PostgreSQL does not take as text.
func storable(text string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", "\uFFFD"), "\uFFFD")
}

const eventColumns = "id, insert_instant, type, message"

// EventLog returns one entry, or fa.ErrNotFound.
func (db *DB) EventLog(ctx context.Context, id int64) (fa.EventLog, error) {
	e, err := scanEvent(db.reader.QueryRowContext(ctx, "select "+eventColumns+" from event_log where id = $1", id))
	if err != nil {
		return e, fmt.Errorf("read the event log: %w", missing(err))
	}
	return e, nil
}

var eventSorting = sorting{"id": "id", "insertInstant": "insert_instant", "message": "message", "type": "type"}

// SearchEventLog returns the entries found, and how many there are in all.
func (db *DB) SearchEventLog(ctx context.Context, s fa.EventSearch) ([]fa.EventLog, int, error) {
	where, args := eventCondition(s)
	var total int
	if err := db.reader.QueryRowContext(ctx, "select count(*) from event_log"+where, args...).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("count the event log: %w", err)
	}
	order, err := eventSorting.by(s.Order)
	if err != nil {
		return nil, 0, fmt.Errorf("search the event log: %w", err)
	}
	page := fmt.Sprintf(" order by %s, id desc limit $%d offset $%d", order, len(args)+1, len(args)+2)
	found, err := list(ctx, db.reader, scanEvent, "select "+eventColumns+" from event_log"+where+page, append(args, s.Limit, s.Offset)...)
	if err != nil {
		return nil, 0, fmt.Errorf("search the event log: %w", err)
	}
	return found, total, nil
}

func eventCondition(s fa.EventSearch) (where string, args []any) {
	also := func(wanted bool, condition string, arg any) {
		if !wanted {
			return
		}
		where += " and "
		if args = append(args, arg); len(args) == 1 {
			where = " where "
		}
		where += fmt.Sprintf(condition, len(args))
	}
	also(s.Message != "", `lower(message) like $%d escape '\'`, likePattern(storable(s.Message)))
	also(s.Type != "", "type = $%d", storable(s.Type))
	also(s.Start != 0, "insert_instant >= $%d", s.Start)
	also(s.End != 0, "insert_instant <= $%d", s.End)
	return where, args
}

// likePattern turns FusionAuth's wildcards into those of SQL. Case does not
// matter where both databases agree what it is: in ASCII.
func likePattern(text string) string {
	pattern := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`, `*`, `%`).Replace(text)
	if !strings.Contains(text, "*") {
		pattern = "%" + pattern + "%"
	}
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}, pattern)
}

func scanEvent(row scanner) (e fa.EventLog, err error) {
	err = row.Scan(&e.ID, &e.InsertInstant, &e.Type, &e.Message)
	return e, err
}

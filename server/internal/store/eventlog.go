package store

import (
	"context"
	"fmt"
	"strings"

	"wherry/server/internal/fa"
)

// LogEvent writes an entry of the event log.
func (db *DB) LogEvent(ctx context.Context, kind, message string) error {
	// A NUL cannot be stored in PostgreSQL, and a connector may answer anything.
	message = strings.ToValidUTF8(strings.ReplaceAll(message, "\x00", "\uFFFD"), "\uFFFD")
	if _, err := db.writer.ExecContext(ctx, "insert into event_log (insert_instant, type, message) values ($1, $2, $3)",
		db.now().UnixMilli(), kind, message); err != nil {
		return fmt.Errorf("write the event log: %w", err)
	}
	return nil
}

// EventLog returns one entry, or fa.ErrNotFound.
func (db *DB) EventLog(ctx context.Context, id int64) (fa.EventLog, error) {
	e, err := scanEvent(db.reader.QueryRowContext(ctx, "select id, insert_instant, type, message from event_log where id = $1", id))
	if err != nil {
		return e, fmt.Errorf("read the event log: %w", missing(err))
	}
	return e, nil
}

// SearchEventLog returns the entries found, and how many there are in all.
func (db *DB) SearchEventLog(ctx context.Context, s fa.EventSearch) ([]fa.EventLog, int, error) {
	where := []string{"1 = 1"}
	var args []any
	also := func(condition string, arg any) {
		args = append(args, arg)
		where = append(where, fmt.Sprintf(condition, len(args)))
	}
	if s.Message != "" {
		also(`lower(message) like $%d escape '\'`, likePattern(s.Message))
	}
	if s.Type != "" {
		also("type = $%d", s.Type)
	}
	if s.Start != 0 {
		also("insert_instant >= $%d", s.Start)
	}
	if s.End != 0 {
		also("insert_instant <= $%d", s.End)
	}
	condition := " from event_log where " + strings.Join(where, " and ")
	var total int
	if err := db.reader.QueryRowContext(ctx, "select count(*)"+condition, args...).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("count the event log: %w", err)
	}
	page := fmt.Sprintf(" order by %s, id desc limit $%d offset $%d", s.Order, len(args)+1, len(args)+2)
	found, err := list(ctx, db.reader, scanEvent, "select id, insert_instant, type, message"+condition+page, append(args, s.Limit, s.Offset)...)
	if err != nil {
		return nil, 0, fmt.Errorf("search the event log: %w", err)
	}
	return found, total, nil
}

// likePattern turns FusionAuth's wildcards into those of SQL.
func likePattern(text string) string {
	escaped := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(text))
	if !strings.Contains(escaped, "*") {
		escaped = "*" + escaped + "*"
	}
	return strings.ReplaceAll(escaped, "*", "%")
}

func scanEvent(row scanner) (e fa.EventLog, err error) {
	err = row.Scan(&e.ID, &e.InsertInstant, &e.Type, &e.Message)
	return e, err
}

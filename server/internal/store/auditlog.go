package store

import (
	"context"
	"database/sql"
	"fmt"
	"iter"

	"wherry/server/internal/fa"
)

// AddAuditLog writes an entry of the audit log, which gets its number and
// instant within the transaction.
func (db *DB) AddAuditLog(ctx context.Context, a *fa.AuditLog) error {
	a.ID, a.InsertInstant = 0, db.now().UnixMilli()
	doc, err := fa.EncodeWhole(a)
	if err != nil {
		return fmt.Errorf("encode the audit log: %w", err)
	}
	err = db.tx(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `insert into audit_logs
			(tenant_id, insert_instant, insert_user, message, reason, old_value, new_value, doc) values (`+parameters(8)+`) returning id`,
			orNull(string(a.TenantID)), a.InsertInstant, a.InsertUser, a.Message, a.Reason, string(a.OldValue), string(a.NewValue), string(doc)).Scan(&a.ID)
	})
	if err != nil {
		return fmt.Errorf("write the audit log: %w", err)
	}
	return nil
}

// AuditLog returns one entry, or fa.ErrNotFound.
func (db *DB) AuditLog(ctx context.Context, id int64) (fa.AuditLog, error) {
	a, err := db.scanAudit(db.reader.QueryRowContext(ctx, "select doc, id from audit_logs where id = $1", id))
	if err != nil {
		return a, fmt.Errorf("read the audit log: %w", err)
	}
	return a, nil
}

func (db *DB) scanAudit(row scanner) (a fa.AuditLog, err error) {
	var id int64
	err = db.scan(row, "audit_logs", &a, &id)
	a.ID = id
	return a, err
}

func auditCondition(s fa.AuditSearch) *conditions {
	where := &conditions{}
	where.like("insert_user", s.User)
	where.like("message", s.Message)
	where.like("new_value", s.NewValue)
	where.like("old_value", s.OldValue)
	where.like("reason", s.Reason)
	where.id("tenant_id", s.TenantID)
	where.since("insert_instant", s.Start, s.End)
	return where
}

// auditSorting is what entries can be sorted by.
var auditSorting = sorting{"insertInstant": "insert_instant", "insertUser": "insert_user", "message": "message"}

// SearchAuditLog returns the entries found, and how many there are in all.
func (db *DB) SearchAuditLog(ctx context.Context, s fa.AuditSearch) ([]fa.AuditLog, int, error) {
	where := auditCondition(s)
	order, err := auditSorting.by(s.Order)
	if err != nil {
		return nil, 0, fmt.Errorf("search the audit log: %w", err)
	}
	found, total, err := page(ctx, db.reader, db.scanAudit, "doc, id", " from audit_logs where "+where.String(),
		order+", id desc", where.args, s.Limit, s.Offset)
	if err != nil {
		return nil, 0, fmt.Errorf("search the audit log: %w", err)
	}
	return found, total, nil
}

// AuditLogs goes through all entries that are found, newest first.
func (db *DB) AuditLogs(ctx context.Context, s fa.AuditSearch) iter.Seq2[fa.AuditLog, error] {
	return each(func(before int64) ([]fa.AuditLog, error) {
		where := auditCondition(s)
		where.also("id < $%d", before)
		return list(ctx, db.reader, db.scanAudit, fmt.Sprintf("select doc, id from audit_logs where %s order by id desc limit %d", where, atOnce), where.args...)
	}, func(a fa.AuditLog) int64 { return a.ID })
}

package store

import (
	"context"
	"fmt"
	"time"

	"wherry/server/internal/fa"
)

// portion is how many rows one transaction removes, so that nobody waits long
// behind it.
const portion = 5000

// buriedFor is how long the reason is kept why a job was given up.
const buriedFor = 30 * 24 * time.Hour

// Prune removes what the logs are not to keep any longer.
func (db *DB) Prune(ctx context.Context, c *fa.SystemConfiguration) error {
	if err := db.deleteAll(ctx, "event_log", "id <= (select id from event_log order by id desc limit 1 offset $2)",
		c.EventLogConfiguration.NumberToRetain); err != nil {
		return err
	}
	for table, retention := range map[string]fa.Retention{
		"audit_logs": c.AuditLogConfiguration.Delete, "login_records": c.LoginRecordConfiguration.Delete,
		"webhook_event_logs": c.WebhookEventLogConfiguration.Delete,
	} {
		if !retention.Enabled {
			continue
		}
		before := db.now().AddDate(0, 0, -retention.NumberOfDaysToRetain)
		if err := db.deleteAll(ctx, table, "insert_instant < $2", before.UnixMilli()); err != nil {
			return err
		}
	}
	return db.deleteAll(ctx, "jobs", "due_instant is null and insert_instant < $2", db.now().Add(-buriedFor).UnixMilli())
}

// DeleteTenant removes a tenant and what belongs to it, users first and in
// portions: there may be millions. It can be interrupted and begun again.
func (db *DB) DeleteTenant(ctx context.Context, id fa.ID) error {
	if err := db.deleteAll(ctx, "users", "tenant_id = $2", id); err != nil {
		return err
	}
	return db.Tenants.Delete(ctx, id)
}

// deleteAll removes the rows for which a condition on $2 holds.
func (db *DB) deleteAll(ctx context.Context, table, condition string, arg any) error {
	statement := fmt.Sprintf("delete from %s where id in (select id from %[1]s where %s limit $1)", table, condition)
	for {
		result, err := db.exec(ctx, statement, portion, arg)
		if err != nil {
			return fmt.Errorf("prune %s: %w", table, err)
		}
		if n, err := result.RowsAffected(); err != nil || n < portion {
			return err
		}
	}
}

package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// tables is every table with objects, dependants first.
var tables = []string{
	"counters", "used_refresh_tokens", "refresh_tokens", "webauthn_credentials", "user_comments", "user_action_logs", "user_consents",
	"webhook_attempt_logs", "webhook_event_logs", "audit_logs", "login_records",
	"entity_grants", "entities", "entity_types", "group_members", "groups",
	"identity_provider_links", "identity_providers", "consents", "email_templates", "form_fields", "forms", "integrations",
	"ip_access_control_lists", "lambdas", "message_templates", "messengers", "system_configurations", "themes", "user_action_reasons",
	"user_actions", "webhooks", "changes", "jobs",
	"external_identifiers", "registrations", "user_terms", "user_blocks", "users", "applications", "tenants", "connectors", "api_keys", "signing_keys", "event_log", "instance",
}

// Wipe removes everything but the schema: what an interrupted first start has
// left behind is not a state to go on from.
func (db *DB) Wipe(ctx context.Context) error {
	return db.tx(ctx, func(tx *sql.Tx) error {
		for _, table := range tables {
			if _, err := tx.ExecContext(ctx, "delete from "+table); err != nil {
				return fmt.Errorf("empty %s: %w", table, err)
			}
		}
		return nil
	})
}

// Census counts what the instance holds, in a form to keep and compare: after
// the first start it says what every instance has from the start.
func (db *DB) Census(ctx context.Context) (string, error) {
	var counts []string
	for _, table := range tables {
		if slices.Contains(restless, table) {
			continue
		}
		var n int
		if err := db.reader.QueryRowContext(ctx, "select count(*) from "+table).Scan(&n); err != nil {
			return "", fmt.Errorf("count %s: %w", table, err)
		}
		if n > 0 {
			counts = append(counts, fmt.Sprintf("%s=%d", table, n))
		}
	}
	return strings.Join(counts, " "), nil
}

// restless tables change without anybody setting something up.
var restless = []string{
	"counters", "external_identifiers", "event_log", "instance", "jobs", "changes", "user_blocks", "user_terms",
	"webhook_attempt_logs", "webhook_event_logs", "audit_logs", "login_records",
}

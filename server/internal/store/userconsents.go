package store

import (
	"context"
	"database/sql"

	"wherry/server/internal/fa"
)

var userConsents = kind[fa.UserConsent]{
	name:    "userConsent",
	table:   "user_consents",
	blank:   fa.NewUserConsent,
	id:      func(c *fa.UserConsent) fa.ID { return c.ID },
	columns: []string{"user_id", "consent_id", "insert_instant"},
	values:  func(c *fa.UserConsent) []any { return []any{c.UserID, c.ConsentID, c.InsertInstant} },
	unique: []unique[fa.UserConsent]{{
		columns: []string{"user_id", "consent_id"}, values: func(c *fa.UserConsent) []any { return []any{c.UserID, c.ConsentID} },
		taken: func(c *fa.UserConsent, errs *fa.Errors) {
			errs.Field("userConsent.consentId", "duplicate", "The consent [%s] was given for the user [%s] before; update it.", c.ConsentID, c.UserID)
		},
	}},
}

// UserConsents is the table of the consents that were given for users.
type UserConsents struct{ Documents[fa.UserConsent] }

// Of returns the consents that were given for a user, the oldest first.
func (d UserConsents) Of(ctx context.Context, user fa.ID) ([]*fa.UserConsent, error) {
	all, err := list(ctx, d.db.reader, d.scan, "select doc from user_consents where user_id = $1 order by insert_instant, id", user)
	return all, d.wrap("list", err)
}

// addGiven stores the consents that come with a new user.
func (db *DB) addGiven(ctx context.Context, tx *sql.Tx, given []*fa.UserConsent) error {
	for _, c := range given {
		if err := db.UserConsents.insert(ctx, tx, c); err != nil {
			return err
		}
	}
	return nil
}

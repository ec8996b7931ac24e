package store

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wherry/server/internal/fa"
	"wherry/server/internal/jobs"
)

func TestSettings(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		for _, want := range []string{"", "one", "two"} {
			if want != "" {
				must(t, db.Settle(t.Context(), "name", want))
			}
			if got, err := db.Setting(t.Context(), "name"); err != nil || got != want {
				t.Errorf("got %q, %v, want %q", got, err, want)
			}
		}
		if got, err := db.Setting(t.Context(), "other"); err != nil || got != "" {
			t.Errorf("another: %q, %v", got, err)
		}
	})
}

// firstStart stores what every instance has from the start.
func firstStart(t *testing.T, db *DB) {
	t.Helper()
	ctx := t.Context()
	must(t,
		db.Tenants.Create(ctx, tenant(1, "Default")), db.Applications.Create(ctx, application(2, id(1), "FusionAuth")),
		db.Applications.Create(ctx, application(3, id(1), "Tenant Manager")), db.Connectors.Create(ctx, connector(4, "Default")),
		db.SigningKeys.Create(ctx, signingKey(5, "kid", "Default signing key")), db.Settle(ctx, "default-tenant", string(id(1))),
	)
}

func TestCensus(t *testing.T) {
	changes := map[string]func(t *testing.T, db *DB){
		"API key": func(t *testing.T, db *DB) { must(t, db.APIKeys.Create(t.Context(), apiKey(9, "k", ""))) },
		"user":    func(t *testing.T, db *DB) { must(t, db.CreateUser(t.Context(), user(9, id(1), "ada@example.com"))) },
		"tenant":  func(t *testing.T, db *DB) { must(t, db.Tenants.Create(t.Context(), tenant(9, "Other"))) },
		"application": func(t *testing.T, db *DB) {
			must(t, db.Applications.Create(t.Context(), application(9, id(1), "Forum")))
		},
		"connector":   func(t *testing.T, db *DB) { must(t, db.Connectors.Create(t.Context(), connector(9, "Cognito"))) },
		"signing key": func(t *testing.T, db *DB) { must(t, db.SigningKeys.Create(t.Context(), signingKey(9, "k", "Other"))) },
		"group": func(t *testing.T, db *DB) {
			group := fa.NewGroup()
			group.ID, group.TenantID, group.Name = id(9), id(1), "Editors"
			must(t, db.Groups.Create(t.Context(), &group))
		},
		"an application less": func(t *testing.T, db *DB) { must(t, db.Applications.Delete(t.Context(), id(3))) },
		"one more, one less": func(t *testing.T, db *DB) {
			must(t, db.APIKeys.Create(t.Context(), apiKey(9, "k", "")), db.Applications.Delete(t.Context(), id(3)))
		},
	}
	onEach(t, func(t *testing.T, db *DB) {
		for what, change := range changes {
			must(t, db.Wipe(t.Context()))
			firstStart(t, db)
			before, err := db.Census(t.Context())
			must(t, err, db.LogEvent(t.Context(), fa.EventDebug, "x"))
			if again, err := db.Census(t.Context()); err != nil || again != before {
				t.Errorf("the event log counts: %q, then %q, %v", before, again, err)
			}
			change(t, db)
			if after, err := db.Census(t.Context()); err != nil || after == before {
				t.Errorf("after %s: still %q, %v", what, after, err)
			}
		}
	})
}

func TestWipe(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		ctx := t.Context()
		firstStart(t, db)
		u := user(9, id(1), "ada@example.com")
		u.Registrations = []fa.Registration{registration(id(2))}
		u.FirstName = "Ada"
		must(t, db.CreateUser(ctx, u), db.APIKeys.Create(ctx, apiKey(8, "k", "")), db.LogEvent(ctx, fa.EventError, "x"),
			db.KeepIdentifier(ctx, "code", "x", time.Hour, 1), db.AddJobs(ctx, jobs.Job{Kind: "x"}))
		makeGroupAndGrant(t, db, u.ID)
		makeDocuments(t, db, u.ID)
		_, err := db.Count(ctx, "failed", "x", time.Hour)
		must(t, err, db.CreateWebAuthnCredential(ctx, &fa.WebAuthnCredential{ID: id(21), TenantID: id(1), UserID: u.ID, CredentialID: "x"}))
		makeLogs(t, db, u.ID)
		makeSession(t, db, u.ID, id(2))
		makeActionAndComment(t, db, u.ID)
		given := fa.NewUserConsent()
		given.ID, given.UserID, given.ConsentID = id(17), u.ID, id(20)
		must(t, db.UserConsents.Create(ctx, &given))

		known := slices.Sorted(slices.Values(tables))
		if diff := cmp.Diff(tablesOf(t, db), known); diff != "" {
			t.Errorf("Wipe and the schema know different tables: %s", diff)
		}
		for _, table := range known {
			if count(t, db, table) == 0 {
				t.Errorf("%s is empty before", table)
			}
		}
		must(t, db.Wipe(ctx))
		for _, table := range known {
			if n := count(t, db, table); n != 0 {
				t.Errorf("%s has %d rows after", table, n)
			}
		}
		firstStart(t, db) // nothing is in the way of the next one
	})
}

// tablesOf lists the tables that the migrations made.
func tablesOf(t *testing.T, db *DB) []string {
	t.Helper()
	query := "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and name <> 'goose_db_version' order by name"
	if db.migrations == "postgres" {
		query = "select tablename from pg_tables where schemaname = current_schema() and tablename <> 'goose_db_version' order by tablename"
	}
	names, err := list(t.Context(), db.reader, func(row scanner) (name string, err error) {
		err = row.Scan(&name)
		return name, err
	}, query)
	must(t, err)
	slices.Sort(names)
	return names
}

// makeActionAndComment does something to the user, with the user action of
// makeDocuments.
func makeActionAndComment(t *testing.T, db *DB, user fa.ID) {
	t.Helper()
	taken := fa.NewUserActionLog()
	taken.ID, taken.ActioneeUserID, taken.UserActionID, taken.Expiry = id(15), user, id(20), start.UnixMilli()+1000
	must(t, db.ActionLogs.Create(t.Context(), &taken),
		db.CreateComment(t.Context(), &fa.UserComment{ID: id(16), UserID: user, CommenterID: user, Comment: "made up"}))
}

// makeGroupAndGrant makes a group with the user in it, and an entity that the
// user may use.
func makeGroupAndGrant(t *testing.T, db *DB, user fa.ID) {
	t.Helper()
	group, entityType, entity, grant := fa.NewGroup(), fa.NewEntityType(), fa.NewEntity(), fa.NewEntityGrant()
	group.ID, group.TenantID, group.Name = id(10), id(1), "Editors"
	entityType.ID, entityType.Name = id(11), "API"
	entity.ID, entity.TenantID, entity.Name, entity.ClientID, entity.Type = id(12), id(1), "Sample", "sample", entityType
	grant.ID, grant.UserID, grant.Entity = id(13), user, &entity
	member := fa.GroupMember{UserID: user}
	member.ID, member.GroupID = id(14), group.ID
	must(t, db.Groups.Create(t.Context(), &group), db.EntityTypes.Create(t.Context(), &entityType), db.Entities.Create(t.Context(), &entity),
		db.WriteGrant(t.Context(), &grant), db.WriteMembers(t.Context(), map[fa.ID][]fa.GroupMember{group.ID: {member}}, false))
}

// makeLogs makes an entry in each of the logs.
func makeLogs(t *testing.T, db *DB, user fa.ID) {
	t.Helper()
	event := fa.WebhookEventLog{ID: id(20), Event: []byte("{}"), Attempts: []fa.WebhookAttemptLog{{ID: id(21), WebhookEventLogID: id(20)}}}
	must(t, db.AddAuditLog(t.Context(), &fa.AuditLog{InsertUser: "ada", Message: "x"}), db.NoteWebhookEvent(t.Context(), event),
		db.NoteLogin(t.Context(), fa.LoginRecord{TenantID: id(1), UserID: user}, &fa.Account{User: fa.NewUser()}, func(*fa.Account) {}))
}

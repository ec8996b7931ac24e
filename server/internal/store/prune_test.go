package store

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wherry/server/internal/fa"
	"wherry/server/internal/jobs"
)

func TestPrune(t *testing.T) {
	retain := func(days int) fa.RetentionConfiguration {
		return fa.RetentionConfiguration{Delete: fa.Retention{Enabled: true, NumberOfDaysToRetain: days}}
	}
	onEachAt(t, func(t *testing.T, url, path string) {
		c := new(clock)
		db := open(t, url, path, c)
		must(t, db.Tenants.Create(t.Context(), tenant(1, "Default")), db.CreateUser(t.Context(), user(9, id(1), "ada@example.com")))
		for day := range 5 { // an entry of each log at the end of each day
			c.advance(24 * time.Hour)
			at := db.now().UnixMilli()
			event := fa.WebhookEventLog{ID: id(100 + day), InsertInstant: at, Event: []byte("{}")}
			event.Attempts = []fa.WebhookAttemptLog{{ID: id(200 + day), WebhookEventLogID: event.ID}}
			must(t, db.LogEvent(t.Context(), fa.EventError, "x"), db.AddAuditLog(t.Context(), &fa.AuditLog{}), db.NoteWebhookEvent(t.Context(), event),
				db.NoteLogin(t.Context(), fa.LoginRecord{TenantID: id(1), UserID: id(9), Instant: at}, user(9, id(1), "ada@example.com"), func(*fa.Account) {}))
		}
		left := func() (counts []string) {
			for _, table := range []string{"event_log", "audit_logs", "login_records", "webhook_event_logs", "webhook_attempt_logs"} {
				counts = append(counts, fmt.Sprint(table, "=", count(t, db, table)))
			}
			return counts
		}
		config := fa.NewSystemConfiguration()
		must(t, db.Prune(t.Context(), &config))
		want := []string{"event_log=5", "audit_logs=5", "login_records=5", "webhook_event_logs=5", "webhook_attempt_logs=5"}
		if diff := cmp.Diff(want, left()); diff != "" {
			t.Errorf("by default: %s", diff)
		}
		config.EventLogConfiguration.NumberToRetain = 4
		config.AuditLogConfiguration, config.LoginRecordConfiguration = retain(2), retain(1)
		config.WebhookEventLogConfiguration.Delete.NumberOfDaysToRetain = 0
		c.advance(time.Millisecond)
		must(t, db.Prune(t.Context(), &config))
		want = []string{"event_log=4", "audit_logs=2", "login_records=1", "webhook_event_logs=0", "webhook_attempt_logs=0"}
		if diff := cmp.Diff(want, left()); diff != "" {
			t.Error(diff)
		}
		if events, _, err := db.SearchEventLog(t.Context(), fa.EventSearch{Limit: 9, Order: fa.Order{{Property: "insertInstant"}}}); err != nil || events[0].ID != 2 {
			t.Errorf("the newest entries stay: %v, %v", events, err)
		}
	})
}

func TestTheReasonOfAJobThatWasGivenUpGoesAfterAMonth(t *testing.T) {
	onEachAt(t, func(t *testing.T, url, path string) {
		c := new(clock)
		db := open(t, url, path, c)
		config := fa.NewSystemConfiguration()
		must(t, db.AddJobs(t.Context(), jobs.Job{Kind: "x"}, jobs.Job{Kind: "waits"}))
		leased, err := db.LeaseJobs(t.Context(), "me", c.now().Add(time.Minute), []string{"x"}, 1)
		must(t, err, db.BuryJob(t.Context(), leased[0].ID, "me", "made-up"))
		for _, step := range []struct {
			wait time.Duration
			left int
		}{{29 * 24 * time.Hour, 2}, {2 * 24 * time.Hour, 1}} {
			c.advance(step.wait)
			must(t, db.Prune(t.Context(), &config))
			if n := count(t, db, "jobs"); n != step.left {
				t.Errorf("%d jobs, want %d", n, step.left)
			}
		}
	})
}

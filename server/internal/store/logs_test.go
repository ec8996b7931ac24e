package store

import (
	"fmt"
	"testing"

	"wherry/server/internal/fa"
)

// TestALongLogIsReadToItsEnd: page after page, each entry once, from the newest
// on.
func TestALongLogIsReadToItsEnd(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		const n = 2*atOnce + 1
		_, err := db.writer.ExecContext(t.Context(), `with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < $1)
			insert into audit_logs (insert_instant, insert_user, message, reason, old_value, new_value, doc)
			select 0, 'ada', '', '', '', '', '{"insertUser":"ada","message":"' || n || '"}' from numbers`, n)
		must(t, err)
		want := n
		for a, err := range db.AuditLogs(t.Context(), fa.AuditSearch{User: "ada"}) {
			must(t, err)
			if a.Message != fmt.Sprint(want) {
				t.Fatalf("got %s, want %d", a.Message, want)
			}
			want--
		}
		if want != 0 {
			t.Errorf("%d are missing", want)
		}
	})
}

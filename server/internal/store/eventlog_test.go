package store

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wherry/server/internal/fa"
)

func TestEventLog(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		must(t, db.LogEvent(t.Context(), fa.EventError, "first\nline two"), db.LogEvent(t.Context(), fa.EventDebug, "second"))
		all, total, err := db.SearchEventLog(t.Context(), fa.EventSearch{Limit: 10, Order: fa.Order{{Property: "id"}}})
		if err != nil || total != 2 {
			t.Fatalf("%d: %v", total, err)
		}
		got, err := db.EventLog(t.Context(), all[0].ID)
		want := fa.EventLog{ID: all[0].ID, InsertInstant: start.UnixMilli(), Message: "first\nline two", Type: "Error"}
		if err != nil || got != want {
			t.Errorf("got %+v, %v", got, err)
		}
		if _, err := db.EventLog(t.Context(), 99); !errors.Is(err, fa.ErrNotFound) {
			t.Errorf("an entry that there is not: %v", err)
		}
	})
}

func TestEventLogSearch(t *testing.T) {
	messages := []string{"plain", "100% sure", "100x sure", "a_b", "axb", `back\slash`, "ÄRGER", "ärger", "UPPER case", "two*stars", "'quoted' \"text\""}
	tests := []struct {
		name, message string
		want          []string
	}{
		{"anywhere", "lai", []string{"plain"}},
		{"case", "PLAIN", []string{"plain"}},
		{"case of the entry", "upper CASE", []string{"UPPER case"}},
		{"no wildcard of SQL: %", "100%", []string{"100% sure"}},
		{"no wildcard of SQL: _", "a_b", []string{"a_b"}},
		{"backslash", `k\s`, []string{`back\slash`}},
		{"backslash before a wildcard", `back\*`, []string{`back\slash`}},
		{"only a backslash", `\`, []string{`back\slash`}},
		{"letters beyond ASCII", "ÄRG", []string{"ÄRGER"}},
		{"letters beyond ASCII, small", "ärg", []string{"ärger"}},
		{"begins with", "a*", []string{"a_b", "axb"}},
		{"ends with", "*sure", []string{"100% sure", "100x sure"}},
		{"in the middle", "a*b", []string{"a_b", "axb"}},
		{"everything", "*", messages},
		{"star as text is a wildcard", "two*stars", []string{"two*stars"}},
		{"quotes", `'quoted' "`, []string{`'quoted' "text"`}},
		{"nothing like it", "zzz", nil},
		{"NUL", "pl\x00", nil},
		{"no UTF-8", "pl\xff", nil},
		{"statement", "'; drop table event_log; --", nil},
	}
	onEach(t, func(t *testing.T, db *DB) {
		for _, m := range messages {
			must(t, db.LogEvent(t.Context(), fa.EventInformation, m))
		}
		for _, test := range tests {
			found, total, err := db.SearchEventLog(t.Context(), fa.EventSearch{Message: test.message, Limit: 100, Order: fa.Order{{Property: "id"}}})
			if err != nil || total != len(found) {
				t.Errorf("%s: %d, %v", test.name, total, err)
			}
			var got []string
			for _, e := range found {
				got = append(got, e.Message)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("%s: %s", test.name, diff)
			}
		}
	})
}

func TestEventLogPages(t *testing.T) {
	onEachAt(t, func(t *testing.T, url, path string) {
		c := new(clock)
		db := open(t, url, path, c)
		for _, m := range []string{"a", "b", "c", "d"} { // at 0, 1, 2 and 3 seconds
			kind := fa.EventDebug
			if m == "c" {
				kind = fa.EventError
			}
			must(t, db.LogEvent(t.Context(), kind, m))
			c.advance(time.Second)
		}
		at := func(seconds int64) int64 { return start.UnixMilli() + 1000*seconds }
		for _, test := range []struct {
			name   string
			search fa.EventSearch
			total  int
			want   string
		}{
			{"all", fa.EventSearch{Limit: 10, Order: fa.Order{{Property: "insertInstant", Descending: true}}}, 4, "dcba"},
			{"first page", fa.EventSearch{Limit: 3, Order: fa.Order{{Property: "message"}}}, 4, "abc"},
			{"second page", fa.EventSearch{Limit: 3, Offset: 3, Order: fa.Order{{Property: "message"}}}, 4, "d"},
			{"beyond", fa.EventSearch{Limit: 3, Offset: 9, Order: fa.Order{{Property: "message"}}}, 4, ""},
			{"only counted", fa.EventSearch{Order: fa.Order{{Property: "id"}}}, 4, ""},
			{"same type, newest first", fa.EventSearch{Limit: 10, Order: fa.Order{{Property: "type"}}}, 4, "dbac"},
			{"type", fa.EventSearch{Type: "Error", Limit: 10, Order: fa.Order{{Property: "id"}}}, 1, "c"},
			{"from", fa.EventSearch{Start: at(2), Limit: 10, Order: fa.Order{{Property: "id"}}}, 2, "cd"},
			{"until", fa.EventSearch{End: at(1), Limit: 10, Order: fa.Order{{Property: "id"}}}, 2, "ab"},
			{"between", fa.EventSearch{Start: at(1), End: at(2), Limit: 10, Order: fa.Order{{Property: "id"}}}, 2, "bc"},
			{"together", fa.EventSearch{Start: at(1), Type: "Debug", Message: "d", Limit: 10, Order: fa.Order{{Property: "id"}}}, 1, "d"},
		} {
			found, total, err := db.SearchEventLog(t.Context(), test.search)
			var got string
			for _, e := range found {
				got += e.Message
			}
			if err != nil || total != test.total || got != test.want {
				t.Errorf("%s: %q of %d, %v", test.name, got, total, err)
			}
		}
	})
}

func TestEventLogTakesWhatOthersAnswer(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		for name, message := range map[string]string{
			"NUL": "a\x00b", "no UTF-8": "a\xffb", "empty": "", "long": strings.Repeat("ä", 200_000),
		} {
			if err := db.LogEvent(t.Context(), fa.EventError, message); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		found, _, err := db.SearchEventLog(t.Context(), fa.EventSearch{Message: "a\uFFFDb", Limit: 10, Order: fa.Order{{Property: "id"}}})
		if err != nil || len(found) != 2 {
			t.Errorf("what was replaced: %v, %v", found, err)
		}
		long, _, err := db.SearchEventLog(t.Context(), fa.EventSearch{Message: "ää", Limit: 1, Order: fa.Order{{Property: "id"}}})
		if err != nil || len(long[0].Message) > maxMessage+3 {
			t.Errorf("the long one has %d bytes, %v", len(long[0].Message), err)
		}
	})
}

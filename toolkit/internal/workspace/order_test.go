package workspace

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// A page of users must not cost a look at everybody: on SQLite that shows in
// the plan of the query.
func TestPagesAreReadInOrder(t *testing.T) {
	t.Parallel()
	p := openPool(t, open(t, filepath.Join(t.TempDir(), "wherry.db"), Options{}))
	fill(t, p, people(0, 50)...)
	for name, q := range map[string]Query{
		"all":              {Source: true, Target: true},
		"one state":        {States: []State{Planned}, Target: true},
		"several states":   {States: []State{Imported, Reset, Verified}, Lacking: Linked},
		"of a run":         {ImportedBy: 7},
		"what has changed": {ChangedIn: 3, Changes: []Change{New, Deleted}},
	} {
		c := conditions{args: []any{p.n, 10}, text: q.inOrder()}
		q.add(&c)
		plan, err := list(t.Context(), p.w.reader, func(rows *sql.Rows) (detail string, err error) {
			var id, parent, unused int
			return detail, rows.Scan(&id, &parent, &unused, &detail)
		}, "explain query plan "+q.from()+" where "+c.text+fmt.Sprintf(" order by u.n limit %d", page), c.args...)
		if text := strings.Join(plan, "; "); err != nil || strings.Contains(text, "TEMP B-TREE") || len(plan) == 0 {
			t.Errorf("%s: %s, %v", name, text, err)
		}
	}
}

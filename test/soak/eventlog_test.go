package soak

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// searchEventLog looks through every entry, and returns how many there are.
func (p *parts) searchEventLog(t *testing.T) (entries int) {
	t.Helper()
	all := *p
	all.tenantID = "" // it belongs to none
	for {
		var page struct {
			EventLogs []struct{ Type, Message string }
		}
		const most = 500
		status := all.api(t, http.MethodPost, "/api/system/event-log/search", map[string]any{
			"search": map[string]any{"numberOfResults": most, "startRow": entries, "orderBy": "id ASC"},
		}, &page)
		if status != http.StatusOK {
			t.Fatalf("read the event log: status %d", status)
		}
		for _, e := range page.EventLogs {
			p.watch.search("the event log", e.Message, false)
		}
		entries += len(page.EventLogs)
		if len(page.EventLogs) < most {
			return entries
		}
	}
}

var signIns = regexp.MustCompile(`(?m)^wherry_connector_sign_ins_total\{answer="(\w+)",outcome="([\w-]+)",pool="soak"\} (\S+)$`)

// outcomes is what the connector counted.
func (p *parts) outcomes() map[string]int {
	w := httptest.NewRecorder()
	p.connector.Admin().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	p.watch.search("the metrics", w.Body.String(), true)
	counts := map[string]int{}
	for _, m := range signIns.FindAllStringSubmatch(w.Body.String(), -1) {
		n, _ := strconv.ParseFloat(strings.TrimSpace(m[3]), 64)
		counts[m[1]+": "+m[2]] = int(n)
	}
	return counts
}

package fusionauth

import (
	"context"
	"net/http"
)

// EventLog is an entry of the event log.
type EventLog struct {
	ID            int64  `json:"id"`
	InsertInstant int64  `json:"insertInstant"` // milliseconds since 1970
	Type          string `json:"type"`          // Information, Debug or Error
	Message       string `json:"message"`       // may name people
}

// EventLogSearch says which entries to look for. What is left out does not
// narrow the search.
type EventLogSearch struct {
	Message         string `json:"message,omitempty"` // a part of it; * stands for anything
	Type            string `json:"type,omitempty"`
	Start           int64  `json:"start,omitempty"` // milliseconds since 1970
	End             int64  `json:"end,omitempty"`
	NumberOfResults int    `json:"numberOfResults,omitempty"` // 25 if 0
	StartRow        int    `json:"startRow,omitempty"`
}

// EventLogs is one page of a search, the newest entry first.
type EventLogs struct {
	EventLogs []EventLog `json:"eventLogs"`
	Total     int64      `json:"total"` // on all pages
}

// SearchEventLogs searches the event log. The key must be a global one.
func (c *Client) SearchEventLogs(ctx context.Context, search EventLogSearch) (EventLogs, error) {
	var found EventLogs
	what := call{
		method: http.MethodPost, repeatable: true,
		path: "/api/system/event-log/search", body: envelope{"search": search},
	}
	err := c.do(ctx, what, &found)
	return found, err
}

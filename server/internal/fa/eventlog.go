package fa

// EventLog is one entry of the event log.
//
// Source: https://fusionauth.io/docs/apis/event-logs
type EventLog struct {
	ID            int64  `json:"id"`
	InsertInstant int64  `json:"insertInstant"`
	Message       string `json:"message"`
	Type          string `json:"type"`
}

// The types of event log entries.
const (
	EventInformation = "Information"
	EventDebug       = "Debug"
	EventError       = "Error"
)

// EventSearch says which entries to find; zero values match everything.
type EventSearch struct {
	Message    string // "*" stands for anything; without one the text may stand anywhere
	Type       string
	Start, End int64 // milliseconds, inclusive
	Limit      int
	Offset     int
	Order      Order
}

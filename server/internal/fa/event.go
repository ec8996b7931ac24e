package fa

import (
	"errors"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// ErrTransaction says that the webhooks did not agree to a change, which
// therefore was not made.
var ErrTransaction = errors.New("the webhooks did not agree")

// EventConfiguration says which events of a tenant are told to webhooks.
type EventConfiguration struct {
	Events map[string]EventSetting `json:"events"` // by the name of the event
	Rest   Rest                    `json:",embed"`
}

// EventSetting is whether an event is told, and how many webhooks have to agree
// before what it tells of happens.
type EventSetting struct {
	Enabled         bool   `json:"enabled"`
	TransactionType string `json:"transactionType"`
	Rest            Rest   `json:",embed"`
}

// The types of webhook transactions.
const (
	TransactionNone             = "None"
	TransactionAny              = "Any"
	TransactionSimpleMajority   = "SimpleMajority"
	TransactionSuperMajority    = "SuperMajority"
	TransactionAbsoluteMajority = "AbsoluteMajority"
)

// UnmarshalJSON fills in the defaults of settings inside a map.
func (s *EventSetting) UnmarshalJSON(data []byte) error {
	type plain EventSetting
	fresh := plain{TransactionType: TransactionNone}
	if err := decodeInto(data, &fresh); err != nil {
		return err
	}
	*s = EventSetting(fresh)
	return nil
}

func (c *EventConfiguration) validate(errs *Errors, path string) {
	types := []string{TransactionNone, TransactionAny, TransactionSimpleMajority, TransactionSuperMajority, TransactionAbsoluteMajority}
	for name, s := range c.Events {
		if !slices.Contains(types, s.TransactionType) {
			errs.OneOf(s.TransactionType, path+".events["+name+"].transactionType", types...)
		}
	}
}

// WebhookEventLog is what became of one event.
//
// Source: https://fusionauth.io/docs/apis/webhook-event-logs
type WebhookEventLog struct {
	Attempts           []WebhookAttemptLog `json:"attempts"`
	Data               Data                `json:"data"`
	Event              jsontext.Value      `json:"event"` // as it was sent
	EventResult        string              `json:"eventResult"`
	EventType          string              `json:"eventType"`
	FailedAttempts     int                 `json:"failedAttempts"`
	ID                 ID                  `json:"id"`
	InsertInstant      int64               `json:"insertInstant"`
	LastAttemptInstant int64               `json:"lastAttemptInstant,omitzero"`
	LastUpdateInstant  int64               `json:"lastUpdateInstant"`
	LinkedObjectID     ID                  `json:"linkedObjectId,omitzero"`
	Sequence           int64               `json:"sequence"`
	SuccessfulAttempts int                 `json:"successfulAttempts"`
}

// The results of events.
const (
	ResultRunning   = "Running"
	ResultSucceeded = "Succeeded"
	ResultFailed    = "Failed"
)

// WebhookAttemptLog is one attempt to tell one webhook.
type WebhookAttemptLog struct {
	AttemptResult       string              `json:"attemptResult"`
	Data                Data                `json:"data"`
	EndInstant          int64               `json:"endInstant"`
	ID                  ID                  `json:"id"`
	StartInstant        int64               `json:"startInstant"`
	WebhookCallResponse WebhookCallResponse `json:"webhookCallResponse"`
	WebhookEventLogID   ID                  `json:"webhookEventLogId"`
	WebhookID           ID                  `json:"webhookId"`
}

// The results of attempts.
const (
	AttemptSuccess = "Success"
	AttemptFailure = "Failure"
)

// WebhookCallResponse is what came back from a webhook.
type WebhookCallResponse struct {
	Exception  string `json:"exception,omitzero"`
	StatusCode int    `json:"statusCode,omitzero"`
	URL        string `json:"url"`
}

// WebhookEventSearch says which events to find; zero values match everything.
type WebhookEventSearch struct {
	Event       string // "*" stands for anything; without one the text may stand anywhere
	EventResult string
	EventType   string
	Start, End  int64 // milliseconds, inclusive
	Limit       int
	Offset      int
	Order       Order
}

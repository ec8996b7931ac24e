package fa

import "github.com/go-json-experiment/json/jsontext"

// AuditLog is one entry of the audit log.
//
// Source: https://fusionauth.io/docs/apis/audit-logs
type AuditLog struct {
	Data          Data           `json:"data,omitempty"`
	ID            int64          `json:"id,omitzero"`
	InsertInstant int64          `json:"insertInstant,omitzero"`
	InsertUser    string         `json:"insertUser"`
	Message       string         `json:"message"`
	NewValue      jsontext.Value `json:"newValue,omitzero"`
	OldValue      jsontext.Value `json:"oldValue,omitzero"`
	Reason        string         `json:"reason,omitzero"`
	TenantID      ID             `json:"tenantId,omitzero"`
	Rest          Rest           `json:",embed"`
}

// Validate reports everything that FusionAuth would refuse.
func (a *AuditLog) Validate() error {
	var errs Errors
	errs.Require(a.InsertUser, "auditLog.insertUser")
	errs.Short(a.InsertUser, "auditLog.insertUser")
	errs.Require(a.Message, "auditLog.message")
	return errs.OrNil()
}

// AuditSearch says which entries to find; zero values match everything. In its
// texts "*" stands for anything; without one they may stand anywhere.
type AuditSearch struct {
	Message, NewValue, OldValue, Reason, User string
	TenantID                                  ID
	Start, End                                int64 // milliseconds, inclusive
	Limit, Offset                             int
	Order                                     Order
}

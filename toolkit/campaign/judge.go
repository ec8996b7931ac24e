package campaign

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"wherry/toolkit/internal/fusionauth"
	"wherry/toolkit/internal/pace"
	"wherry/toolkit/internal/plan"
	"wherry/toolkit/internal/workspace"
)

// Reason is why somebody gets no mail.
type Reason string

// The reasons.
const (
	NotByBulk    Reason = "did not come by the bulk road"
	NotThere     Reason = "is not in the target"
	Disabled     Reason = "is disabled"
	SignedIn     Reason = "has signed in since"
	HasPassword  Reason = "has chosen a password since"
	OldPassword  Reason = "keeps the old password: a connector is asked for it"
	Federated    Reason = "signs in through an identity provider"
	NoAddress    Reason = "has no e-mail address"
	OnList       Reason = "is on the suppression list"
	Doubtful     Reason = "may have got one already: nobody knows"
	AlreadyAsked Reason = "has been asked already"
	WasRefused   Reason = "was refused by the target"
)

// Unreached tells whether somebody has to think of another way for these users.
func (r Reason) Unreached() bool { return r == NoAddress || r == Doubtful || r == WasRefused }

// account is what a campaign looks at of a user in the target.
type account struct {
	ID                        string `json:"id"`
	Active                    bool   `json:"active"`
	Email                     string `json:"email"`
	Username                  string `json:"username"`
	ConnectorID               string `json:"connectorId"`
	LastLoginInstant          int64  `json:"lastLoginInstant"` // milliseconds
	PasswordLastUpdateInstant int64  `json:"passwordLastUpdateInstant"`
	Data                      struct {
		Email loose `json:"email"` // where FusionAuth writes to when there is no e-mail address
	} `json:"data"`
}

// loose is text, and "" for whatever else an operator keeps in data.
type loose string

// UnmarshalJSON never fails.
func (l *loose) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) == nil {
		*l = loose(text)
	}
	return nil
}

// user is somebody who may get a mail.
type user struct {
	workspace.User
	batch   *open
	id      string // in the target
	address string
	loginID string
	domain  string
}

// clock compares the target's instants with ours.
type clock struct{ ahead time.Duration }

// slack is how far the clocks may be apart beyond what we measured to a second.
const slack = 2 * time.Second

// after tells whether something in the target happened after an instant of ours.
func (c clock) after(instant int64, ours time.Time) bool {
	return instant > ours.Add(c.ahead+slack).UnixMilli()
}

// accounts asks for users by their ids.
func (c *campaign) accounts(ctx context.Context, ids []string) (map[string]*account, error) {
	var list []*account
	err := c.pacer.Do(ctx, func(ctx context.Context) (err error) {
		list, err = fusionauth.UsersByID[*account](ctx, c.Client, ids)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look users up in the target: %w", err)
	}
	found := make(map[string]*account, len(list))
	for _, a := range list {
		found[strings.ToLower(a.ID)] = a
	}
	return found, nil
}

// judge tells why a user gets no mail, "" for those who get one, and where it
// goes.
func (c *campaign) judge(u *user, a *account) Reason {
	switch {
	case u.Imported.IsZero():
		return NotByBulk
	case !u.Reset.IsZero():
		return AlreadyAsked
	case a == nil:
		return NotThere
	case !a.Active:
		return Disabled
	case a.ConnectorID != "" && a.ConnectorID != fusionauth.DefaultConnectorID:
		return OldPassword
	case c.clock.after(a.PasswordLastUpdateInstant, u.Imported):
		return HasPassword
	case c.clock.after(a.LastLoginInstant, u.Imported):
		return SignedIn
	case federated(u.Source):
		return Federated
	}
	u.address = strings.ToLower(cmp.Or(a.Email, string(a.Data.Email)))
	u.loginID = cmp.Or(a.Email, a.Username)
	_, u.domain, _ = strings.Cut(u.address, "@")
	switch {
	case c.Suppressed.has(u.id, u.address):
		return OnList
	case !c.Required && (u.address == "" || u.loginID == ""):
		return NoAddress
	}
	return ""
}

// federated tells whether Cognito knows the user by an identity provider alone.
func federated(source []byte) bool {
	var u plan.CognitoUser
	return json.Unmarshal(source, &u) == nil && u.Status == "EXTERNAL_PROVIDER"
}

// idOf is under which id a user is in the target.
func idOf(u workspace.User) string {
	var planned struct {
		ID string `json:"id"`
	}
	if json.Unmarshal(u.Target, &planned) != nil || planned.ID == "" {
		return strings.ToLower(u.ID)
	}
	return strings.ToLower(planned.ID)
}

// judge tells what an answer means for the pace.
func judge(err error) pace.Verdict {
	switch {
	case fusionauth.Throttled(err):
		return pace.Throttled
	case fusionauth.Unanswered(err):
		return pace.Lost
	default:
		return pace.Served
	}
}

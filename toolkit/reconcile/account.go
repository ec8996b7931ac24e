package reconcile

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"wherry/toolkit/internal/fusionauth"
	"wherry/toolkit/internal/pace"
	"wherry/toolkit/internal/plan"
)

// account is a user as the target shows it: what a mapping can write, and when
// it came and changed.
type account struct {
	plan.User
	Registrations []registration `json:"registrations"`
	Memberships   []membership   `json:"memberships"`

	LastUpdateInstant         int64 `json:"lastUpdateInstant"` // milliseconds, as the next
	PasswordLastUpdateInstant int64 `json:"passwordLastUpdateInstant"`
}

type registration struct {
	plan.Registration
	InsertInstant     int64 `json:"insertInstant"`
	LastUpdateInstant int64 `json:"lastUpdateInstant"`
}

type membership struct {
	plan.Membership
	InsertInstant int64 `json:"insertInstant"`
}

// UnmarshalJSON keeps numbers as they are written.
func (a *account) UnmarshalJSON(data []byte) error {
	type wire account
	return decode(data, (*wire)(a))
}

func decode(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	return d.Decode(v)
}

// decodePlan reads what was planned for a user.
func decodePlan(data []byte) (*plan.User, error) {
	u := new(plan.User)
	if err := decode(data, u); err != nil {
		return nil, fmt.Errorf("read what was planned: %w", err)
	}
	return u, nil
}

// slow tells whether the account came at sign-in.
func (a *account) slow() bool { return a.Data["migratedFrom"] != nil }

// accounts asks for many accounts by their ids.
func (v *verification) accounts(ctx context.Context, ids []string) (map[string]*account, error) {
	var list []*account
	err := v.pacer.Do(ctx, func(ctx context.Context) (err error) {
		list, err = fusionauth.UsersByID[*account](ctx, v.Client, ids)
		return err
	})
	if err != nil {
		return nil, err
	}
	byID := make(map[string]*account, len(list))
	for _, a := range list {
		byID[strings.ToLower(a.ID)] = a
	}
	return byID, nil
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

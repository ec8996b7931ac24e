package reconcile

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"wherry/internal/exit"
	"wherry/toolkit/internal/plan"
	"wherry/toolkit/internal/workspace"
)

// expectation is what an account should be, and what may have happened to it
// since.
type expectation struct {
	want     plan.User
	links    []plan.Link
	remarks  []plan.Remark
	surprise string // why there should be no account at all

	slow     bool            // it came at sign-in
	before   bool            // it was there before anybody sent it
	kept     map[string]bool // fields that differ from what was sent; nil: what was sent is what is wanted
	modified bool            // the pool's user was changed after the account came
	arrived  int64           // when it came by the target's clock, milliseconds; 0: not known
}

// slack is how far the clocks may be apart beyond what we measured to a second.
const slack = 2 * time.Second

// expect finds out what the account should be: what was planned, or what would
// be planned today when the pool's user has changed or came by the slow road.
func (v *verification) expect(ctx context.Context, u *subject, got *account) (*expectation, error) {
	if len(u.Source) == 0 {
		return nil, exit.With(exit.Failed, fmt.Errorf("the workspace %s was purged: nobody knows what accounts should be", v.Run.Workspace().Place()),
			"export the pool again, into a new workspace")
	}
	x := &expectation{slow: got.slow() && u.Imported.IsZero()}
	current := u.planned != nil && !u.Exported.After(u.Planned)
	var source plan.CognitoUser
	if x.slow || !current || federated(u.Source) { // most users are as planned, and need not be read
		if err := json.Unmarshal(u.Source, &source); err != nil {
			return nil, fmt.Errorf("read the source of user %s: %w", u.ID, err)
		}
		if source.PoolID == "" {
			source.PoolID = v.Run.ID
		}
		x.links = plan.Links(source)
	}
	switch {
	case x.slow:
		x.arrived = v.there(arrival(got))
		x.modified = x.arrived != 0 && v.there(source.LastModified) > x.arrived
		return x, v.bySlowRoad(ctx, x, source, got)
	case !u.Imported.IsZero():
		x.arrived = v.there(u.Imported)
	case u.State == workspace.Skipped:
		x.before = true
	case u.State == workspace.Refused:
		x.surprise = "refused, and in the target all the same"
	default:
		x.surprise = "in the target, though nobody has sent it"
	}
	if current {
		x.want = *u.planned
		return x, nil
	}
	return x, v.byBulkRoad(ctx, x, u.planned, source, got)
}

// federated tells whether a source document may name identities, without
// reading it.
func federated(source []byte) bool { return bytes.Contains(source, []byte(`"identities"`)) }

// there is an instant of ours by the target's clock.
func (v *verification) there(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Add(v.ahead + slack).UnixMilli()
}

// arrival is when an account came at sign-in.
func arrival(a *account) time.Time {
	text, _ := a.Data["migratedDate"].(string)
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t
	}
	return time.UnixMilli(a.InsertInstant)
}

// byBulkRoad maps a user anew who has changed in the pool, or was never planned.
func (v *verification) byBulkRoad(ctx context.Context, x *expectation, planned *plan.User, source plan.CognitoUser, got *account) error {
	fresh, err := v.Mapper.Map(ctx, source, plan.Trip{Road: plan.BulkRoad, Brief: true})
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil && x.surprise == "":
		x.surprise = "in the target, though the mapping refuses it: " + err.Error()
	}
	if planned != nil {
		x.kept = map[string]bool{}
		for _, d := range compare(planned, got, func(string) {}) {
			x.kept[d.field] = true
		}
	}
	x.want, x.remarks = fresh.User, fresh.Remarks
	return nil
}

// bySlowRoad maps as at sign-in. What was typed there decides about unverified
// addresses, so of all names that it can have been the one counts that comes
// nearest.
func (v *verification) bySlowRoad(ctx context.Context, x *expectation, source plan.CognitoUser, got *account) error {
	least := -1
	var failed error
	for _, typed := range []string{"", got.Email, got.Username, got.PhoneNumber} {
		r, err := v.Mapper.Map(ctx, source, plan.Trip{Road: plan.SlowRoad, LoginID: typed, Brief: true})
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		if n := len(compare(&r.User, got, func(string) {})); least < 0 || n < least {
			least, x.want, x.remarks = n, r.User, r.Remarks
		}
	}
	if least < 0 {
		first, _, _ := strings.Cut(failed.Error(), "\n")
		x.surprise = "in the target, though the mapping refuses it: " + first
	}
	return nil
}

// why gives the reason for a difference, if there is one.
func (x *expectation) why(d delta, got *account) (class Class, why string, bad bool) {
	changed := func(instant int64) bool { return x.arrived != 0 && instant > x.arrived }
	switch {
	case x.before:
		return Purpose, "the account was in the target before, and was left as it was", false
	case x.slow && toldAtSignIn(d.field):
		return Purpose, "a sign-in tells other things of a user than a list does", false
	case x.kept != nil && !x.kept[d.field], x.modified:
		return InPool, "changed in the pool after the user came across", false
	case (d.field == "verified" || d.field == "passwordChangeRequired") && changed(got.PasswordLastUpdateInstant):
		return InTarget, "the user has chosen a password since", false
	case changed(d.since), changed(got.LastUpdateInstant):
		return InTarget, "changed in the target after the user came across", false
	}
	class = d.class()
	return class, map[Class]string{Missing: "it is not there", Differs: "it is another one", Added: "nobody sent it"}[class], true
}

// toldAtSignIn tells what differs because the connector asks for one user, who
// has just proven something, and an export reads a list.
func toldAtSignIn(field string) bool {
	return strings.HasPrefix(field, "data.cognito.") || field == "twoFactor" || field == "passwordChangeRequired"
}

package reconcile

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"wherry/toolkit/internal/fusionauth"
	"wherry/toolkit/internal/plan"
	"wherry/toolkit/internal/workspace"
)

// verdict is what there is to say about one user.
type verdict struct {
	user        workspace.User
	username    string  // in the pool, if there is something to say
	outcome     Outcome // "": there is nothing to say
	reason      string  // of Refused and Skipped
	differences []Difference
	remarks     []plan.Remark
	compared    []string
	links       int
	found, slow bool
	disabled    bool
}

// verified tells whether the user is as they should be, and the workspace does
// not know yet.
func (d *verdict) verified() bool {
	u := &d.user
	return (d.outcome == Same || d.outcome == Explained) && u.Verified.IsZero() &&
		(u.State < workspace.Refused || u.State == workspace.Skipped && u.Reason == workspace.AlreadyAcross)
}

// judge compares a user with the account, nil if there is none.
func (v *verification) judge(ctx context.Context, u *subject, got *account) (d *verdict, err error) {
	d = &verdict{user: u.User, found: got != nil}
	switch {
	case got == nil && u.Change == workspace.Deleted:
		return d, nil // gone on both sides
	case got == nil:
		return d, v.absent(ctx, d, u.planned)
	case u.Change == workspace.Deleted:
		d.outcome = Gone
		d.add(Difference{Class: InPool, Why: "deleted from the pool after it was carried"})
		return d, nil
	}
	d.slow, d.disabled = got.slow() && u.Imported.IsZero(), !u.Enabled
	x, err := v.expect(ctx, u, got)
	if err != nil {
		return d, err
	}
	if len(u.Remarks) > 0 {
		if err := json.Unmarshal(u.Remarks, &x.remarks); err != nil {
			return d, fmt.Errorf("read the remarks: %w", err)
		}
	}
	d.remarks = x.remarks
	if err := v.compareAll(ctx, d, x, got); err != nil {
		return d, err
	}
	d.conclude()
	return d, nil
}

// compareAll looks at every field, and at the links.
func (v *verification) compareAll(ctx context.Context, d *verdict, x *expectation, got *account) error {
	if x.surprise != "" {
		d.add(Difference{Class: Added, Why: x.surprise, Bad: true})
	}
	deltas := compare(&x.want, got, func(field string) { d.compared = append(d.compared, field) })
	for _, one := range deltas {
		d.explain(x, one, got, v.Strict)
	}
	return v.links(ctx, d, x, got)
}

// explain adds a difference with its reason.
func (d *verdict) explain(x *expectation, one delta, got *account, strict bool) {
	class, why, bad := x.why(one, got)
	d.add(Difference{Field: one.field, Class: class, Why: why, Bad: bad || strict && class == InTarget, Expected: one.want, Found: one.got})
}

func (d *verdict) add(one Difference) {
	one.User = d.user.ID
	d.differences = append(d.differences, one)
}

func (d *verdict) conclude() {
	d.outcome = Same
	for _, one := range d.differences {
		if one.Bad {
			d.outcome = Unexplained
			return
		}
		d.outcome = Explained
	}
}

// absent tells why there is no account.
func (v *verification) absent(ctx context.Context, d *verdict, planned *plan.User) error {
	u := &d.user
	switch {
	case u.State == workspace.Refused:
		d.outcome, d.reason = Refused, u.Reason
	case u.State == workspace.Skipped && u.Reason != workspace.AlreadyAcross:
		d.outcome, d.reason = Skipped, u.Reason
	case u.State < workspace.Imported:
		d.outcome = Waiting
	default:
		d.outcome = Lost
		why, err := v.elsewhere(ctx, planned)
		d.add(Difference{Class: Missing, Why: cmp.Or(why, "not in the target"), Bad: true})
		return err
	}
	return nil
}

// mostLooked is for how many missing users their login ids are looked up, which
// takes a request each.
const mostLooked = 500

// elsewhere tells whether a login id of a missing user belongs to another
// account.
func (v *verification) elsewhere(ctx context.Context, planned *plan.User) (why string, err error) {
	if planned == nil || v.looked.Add(1) > mostLooked {
		return "", nil
	}
	loginID := cmp.Or(planned.Email, planned.Username)
	if loginID == "" {
		return "", nil
	}
	err = v.pacer.Do(ctx, func(ctx context.Context) error {
		_, err := v.Client.UserByLoginID(ctx, loginID)
		return err
	})
	switch {
	case err == nil:
		return "not in the target; another account has the login id", nil
	case errors.Is(err, fusionauth.ErrNotFound):
		return "", nil
	default:
		return "", err
	}
}

// usernameOf is what Cognito calls a user of whom there is something to say.
func usernameOf(d *verdict, source []byte) string {
	if len(d.differences) == 0 {
		return ""
	}
	var u struct{ Username string }
	if json.Unmarshal(source, &u) != nil {
		return ""
	}
	return u.Username
}

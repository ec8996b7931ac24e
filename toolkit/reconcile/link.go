package reconcile

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"wherry/toolkit/internal/fusionauth"
	"wherry/toolkit/internal/plan"
	"wherry/toolkit/linker"
)

// links compares the links of a user with those that the user should have. Of
// users who should have none they are asked for, too, unless that was said to be
// too much: FusionAuth tells those of one user at a time.
func (v *verification) links(ctx context.Context, d *verdict, x *expectation, got *account) error {
	failed, err := v.conflicts(ctx, d, x)
	if err != nil {
		return err
	}
	untried := len(x.links) > 0 && d.user.Linked.IsZero() && failed == nil
	if untried {
		d.add(Difference{Field: "links", Class: Purpose, Why: "wherry links has not linked the user yet"})
	}
	if (v.NoProviders || v.PlannedLinks) && (untried || len(x.links) == 0) {
		return nil
	}
	var there []fusionauth.UserLink
	err = v.pacer.Do(ctx, func(ctx context.Context) (err error) {
		there, err = v.Client.UserLinks(ctx, got.ID)
		return err
	})
	if err != nil {
		return err
	}
	for _, want := range x.links {
		why, known := failed[want.UserID]
		at := slices.IndexFunc(there, func(l fusionauth.UserLink) bool { return v.fits(l, want) })
		switch {
		case at >= 0:
			there = slices.Delete(there, at, at+1)
			d.compared = append(d.compared, "links")
		case untried:
		case known:
			d.add(Difference{Field: "links", Class: Purpose, Why: "wherry links could not make it: " + why})
		default:
			d.compared = append(d.compared, "links")
			d.explain(x, delta{field: "links", want: want.ProviderName}, got, v.Strict)
		}
	}
	for _, extra := range there {
		d.compared = append(d.compared, "links")
		d.explain(x, delta{field: "links", got: cmp.Or(extra.ProviderName, extra.ProviderID), since: extra.InsertInstant}, got, v.Strict)
	}
	if !untried {
		d.links = len(x.links)
	}
	return nil
}

// fits tells whether a link is the one that is wanted: to the right provider, if
// that is known.
func (v *verification) fits(l fusionauth.UserLink, want plan.Link) bool {
	provider := ""
	if v.Provider != nil {
		provider = v.Provider(want)
	}
	return l.ProviderUserID == want.UserID && (provider == "" || provider == l.ProviderID)
}

// conflicts are the links of a user that could not be made, by the user's id at
// the provider, with the reason.
func (v *verification) conflicts(ctx context.Context, d *verdict, x *expectation) (why map[string]string, err error) {
	if !d.user.Linked.IsZero() || len(x.links) == 0 {
		return nil, nil
	}
	for e, err := range v.Run.EventsOf(ctx, d.user.N) {
		if err != nil {
			return nil, err
		}
		if e.Kind != linker.ConflictEvent || len(e.Detail) == 0 {
			continue
		}
		var c linker.Conflict
		if err := json.Unmarshal(e.Detail, &c); err != nil {
			return nil, fmt.Errorf("read why a link could not be made: %w", err)
		}
		if why == nil {
			why = map[string]string{}
		}
		why[c.ProviderUserID] = c.Why
	}
	return why, nil
}

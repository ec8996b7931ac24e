package reconcile

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"wherry/toolkit/internal/fusionauth"
	"wherry/toolkit/internal/plan"
	"wherry/toolkit/linker"
)

// links asks for the links of a user who should have some, unless nobody has
// tried to make them yet.
func (v *verification) links(ctx context.Context, d *verdict, x *expectation, got *account) error {
	if len(x.links) == 0 {
		return nil
	}
	failed, err := v.conflicts(ctx, d)
	if err != nil {
		return err
	}
	if d.user.Linked.IsZero() && failed == nil {
		d.add(Difference{Field: "links", Class: Purpose, Why: "wherry links has not linked the user yet"})
		return nil
	}
	var there []fusionauth.UserLink
	err = v.pacer.Do(ctx, func(ctx context.Context) (err error) {
		there, err = v.Client.UserLinks(ctx, got.ID)
		return err
	})
	for _, want := range x.links {
		switch why, known := failed[want.UserID]; {
		case err != nil:
			return err
		case v.has(there, want):
			d.compared = append(d.compared, "links")
		case known:
			d.add(Difference{Field: "links", Class: Purpose, Why: "wherry links could not make it: " + why})
		default:
			d.compared = append(d.compared, "links")
			d.explain(x, delta{field: "links", want: want.ProviderName}, got, v.Strict)
		}
	}
	d.links = len(x.links)
	return nil
}

// has tells whether a link is there, to the right provider if that is known.
func (v *verification) has(there []fusionauth.UserLink, want plan.Link) bool {
	provider := ""
	if v.Provider != nil {
		provider = v.Provider(want)
	}
	return slices.ContainsFunc(there, func(l fusionauth.UserLink) bool {
		return l.ProviderUserID == want.UserID && (provider == "" || provider == l.ProviderID)
	})
}

// conflicts are the links of a user that could not be made, by the user's id at
// the provider, with the reason.
func (v *verification) conflicts(ctx context.Context, d *verdict) (why map[string]string, err error) {
	if !d.user.Linked.IsZero() {
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

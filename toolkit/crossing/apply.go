package crossing

import (
	"context"
	"errors"
	"fmt"

	"wherry/internal/exit"
	"wherry/toolkit/internal/fusionauth"
	"wherry/toolkit/internal/target"
)

// Apply makes the target ready for the slow road: tenant, applications,
// connector, and the tenant's policy that asks the connector first and keeps
// whom it lets in. What is there is changed only where t says something else,
// and nothing is removed, so another Apply changes nothing.
//
// After an error, the Applied and the error's text say what stands; the same
// Apply continues from there.
func Apply(ctx context.Context, t Target) (*Applied, error) {
	t = t.withDefaults()
	api, err := fusionauth.New(fusionauth.Options{URL: t.URL, APIKey: t.APIKey})
	if err := errors.Join(err, t.check()); err != nil {
		return nil, exit.With(exit.Usage, err, "nothing was tried: mend the settings of the target")
	}
	plan, err := target.Look(ctx, api, t.objects())
	if err != nil {
		return nil, err
	}
	for _, s := range plan.Writes() {
		if s.Action == target.Created && s.Name == "" {
			return nil, fmt.Errorf("%s %s: it does not exist, and there is no name to create it under", s.Object, s.ID)
		}
	}
	err = plan.Do(ctx)
	return applied(plan.Steps), err
}

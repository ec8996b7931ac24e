package crossing

import (
	"context"
	"errors"
	"fmt"

	"wherry/internal/exit"
	"wherry/toolkit/internal/fusionauth"
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
	r := &run{api: api, target: t, applied: &Applied{}}
	for _, step := range []func(context.Context) error{r.tenant, r.applications, r.connector, r.policy} {
		if err := step(ctx); err != nil {
			return r.applied, r.unfinished(err)
		}
	}
	return r.applied, nil
}

// run is one Apply.
type run struct {
	api     *fusionauth.Client
	target  Target
	applied *Applied
}

func (r *run) note(object, name, id string, action Action, changes ...string) {
	r.applied.Steps = append(r.applied.Steps, Step{object, name, id, action, changes})
}

func (r *run) unfinished(err error) error {
	hint := "run it again: it continues from what stands"
	if first := exit.Hint(err); first != "" {
		hint = first + "; then " + hint
	}
	return exit.With(exit.Code(err), fmt.Errorf("%w (%s)", err, r.applied.standing()), hint)
}

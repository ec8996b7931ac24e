package identity_test

import (
	"context"
	"testing"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// oracle answers for every lambda that is asked.
type oracle struct{ asked []fa.ID }

func (o *oracle) Validate(context.Context, fa.ID, *fa.User, *fa.Registration, map[string]any) error {
	return nil
}

func (o *oracle) RequireFactor(_ context.Context, id fa.ID, required bool, _ *fa.User, _ *fa.Registration, _ map[string]any) (bool, error) {
	o.asked = append(o.asked, id)
	return !required, nil
}

func (o *oracle) Reconcile(context.Context, fa.ID, *fa.User, *fa.Registration, ...any) error {
	return nil
}

func TestTheLambdaOfTheApplicationDecidesAboutFactorsOrElseTheTenants(t *testing.T) {
	t.Parallel()
	w, o := newWorld(t), &oracle{}
	w.Lambdas = o
	w.local(adaID, nil)
	tenant, app := fa.NewTenant(), fa.NewApplication()
	for _, tt := range []struct {
		tenants, applications, asked fa.ID
	}{{"", "", ""}, {first, "", first}, {first, second, second}, {"", second, second}} {
		o.asked = nil
		tenant.LambdaConfiguration.MultiFactorRequirementID, app.LambdaConfiguration.MultiFactorRequirementID = tt.tenants, tt.applications
		required, err := w.RequireFactor(t.Context(), &tenant, identity.Attempt{Application: &app}, w.user(adaID), false)
		w.must(err)
		if required != (tt.asked != "") || tt.asked != "" && (len(o.asked) != 1 || o.asked[0] != tt.asked) {
			t.Errorf("%v: required %v, asked %v", tt, required, o.asked)
		}
	}
}

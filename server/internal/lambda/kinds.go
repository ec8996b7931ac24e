package lambda

import (
	"context"
	"errors"
	"maps"

	"github.com/go-json-experiment/json/jsontext"

	"wherry/server/internal/fa"
)

// fixed are the claims that a function cannot change. It may shorten exp.
var fixed = []string{"amr", "auth_time", "cnf", "gty", "iat", "sub", "tid", "tty"}

// Populate lets a function change the claims of a token. One that fails leaves
// them as they are. The registration may be nil.
func (r *Runner) Populate(ctx context.Context, id fa.ID, claims map[string]any, u *fa.User, registration *fa.Registration) (map[string]any, error) {
	return r.populate(ctx, id, claims, u, orUndefined(registration), map[string]any{})
}

// PopulateEntity is Populate for the token of an entity.
func (r *Runner) PopulateEntity(ctx context.Context, id fa.ID, claims map[string]any, recipient *fa.Entity, targets []*fa.Entity, permissions map[fa.ID][]string) (map[string]any, error) {
	return r.populate(ctx, id, claims, recipient, targets, permissions)
}

// PopulateUserInfo lets a function change what is told of a user. One that fails
// leaves it as it is, and nothing can change sub.
func (r *Runner) PopulateUserInfo(ctx context.Context, id fa.ID, info map[string]any, u *fa.User, registration *fa.Registration, claims []byte) (map[string]any, error) {
	after, err := r.call(ctx, id, "populate", info, u, orUndefined(registration), jsontext.Value(claims))
	if errors.Is(err, ErrFailed) {
		return info, nil
	}
	if err != nil {
		return nil, err
	}
	made := map[string]any{}
	if err := fa.Decode(after[0], &made); err != nil {
		return info, nil // not an object any more
	}
	made["sub"] = info["sub"]
	return made, nil
}

func (r *Runner) populate(ctx context.Context, id fa.ID, claims map[string]any, about ...any) (map[string]any, error) {
	after, err := r.call(ctx, id, "populate", append([]any{claims}, about...)...)
	if errors.Is(err, ErrFailed) {
		return claims, nil
	}
	if err != nil {
		return nil, err
	}
	made := map[string]any{}
	if err := fa.Decode(after[0], &made); err != nil {
		return claims, nil // not an object any more
	}
	for _, name := range fixed {
		if value, there := claims[name]; there {
			made[name] = value
		} else {
			delete(made, name)
		}
	}
	before, _ := claims["exp"].(int64)
	if exp, ok := made["exp"].(float64); ok && int64(exp) < before {
		made["exp"] = int64(exp)
	} else {
		made["exp"] = before
	}
	return made, nil
}

// Validate asks a function whether somebody may sign in, or register. What it
// finds is an *fa.Errors. A function that fails lets nobody in.
func (r *Runner) Validate(ctx context.Context, id fa.ID, u *fa.User, registration *fa.Registration, about map[string]any) error {
	empty := map[string]any{"errors": map[string]any{"fieldErrors": map[string]any{}, "generalErrors": []any{}}}
	after, err := r.call(ctx, id, "validate", empty, u, orUndefined(registration), about)
	if errors.Is(err, ErrFailed) {
		return fa.GeneralError("LambdaFailed", "A check could not be made, so this is not possible at the moment.")
	}
	if err != nil {
		return err
	}
	var result struct {
		Errors fa.Errors `json:"errors"`
	}
	if err := fa.Decode(after[0], &result); err != nil {
		return r.notA(ctx, id, "result.errors does not have the shape of FusionAuth's errors")
	}
	maps.DeleteFunc(result.Errors.FieldErrors, func(_ string, list []fa.Error) bool { return len(list) == 0 })
	return result.Errors.OrNil()
}

func (r *Runner) notA(ctx context.Context, id fa.ID, what string) error {
	if err := r.misshapen(ctx, id, errors.New(what)); !errors.Is(err, ErrFailed) {
		return err
	}
	return fa.GeneralError("LambdaFailed", "A check could not be made, so this is not possible at the moment.")
}

// RequireFactor asks a function whether somebody who signs in needs a second
// factor; required is what the policy says. A function that fails leaves it so.
func (r *Runner) RequireFactor(ctx context.Context, id fa.ID, required bool, u *fa.User, registration *fa.Registration, about map[string]any) (bool, error) {
	after, err := r.call(ctx, id, "checkRequired", map[string]any{"required": required}, u, orUndefined(registration), about)
	if errors.Is(err, ErrFailed) {
		return required, nil
	}
	if err != nil {
		return required, err
	}
	result := struct {
		Required bool `json:"required"`
	}{required}
	if err := fa.Decode(after[0], &result); err != nil {
		return required, nil
	}
	return result.Required, nil
}

// ReconcileUser lets a function make a user of what a directory or an identity
// provider says, its sources in the order of the function's parameters. The
// registration is nil where the function has none. A function that fails is
// ErrFailed.
func (r *Runner) ReconcileUser(ctx context.Context, id fa.ID, u *fa.User, registration *fa.Registration, sources ...any) error {
	documents := []any{u}
	if registration != nil {
		documents = append(documents, registration)
	}
	return r.reconcile(ctx, id, u, registration, append(documents, sources...))
}

// Reconcile is ReconcileUser for functions that have a parameter for the
// registration, which is undefined if it is nil here. A function that fails, or
// makes something of a wrong form, is an *fa.Errors.
func (r *Runner) Reconcile(ctx context.Context, id fa.ID, u *fa.User, registration *fa.Registration, sources ...any) error {
	err := r.reconcile(ctx, id, u, registration, append([]any{u, orUndefined(registration)}, sources...))
	if errors.Is(err, ErrFailed) {
		return fa.GeneralError("LambdaFailed", "The reconcile lambda made no user of what the identity provider says. The event log has the reason.")
	}
	return err
}

func (r *Runner) reconcile(ctx context.Context, id fa.ID, u *fa.User, registration *fa.Registration, documents []any) error {
	documents = append(documents, map[string]any{}) // the context
	after, err := r.call(ctx, id, "reconcile", documents...)
	if err != nil {
		return err
	}
	made := fa.UserRequest{User: fa.NewUser()}
	if err := fa.Decode(after[0], &made); err != nil {
		return r.misshapen(ctx, id, err)
	}
	if registration != nil {
		changed := fa.NewRegistration()
		if err := fa.Decode(after[1], &changed); err != nil {
			return r.misshapen(ctx, id, err)
		}
		*registration = changed
	}
	*u = made.User
	return nil
}

func (r *Runner) misshapen(ctx context.Context, id fa.ID, err error) error {
	return r.failed(ctx, &fa.Lambda{Named: fa.Named{Head: fa.Head{ID: id}}}, err)
}

// orUndefined keeps a nil registration from looking like a document.
func orUndefined(registration *fa.Registration) any {
	if registration == nil {
		return nil
	}
	return registration
}

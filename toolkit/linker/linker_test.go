package linker_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"wherry/toolkit/internal/fusionauth"
	"wherry/toolkit/internal/plan"
	"wherry/toolkit/internal/workspace"
	"wherry/toolkit/linker"
)

// target behaves as FusionAuth's links do.
type target struct {
	mu        sync.Mutex
	providers []fusionauth.IdentityProvider
	links     map[[2]string]string // the user, by provider and its user
	calls     int
	fails     int // every so many calls are not answered, though they are served
}

func (t *target) IdentityProviders(context.Context) ([]fusionauth.IdentityProvider, error) {
	return t.providers, nil
}

func (t *target) Link(_ context.Context, l fusionauth.UserLink) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.calls++
	key := [2]string{l.ProviderID, l.ProviderUserID}
	if t.links[key] != "" {
		return &fusionauth.Error{Status: 409}
	}
	t.links[key] = l.UserID
	if t.fails > 0 && t.calls%t.fails == 0 {
		return errors.New("the connection was cut")
	}
	return nil
}

func (t *target) LinkTo(_ context.Context, provider, user string) (fusionauth.UserLink, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if id := t.links[[2]string{provider, user}]; id != "" {
		return fusionauth.UserLink{ProviderID: provider, ProviderUserID: user, UserID: id}, nil
	}
	return fusionauth.UserLink{}, &fusionauth.Error{Status: 404}
}

func must(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func id(n int) string { return fmt.Sprintf("%08x-0000-4000-8000-000000000000", n) }

// fill makes a workspace in which users with these identities are across; the
// last one by the slow road.
func fill(t *testing.T, identities ...string) *workspace.Pool {
	t.Helper()
	ctx := t.Context()
	w, err := workspace.Open(ctx, filepath.Join(t.TempDir(), "wherry.db"), workspace.Options{})
	must(t, err)
	t.Cleanup(func() { _ = w.Close() })
	part, err := w.Pool(ctx, "eu-west-1_ExamplePool")
	must(t, err)
	r, err := part.Start(ctx, workspace.Export)
	must(t, err)
	scan, err := r.Scan(ctx)
	must(t, err, scan.Divide(ctx, workspace.PartUsers, []string{""}))
	h, err := scan.Next(ctx, workspace.PartUsers)
	must(t, err)
	page := workspace.Page{Last: true}
	var moves []workspace.Move
	for n, text := range identities {
		u := plan.CognitoUser{Username: fmt.Sprint("user", n), Attributes: plan.Attributes{"sub": id(n)}}
		if text != "" {
			u.Attributes["identities"] = text
		}
		doc, err := json.Marshal(u)
		must(t, err)
		page.Users = append(page.Users, workspace.Source{ID: id(n), Document: doc, Enabled: true})
		moves = append(moves, workspace.Move{User: int64(n + 1), To: workspace.Planned, Plan: &workspace.Plan{Document: fmt.Appendf(nil, `{"id":%q}`, id(n))}})
	}
	for n := range identities {
		move := workspace.Move{User: int64(n + 1), To: workspace.Imported}
		if n == len(identities)-1 {
			move.To, move.Reason = workspace.Skipped, workspace.AlreadyAcross
		}
		moves = append(moves, move)
	}
	_, err = h.Save(ctx, page)
	must(t, err, scan.Finish(ctx, true, nil), r.Move(ctx, moves...), r.End(ctx, "done"))
	return part
}

func link(t *testing.T, part *workspace.Pool, to *target, names map[string]string) (linker.Result, *workspace.Run) {
	t.Helper()
	r, err := part.Start(t.Context(), workspace.Links)
	must(t, err)
	result, err := linker.New(linker.Config{Run: r, Target: to, Names: names, Pause: time.Microsecond, Workers: 2}).Link(t.Context())
	must(t, err, r.End(t.Context(), "done"))
	return result, r
}

const google = `[{"userId":"%d","providerName":"Google","providerType":"Google","primary":"true"}]`

func TestLinks(t *testing.T) {
	t.Parallel()
	part := fill(t, fmt.Sprintf(google, 1), "", `[{"userId":"x","providerName":"Corp","providerType":"SAML"}]`, fmt.Sprintf(google, 4), fmt.Sprintf(google, 5))
	to := &target{
		providers: []fusionauth.IdentityProvider{{ID: "g", Name: "Sign in with Google", Type: "Google"}, {ID: "o", Name: "Corporate", Type: "SAMLv2"}},
		links:     map[[2]string]string{{"g", "4"}: id(99)},
	}
	result, run := link(t, part, to, nil)
	if result.Made != 2 || result.Users != 5 || result.Problems["the target has no identity provider for Corp"] != 1 ||
		result.Problems["another user has the link to this user of Google"] != 1 || to.links[[2]string{"g", "1"}] != id(0) || to.links[[2]string{"g", "5"}] != id(4) {
		t.Fatalf("%+v, %v", result, to.links)
	}
	noted := map[string]int{}
	for e, err := range part.Events(t.Context(), run.N, "") {
		must(t, err)
		noted[e.Kind]++
	}
	if noted[linker.MadeEvent] != 2 || noted[linker.ConflictEvent] != 2 {
		t.Errorf("%v", noted)
	}
	delete(to.links, [2]string{"g", "4"})
	if result, _ := link(t, part, to, map[string]string{"Corp": "corporate"}); result.Users != 2 || result.Made != 2 || len(result.Problems) != 0 {
		t.Errorf("when what stood in the way is gone: %+v", result)
	}
	if result, _ := link(t, part, to, nil); result.Users != 0 {
		t.Errorf("once more: %+v", result)
	}
}

func TestLinksThatNobodyHeardOfAreOurs(t *testing.T) {
	t.Parallel()
	var identities []string
	for n := range 30 {
		identities = append(identities, fmt.Sprintf(google, n))
	}
	to := &target{providers: []fusionauth.IdentityProvider{{ID: "g", Name: "Google", Type: "Google"}}, links: map[[2]string]string{{"g", "7"}: id(7)}, fails: 3}
	if result, _ := link(t, fill(t, identities...), to, nil); result.Made != 29 || result.Found != 1 || len(to.links) != 30 {
		t.Errorf("%+v, %d", result, len(to.links))
	}
}

func TestProvidersThatMayBeMeantTwiceAreNotGuessed(t *testing.T) {
	t.Parallel()
	to := &target{providers: []fusionauth.IdentityProvider{{ID: "a", Name: "One", Type: "Google"}, {ID: "b", Name: "Two", Type: "Google"}}, links: map[[2]string]string{}}
	part := fill(t, fmt.Sprintf(google, 1))
	if result, _ := link(t, part, to, nil); result.Made != 0 || len(result.Problems) != 1 {
		t.Errorf("%+v", result)
	}
	if result, _ := link(t, part, to, map[string]string{"Google": "Two"}); result.Made != 1 || to.links[[2]string{"b", "1"}] == "" {
		t.Errorf("%+v", result)
	}
}

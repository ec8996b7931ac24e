package planner_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"wherry/toolkit/internal/plan"
	"wherry/toolkit/internal/workspace"
	"wherry/toolkit/planner"
)

// BenchmarkPlan plans users of the usual kind.
func BenchmarkPlan(b *testing.B) {
	const users = 50_000
	ctx := b.Context()
	w, err := workspace.Open(ctx, filepath.Join(b.TempDir(), "wherry.db"), workspace.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer w.Close()
	part, err := w.Pool(ctx, poolID)
	if err != nil {
		b.Fatal(err)
	}
	r, err := part.Start(ctx, workspace.Export)
	if err != nil {
		b.Fatal(err)
	}
	scan, err := r.Scan(ctx)
	if err != nil {
		b.Fatal(err)
	}
	_ = scan.Divide(ctx, workspace.PartUsers, []string{""})
	h, err := scan.Next(ctx, workspace.PartUsers)
	if err != nil {
		b.Fatal(err)
	}
	for n := 0; n < users; n += 1000 {
		var page workspace.Page
		for i := range 1000 {
			u := plan.CognitoUser{
				PoolID: poolID, Username: fmt.Sprintf("user%d", n+i), Status: "CONFIRMED", Created: time.UnixMilli(1_600_000_000_000),
				Attributes: plan.Attributes{
					"sub": sub(n + i), "email": fmt.Sprintf("user%d@example.com", n+i), "email_verified": "true", "given_name": "Jane", "family_name": "Example",
					"birthdate": "1976-05-30", "zoneinfo": "America/Denver", "locale": "en-US", "custom:plan": "gold", "phone_number": "+14325551212",
				},
				Groups: []string{"readers"},
			}
			doc, _ := json.Marshal(u)
			page.Users = append(page.Users, workspace.Source{ID: plan.SourceID(u), Document: doc, Enabled: true})
		}
		page.Last = n+1000 == users
		if _, err := h.Save(ctx, page); err != nil {
			b.Fatal(err)
		}
	}
	run, err := part.Start(ctx, workspace.Import)
	if err != nil {
		b.Fatal(err)
	}
	m, err := plan.New(plan.Settings{}, plan.Schema{ID: poolID, MfaConfiguration: "OFF"})
	if err != nil {
		b.Fatal(err)
	}
	p := &planner.Planner{Run: run, Mapper: m}
	for b.Loop() {
		if _, err := run.Again(ctx, workspace.Planned); err != nil {
			b.Fatal(err)
		}
		result, err := p.Plan(ctx)
		if err != nil || result.Planned != users {
			b.Fatal(result, err)
		}
		b.ReportMetric(users/result.Seconds, "users/s")
	}
}

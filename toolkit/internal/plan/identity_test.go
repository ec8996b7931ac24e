package plan_test

import (
	"errors"
	"strings"
	"testing"

	"wherry/toolkit/internal/plan"
)

// Whoever signs in must get the account that was asked for.
func TestLoginID(t *testing.T) {
	t.Parallel()
	jane := user("Jane", attrs{
		"email": "Jane@Example.com", "email_verified": "true", "phone_number": "+14325551212", "phone_number_verified": "true", "preferred_username": "JD",
	})
	unverified := user("jane", attrs{"email": "jane@example.com"})
	byAddress := jane
	byAddress.Username = sub
	preferred := plan.Settings{Mapping: plan.Mapping{Username: "preferred_username"}}
	for _, tt := range []struct {
		name, loginID string
		user          plan.CognitoUser
		settings      plan.Settings
		schema        plan.Schema
		hint          string // "" when the user is let in
	}{
		{"e-mail in any case", "JANE@example.com", jane, plan.Settings{}, plain, ""},
		{"username in any case", "jANE", jane, plan.Settings{}, plain, ""},
		{"phone", "+14325551212", jane, plan.Settings{}, aliasPhone, ""},
		{"phone as people write it", "+1 (432) 555-1212", jane, plan.Settings{}, aliasPhone, ""},
		{"preferred_username if configured", "jd", jane, preferred, plain, ""},
		{"no login id", "", jane, plan.Settings{}, plain, ""},
		{"phone of a plain pool", "+14325551212", jane, plan.Settings{}, plain, "mapping.phone_number"},
		{"e-mail that is not verified", "jane@example.com", unverified, plan.Settings{}, aliasEmail, "see mapping.email"},
		{"preferred_username else", "jd", jane, plan.Settings{}, plain, "mapping.username: preferred_username"},
		{"username that the mapping leaves out", sub, byAddress, plan.Settings{}, emailPool, "mapping.username: always"},
		{"username behind preferred_username", "jane", jane, preferred, plain, "mapping.username: always"},
		{"e-mail that a rule changed", "jane@example.com", jane, withRules(plan.Rule{Set: "email", Value: "x@example.com"}), plain, "changed or left out"},
		{"somebody else", "joe", jane, plan.Settings{}, plain, "no attribute"},
		{"e-mail with a blank", "jane@example.com ", jane, plan.Settings{}, plain, "no attribute"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := newMapper(t, tt.settings, tt.schema)
			r, err := m.Map(t.Context(), tt.user, plan.Trip{Road: plan.SlowRoad, LoginID: tt.loginID})
			if tt.hint == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if !errors.Is(err, plan.ErrLoginID) || strings.Contains(err.Error(), tt.loginID) {
				t.Fatalf("got %v", err)
			}
			if last := r.Remarks[len(r.Remarks)-1]; !strings.Contains(last.Text, tt.hint) {
				t.Errorf("the remark says %q", last.Text)
			}
			if _, err := m.Map(t.Context(), tt.user, plan.Trip{Road: plan.BulkRoad, LoginID: tt.loginID}); err != nil {
				t.Errorf("the bulk road has no login id to compare: %v", err)
			}
		})
	}
}

func TestNoUsername(t *testing.T) {
	t.Parallel()
	m := newMapper(t, plan.Settings{}, plan.Schema{})
	if _, err := m.Map(t.Context(), plan.CognitoUser{}, plan.Trip{}); !errors.Is(err, plan.ErrUsername) {
		t.Errorf("got %v", err)
	}
}

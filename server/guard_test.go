package server_test

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// What the tests of locked out users make.
const (
	actionID  = "aaaaaaaa-0000-0000-0000-000000000001"
	banAction = "POST /api/user-action/" + actionID + ` {"userAction":{"name":"Locked out","temporal":true,"preventLogin":true}}`
	lockAfter = "PATCH /api/tenant/" + tenantID + ` {"tenant":{"failedAuthenticationConfiguration":{"userActionId":"` + actionID +
		`","tooManyAttempts":3,"resetCountInSeconds":60,"actionDuration":5,"actionDurationUnit":"MINUTES"}}}`
)

// TestLockout: the failure that is too many answers with the action, and so does
// everything else until it has ended.
func TestLockout(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		right, wrong := login("jane", password), login("jane", "wrong password")
		i.do(banAction).must(t)
		i.do(lockAfter).must(t)
		expect := func(do string, statuses ...int) (last response) {
			t.Helper()
			for _, status := range statuses {
				if last = i.do(do); last.status != status {
					t.Fatalf("%s: status %d, want %d: %s", do, last.status, status, last.body)
				}
			}
			return last
		}
		expect(wrong, 404, 404)
		tripped := expect(wrong, 409)
		tripped.want(t, values{"actions.0.name": "Locked out", "actions.0.localizedName": "Locked out", "actions.1": absent, "user": absent})
		expect(right, 409)
		expect(login("nobody", "wrong password"), 404, 404, 404, 404)
		i.clock.advance(4 * time.Minute)
		expect(wrong, 409) // begins anew
		i.clock.advance(4 * time.Minute)
		expect(right, 409)
		i.clock.advance(61 * time.Second)
		expect(right, 200)
		expect(wrong, 404, 404)
		i.clock.advance(61 * time.Second)
		expect(wrong, 404, 404) // the window had passed
		expect(right, 200)
		expect(wrong, 409) // a right password starts no new count
	})
}

func TestLockoutEndsWithANewPassword(t *testing.T) {
	t.Parallel()
	i := start(t)
	i.do(banAction).must(t)
	i.do(strings.Replace(lockAfter, `"tooManyAttempts":3`, `"tooManyAttempts":1,"actionCancelPolicy":{"onPasswordReset":true}`, 1)).must(t)
	if r := i.do(login("jane", "wrong password")); r.status != http.StatusConflict {
		t.Fatalf("status %d", r.status)
	}
	i.do(`POST /api/user/change-password {"loginId":"jane","password":"made-up password 2"}`).must(t)
	i.do(login("jane", "made-up password 2")).must(t)
}

// TestRateLimits: guesses are refused by login id and by address, right ones
// too; who is known makes no difference.
func TestRateLimits(t *testing.T) {
	t.Parallel()
	limit := "PATCH /api/tenant/" + tenantID + ` {"tenant":{"rateLimitConfiguration":{"failedLogin":{"enabled":true,"limit":2,"timePeriodInSeconds":60}}}}`
	from := func(request, address string) string {
		return strings.TrimSuffix(request, "}") + `,"eventInfo":{"ipAddress":"` + address + `"}}`
	}
	onEach(t, func(t *testing.T, i *instance) {
		i.do(limit).must(t)
		for _, who := range []string{"jane", "nobody"} {
			for n, status := range []int{404, 404, 429, 429} {
				if r := i.do(from(login(who, "wrong password"), "192.0.2.1")); r.status != status {
					t.Errorf("%s, attempt %d: status %d, want %d", who, n, r.status, status)
				}
			}
		}
		r := i.do(from(login("JANE", password), "192.0.2.2"))
		if r.status != http.StatusTooManyRequests || r.codes() != "[RateLimitedException]" {
			t.Errorf("the right password: status %d, %s", r.status, r.codes())
		}
		i.clock.advance(61 * time.Second)
		i.do(from(login("jane", password), "192.0.2.1")).must(t)

		for n := range 20 { // ten times the limit
			if r := i.do(from(login("guess"+itoa(int64(n)), "wrong password"), "192.0.2.3")); r.status != http.StatusNotFound {
				t.Fatalf("guess %d: status %d", n, r.status)
			}
		}
		if r := i.do(from(login("jane", password), "192.0.2.3")); r.status != http.StatusTooManyRequests {
			t.Errorf("from the address of the guesses: status %d", r.status)
		}
		i.do(from(login("jane", password), "192.0.2.4")).must(t)
	})
}

// TestApplicationsShareNoLimit: one that does not say where its users come from
// is not locked out for what some of them do.
func TestApplicationsShareNoLimit(t *testing.T) {
	t.Parallel()
	i := start(t)
	i.do("PATCH /api/tenant/" + tenantID + ` {"tenant":{"rateLimitConfiguration":{"failedLogin":{"enabled":true,"limit":1}}}}`).must(t)
	for n := range 15 {
		i.do(login("guess"+itoa(int64(n)), "wrong password"))
	}
	i.do(login("jane", password)).must(t)
}

// TestAddressesCannotBeMadeUp: without an API key the limit counts by the
// connection.
func TestAddressesCannotBeMadeUp(t *testing.T) {
	t.Parallel()
	i := start(t)
	i.do(`PATCH /api/application/` + applicationID + ` {"application":{"loginConfiguration":{"requireAuthentication":false}}}`).must(t)
	i.do("PATCH /api/tenant/" + tenantID + ` {"tenant":{"rateLimitConfiguration":{"failedLogin":{"enabled":true,"limit":1}}}}`).must(t)
	for n := range 10 {
		name := itoa(int64(n))
		i.send(call{do: strings.TrimSuffix(login("guess"+name, "wrong password"), "}") + `,"ipAddress":"192.0.2.` + name + `"}`, as: noKey})
	}
	if r := i.send(call{do: login("jane", password), as: noKey}); r.status != http.StatusTooManyRequests {
		t.Errorf("status %d", r.status)
	}
}

func TestGuardSettings(t *testing.T) {
	t.Parallel()
	set := func(settings string) string {
		return "PATCH /api/tenant/" + tenantID + ` {"tenant":{` + settings + `}}`
	}
	const failed, limits = "tenant.failedAuthenticationConfiguration", "tenant.rateLimitConfiguration.failedLogin"
	check(t, []scenario{
		{
			name: "lockout of nonsense", do: set(`"failedAuthenticationConfiguration":{"tooManyAttempts":0,"resetCountInSeconds":-1,"actionDuration":0,"actionDurationUnit":"MOONS"}`), status: 400,
			codes: "[invalid]" + failed + ".actionDuration [invalid]" + failed + ".actionDurationUnit [invalid]" + failed + ".resetCountInSeconds [invalid]" + failed + ".tooManyAttempts",
		},
		{
			name: "limit of nonsense", do: set(`"rateLimitConfiguration":{"failedLogin":{"enabled":true,"limit":0,"timePeriodInSeconds":0}}`), status: 400,
			codes: "[invalid]" + limits + ".limit [invalid]" + limits + ".timePeriodInSeconds",
		},
		{
			name: "factors of nonsense", do: set(`"multiFactorConfiguration":{"loginPolicy":"Often","email":{"enabled":true},"sms":{"enabled":true}}`), status: 400,
			codes: "[blank]tenant.multiFactorConfiguration.email.templateId [blank]tenant.multiFactorConfiguration.sms.messengerId [blank]tenant.multiFactorConfiguration.sms.templateId [invalid]tenant.multiFactorConfiguration.loginPolicy",
		},
		{
			name: "history of nonsense", do: set(`"passwordValidationRules":{"rememberPreviousPasswords":{"enabled":true,"count":0}}`), status: 400,
			codes: "[invalid]tenant.passwordValidationRules.rememberPreviousPasswords.count",
		},
	})
}

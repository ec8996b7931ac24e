package server_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

// TestTenantIsDeletedInTheBackground: it is there, marked, until it is gone with
// everything that belongs to it.
func TestTenantIsDeletedInTheBackground(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		i.do(anotherTenant).must(t)
		user := i.send(call{do: `POST /api/user {"user":{"email":"jane@example.com"}}`, tenant: anotherTenantID}).must(t).text("user.id")
		if r := i.do("DELETE /api/tenant/" + anotherTenantID + "?async=true"); r.status != http.StatusAccepted || r.body != "" {
			t.Errorf("status %d: %s", r.status, r.body)
		}
		if again := i.do("DELETE /api/tenant/" + anotherTenantID + "?async=true"); again.status != http.StatusAccepted && again.status != http.StatusNotFound {
			t.Errorf("a second time: status %d", again.status)
		}
		eventually(t, "it is gone", func() bool {
			r := i.do("GET /api/tenant/" + anotherTenantID)
			if state := r.text("tenant.state"); r.status == http.StatusOK && state != "PendingDelete" {
				t.Errorf("state %q", state)
			}
			return r.status == http.StatusNotFound
		})
		if r := i.do("GET /api/user/" + user); r.status != http.StatusNotFound {
			t.Errorf("its user: status %d", r.status)
		}
		i.do("GET /api/user/" + janeID).must(t)
	})
}

func TestLogsAreKeptAsLongAsTheConfigurationSays(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		i.do(`PATCH /api/system-configuration {"systemConfiguration":{"auditLogConfiguration":{"delete":{"enabled":true,"numberOfDaysToRetain":10}}}}`).must(t)
		const search = "GET /api/system/audit-log/search"
		i.do(`POST /api/system/audit-log {"auditLog":{"insertUser":"ada","message":"Old"}}`).must(t)
		i.do(login("jane", password)).must(t)
		pass := func(days time.Duration) { // once the server has seen to its logs, and looks at the clock again
			eventually(t, "it rests", func() bool {
				return i.jobs(t, fmt.Sprintf("kind = 'log-retention' and lease is null and due_instant > %d", i.clock.now().UnixMilli())) == 1
			})
			i.clock.advance(days * 24 * hour)
		}
		pass(9)
		i.do(`POST /api/system/audit-log {"auditLog":{"insertUser":"ada","message":"New"}}`).must(t)
		i.do(search).want(t, values{"total": 2})
		pass(2)
		eventually(t, "the old entry goes", func() bool { return i.do(search).digits("total") == "1" })
		i.do(search).want(t, values{"auditLogs.0.message": "New"})
		i.do("GET /api/system/login-record/search").want(t, values{"logins.0.userId": janeID}) // not asked for
	})
}

// TestExpiredRefreshTokensGo: those of applications by their time to live, those
// of single sign-on by the tenant's.
func TestExpiredRefreshTokensGo(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		i.withRefreshTokens(t, "")
		i.logIn(t)
		newBrowser(i).logIn(t, authorization())
		pass := func(d time.Duration) {
			eventually(t, "it rests", func() bool {
				return i.jobs(t, fmt.Sprintf("kind = 'refresh-token-retention' and lease is null and due_instant > %d", i.clock.now().UnixMilli())) == 1
			})
			i.clock.advance(d)
		}
		pass(2 * hour)
		eventually(t, "the session goes", func() bool { return i.rows(t, "refresh_tokens") == 1 })
		i.sessions(t).want(t, values{"refreshTokens.0.applicationId": applicationID})
		pass(30 * 24 * hour)
		eventually(t, "the refresh token goes", func() bool { return i.rows(t, "refresh_tokens") == 0 })
	})
}

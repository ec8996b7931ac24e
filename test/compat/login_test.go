package compat

import (
	"strings"
	"testing"

	"github.com/FusionAuth/go-client/pkg/fusionauth"
)

func TestLogin(t *testing.T) {
	t.Parallel()
	app, jane := newApplication(t, "Compat login"), newUser(t, "compat.login@example.com")
	with := func(loginID, password, applicationID string) fusionauth.LoginRequest {
		return fusionauth.LoginRequest{
			LoginId: loginID, Password: password,
			BaseLoginRequest: fusionauth.BaseLoginRequest{ApplicationId: applicationID, IpAddress: "192.0.2.1"},
		}
	}
	right := with("compat.login@example.com", password, app.Id)
	for _, step := range []struct {
		name    string
		before  func() outcome
		request fusionauth.LoginRequest
		status  int
		codes   string
	}{
		{name: "not registered", request: right, status: 202},
		{
			name: "registered", request: right, status: 200,
			before: func() outcome {
				r, errs, err := client.Register(jane.Id, fusionauth.RegistrationRequest{Registration: fusionauth.UserRegistration{ApplicationId: app.Id}})
				return come(r.StatusCode, "", errs, err)
			},
		},
		{name: "wrong password", request: with("compat.login@example.com", "wrong", app.Id), status: 404},
		{name: "nobody", request: with("nobody@example.com", password, app.Id), status: 404},
		{name: "nothing", request: with("", "", ""), status: 400, codes: "[blank]loginId [blank]password"},
		{name: "unknown application", request: with("jane", "x", "00000000-0000-0000-0009-000000000000"), status: 400, codes: "[invalid]applicationId"},
		{
			name: "password has to be changed", request: right, status: 203,
			before: func() outcome {
				r, errs, err := client.PatchUser(jane.Id, object("user", "passwordChangeRequired", true))
				return come(r.StatusCode, "", errs, err)
			},
		},
		{
			name: "expired", request: right, status: 410,
			before: func() outcome {
				r, errs, err := client.PatchUser(jane.Id, map[string]any{"user": map[string]any{"passwordChangeRequired": false, "expiry": 1_500_000_000_000}})
				return come(r.StatusCode, "", errs, err)
			},
		},
		{
			name: "deactivated", request: right, status: 423,
			before: func() outcome {
				r, errs, err := client.DeactivateUser(jane.Id)
				return come(r.StatusCode, "", errs, err)
			},
		},
	} {
		if step.before != nil {
			step.before().is(t, "before "+step.name, 200, "")
		}
		r, errs, err := client.Login(step.request)
		come(r.StatusCode, "", errs, err).isRefused(t, step.name, step.status, step.codes)
		switch {
		case step.status == 203 && (r.ChangePasswordId == "" || r.ChangePasswordReason != fusionauth.ChangePasswordReason_Administrative || r.Token != ""):
			t.Errorf("%s: %+v", step.name, r)
		case step.status < 203 && (r.User.Id != jane.Id || strings.Count(r.Token, ".") != 2 || r.TokenExpirationInstant == 0):
			t.Errorf("%s: %+v", step.name, r)
		}
	}
}

// TestEventLog: a connector that cannot be asked leaves an entry.
func TestEventLog(t *testing.T) {
	t.Parallel()
	const connectorID = "00000000-0000-0000-0003-000000000001"
	connector("POST", connectorID, "Compat unreachable").is(t, "connector", 200, "Compat unreachable")
	move := map[string]any{"connector": map[string]any{"authenticationURL": "http://127.0.0.1:1/"}}
	r, errs, err := client.PatchConnector(connectorID, move)
	come(r.StatusCode, "", errs, err).is(t, "move the connector", 200, "")
	tenant, errs, err := client.CreateTenant("", fusionauth.TenantRequest{Tenant: fusionauth.Tenant{
		Name:              "Compat events",
		ConnectorPolicies: []fusionauth.ConnectorPolicy{{ConnectorId: connectorID, Domains: []string{"*"}, Migrate: true}, {ConnectorId: ownConnectorID}},
	}})
	there := *client
	there.SetTenantId(made(t, tenant)(errs, err).Tenant.Id)
	login, errs, err := there.Login(fusionauth.LoginRequest{LoginId: "compat.events@example.com", Password: password})
	come(login.StatusCode, "", errs, err).is(t, "login", 404, "")

	found, errs, err := client.SearchEventLogs(fusionauth.EventLogSearchRequest{Search: fusionauth.EventLogSearchCriteria{
		BaseSearchCriteria: fusionauth.BaseSearchCriteria{OrderBy: "insertInstant DESC"}, Message: "Compat unreachable", Type: fusionauth.EventLogType_Error,
	}})
	if made(t, found)(errs, err).Total != 1 || len(found.EventLogs) != 1 {
		t.Fatalf("search: %+v", found)
	}
	entry, errs, err := client.RetrieveEventLog(int(found.EventLogs[0].Id))
	come(entry.StatusCode, entry.EventLog.Message, errs, err).is(t, "entry", 200, found.EventLogs[0].Message)
	entry, errs, err = client.RetrieveEventLog(999_999)
	come(entry.StatusCode, "", errs, err).is(t, "entry that is not there", 404, "")
}

func TestSystem(t *testing.T) {
	t.Parallel()
	version, errs, err := client.RetrieveVersion()
	come(version.StatusCode, version.Version, errs, err).is(t, "version", 200, "1.69.0")
	health, err := client.RetrieveSystemHealth()
	come(health.StatusCode, "", nil, err).is(t, "health", 200, "")
	status, err := client.RetrieveSystemStatusUsingAPIKey()
	come(status.StatusCode, "", nil, err).is(t, "status", 200, "")
	app, err := client.RetrieveApplication(adminApplicationID)
	come(app.StatusCode, app.Application.Name, nil, err).is(t, "the application that is always there", 200, "FusionAuth")
}

package compat

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/FusionAuth/go-client/pkg/fusionauth"
)

const (
	adminApplicationID = "3c219e58-ed0e-4b18-ad48-f4f92793ae32"
	ownConnectorID     = "e3306678-a53a-4964-9040-1c96f36dda72"
	password           = "made-up password 1"
)

var background = context.Background()

// defaultTenant is the id of the tenant that was there first.
var defaultTenant = sync.OnceValue(func() string {
	r, err := client.RetrieveTenants()
	if err != nil || len(r.Tenants) == 0 {
		return ""
	}
	return r.Tenants[slices.IndexFunc(r.Tenants, func(t fusionauth.Tenant) bool { return t.Name == "Default" })].Id
})

// inDefaultTenant is a client that says which tenant it means: other tests make
// more of them.
func inDefaultTenant() *fusionauth.FusionAuthClient {
	c := *client
	c.SetTenantId(defaultTenant())
	return &c
}

// newApplication makes an application of the default tenant with two roles, one
// of them the default one, to which anybody may sign in.
func newApplication(t testing.TB, name string) fusionauth.Application {
	t.Helper()
	r, errs, err := inDefaultTenant().CreateApplication("", fusionauth.ApplicationRequest{Application: fusionauth.Application{
		Name:  name,
		Roles: []fusionauth.ApplicationRole{{Name: "writer"}, {Name: "reader", IsDefault: true}},
	}})
	return made(t, r)(errs, err).Application
}

// newUser makes a user of the default tenant.
func newUser(t testing.TB, email string) fusionauth.User {
	t.Helper()
	r, errs, err := inDefaultTenant().CreateUser("", fusionauth.UserRequest{User: fusionauth.User{
		Email: email, FirstName: "Jane", Data: map[string]any{"colour": "blue"},
		SecureIdentity: fusionauth.SecureIdentity{Password: password},
	}})
	return made(t, r)(errs, err).User
}

func TestTenants(t *testing.T) {
	t.Parallel()
	r, errs, err := client.CreateTenant("", fusionauth.TenantRequest{Tenant: fusionauth.Tenant{Name: "Copied", Issuer: "https://id.example.com"}})
	source := made(t, r)(errs, err).Tenant
	if source.State != fusionauth.ObjectState_Active || source.JwtConfiguration.TimeToLiveInSeconds != 3600 {
		t.Errorf("defaults: %+v", source)
	}
	r, errs, err = client.CreateTenant("", fusionauth.TenantRequest{SourceTenantId: source.Id, Tenant: fusionauth.Tenant{Name: "Copy"}})
	copied := made(t, r)(errs, err).Tenant
	if copied.Issuer != "https://id.example.com" || copied.Id == source.Id {
		t.Errorf("copy: %+v", copied)
	}
	found, errs, err := client.SearchTenants(fusionauth.TenantSearchRequest{Search: fusionauth.TenantSearchCriteria{
		BaseSearchCriteria: fusionauth.BaseSearchCriteria{OrderBy: "name DESC"}, Name: "cop*",
	}})
	if made(t, found)(errs, err).Total != 2 || found.Tenants[0].Name != "Copy" {
		t.Errorf("search: %+v", found)
	}
	rules, err := client.RetrievePasswordValidationRulesWithTenantId(source.Id)
	if err != nil || rules.PasswordValidationRules.MinLength != 8 {
		t.Errorf("password rules: %+v, %v", rules, err)
	}
	policies := map[string]any{"tenant": map[string]any{"connectorPolicies": []map[string]any{{"connectorId": ownConnectorID, "domains": []string{"*"}}}}}
	r, errs, err = client.PatchTenant(copied.Id, policies)
	come(r.StatusCode, "", errs, err).isRefused(t, "a patch appends, and a policy stands once", 400, "[duplicate]tenant.connectorPolicies")
	gone, errs, err := client.DeleteTenantAsync(copied.Id)
	come(gone.StatusCode, "", errs, err).is(t, "delete, not waiting", 202, "")
	gone, errs, err = client.DeleteTenantWithRequest(source.Id, fusionauth.TenantDeleteRequest{Async: true})
	come(gone.StatusCode, "", errs, err).is(t, "delete, not waiting", 202, "")
	gone, errs, err = client.DeleteTenant(defaultTenant())
	come(gone.StatusCode, "", errs, err).isRefused(t, "delete the default tenant", 400, "[invalid]")
}

func TestApplications(t *testing.T) {
	t.Parallel()
	app := newApplication(t, "Compat app")
	if app.OauthConfiguration.ClientId != app.Id || len(app.OauthConfiguration.ClientSecret) < 43 {
		t.Errorf("client: %+v", app.OauthConfiguration)
	}
	if len(app.Roles) != 2 || app.Roles[0].Name != "reader" || !app.Roles[0].IsDefault {
		t.Errorf("roles: %+v", app.Roles)
	}
	found, errs, err := client.SearchApplications(fusionauth.ApplicationSearchRequest{Search: fusionauth.ApplicationSearchCriteria{Name: "compat app"}})
	if made(t, found)(errs, err).Total != 1 || found.Applications[0].Id != app.Id {
		t.Errorf("search: %+v", found)
	}
	config, errs, err := client.RetrieveOauthConfiguration(app.Id)
	if made(t, config)(errs, err).OauthConfiguration.ClientSecret != app.OauthConfiguration.ClientSecret {
		t.Errorf("OAuth configuration: %+v", config)
	}
	active := func() bool {
		all, err := client.RetrieveApplications()
		if err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(all.Applications, func(a fusionauth.Application) bool { return a.Id == app.Id })
	}
	off, errs, err := client.DeactivateApplication(app.Id)
	come(off.StatusCode, "", errs, err).is(t, "deactivate", 200, "")
	inactive, err := client.RetrieveInactiveApplications()
	if err != nil || active() || !slices.ContainsFunc(inactive.Applications, func(a fusionauth.Application) bool { return a.Id == app.Id }) {
		t.Errorf("deactivated: %+v, %v", inactive, err)
	}
	on, errs, err := client.ReactivateApplication(app.Id)
	come(on.StatusCode, on.Application.Name, errs, err).is(t, "reactivate", 200, "Compat app")
	if !active() {
		t.Error("reactivated, and yet not among the active")
	}
}

func TestRoles(t *testing.T) {
	t.Parallel()
	app := newApplication(t, "Compat roles")
	const id = "00000000-0000-0000-0002-000000000001"
	role := func(name string) fusionauth.ApplicationRequest {
		return fusionauth.ApplicationRequest{Role: fusionauth.ApplicationRole{Name: name}}
	}
	r, errs, err := client.CreateApplicationRole(app.Id, id, role("one"))
	come(r.StatusCode, r.Role.Name, errs, err).is(t, "create", 200, "one")
	r, errs, err = client.CreateApplicationRole(app.Id, "", role("one"))
	come(r.StatusCode, "", errs, err).isRefused(t, "create again", 400, "[duplicate]role.name")
	r, errs, err = client.UpdateApplicationRole(app.Id, id, role("two"))
	come(r.StatusCode, r.Role.Name, errs, err).is(t, "update", 200, "two")
	r, errs, err = client.PatchApplicationRole(app.Id, id, object("role", "isSuperRole", true))
	come(r.StatusCode, r.Role.Name, errs, err).is(t, "patch", 200, "two")
	gone, errs, err := client.DeleteApplicationRole(app.Id, id)
	come(gone.StatusCode, "", errs, err).is(t, "delete", 200, "")
	gone, errs, err = client.DeleteApplicationRole(app.Id, id)
	come(gone.StatusCode, "", errs, err).is(t, "delete again", 404, "")
}

func TestUsers(t *testing.T) {
	t.Parallel()
	jane := newUser(t, "Compat.User@Example.com")
	if jane.Email != "compat.user@example.com" || !jane.Active || jane.Data["colour"] != "blue" || jane.ConnectorId != ownConnectorID {
		t.Errorf("created: %+v", jane)
	}
	here := inDefaultTenant()
	for doing, find := range map[string]func() (*fusionauth.UserResponse, *fusionauth.Errors, error){
		"by login id": func() (*fusionauth.UserResponse, *fusionauth.Errors, error) {
			return here.RetrieveUserByLoginId("compat.user@example.com")
		},
		"by login id and types": func() (*fusionauth.UserResponse, *fusionauth.Errors, error) {
			return here.RetrieveUserByLoginIdWithLoginIdTypes("compat.user@example.com", []string{"username", "email"})
		},
		"by address": func() (*fusionauth.UserResponse, *fusionauth.Errors, error) {
			return here.RetrieveUserByEmail("compat.user@example.com")
		},
	} {
		r, errs, err := find()
		come(r.StatusCode, r.User.Id, errs, err).is(t, doing, 200, jane.Id)
		if r.User.EncryptionScheme != "salted-pbkdf2-hmac-sha256" {
			t.Errorf("%s: encryption scheme %q", doing, r.User.EncryptionScheme)
		}
	}
	nobody, errs, err := here.RetrieveUserByUsername("compat.user@example.com")
	come(nobody.StatusCode, "", errs, err).is(t, "by user name", 404, "")

	off, errs, err := client.DeactivateUser(jane.Id)
	come(off.StatusCode, "", errs, err).is(t, "deactivate", 200, "")
	r, errs, err := client.RetrieveUser(jane.Id)
	if made(t, r)(errs, err).User.Active {
		t.Error("deactivated, and yet active")
	}
	r, errs, err = client.ReactivateUser(jane.Id)
	if !made(t, r)(errs, err).User.Active {
		t.Error("reactivated, and yet not active")
	}
	r, errs, err = here.CreateUser("", fusionauth.UserRequest{User: fusionauth.User{Email: jane.Email, SecureIdentity: fusionauth.SecureIdentity{Password: "short"}}})
	come(r.StatusCode, "", errs, err).isRefused(t, "a password that is too short", 400, "[tooShort]user.password")
	r, errs, err = here.CreateUser("", fusionauth.UserRequest{User: fusionauth.User{Email: jane.Email}})
	come(r.StatusCode, "", errs, err).isRefused(t, "an address that is taken", 400, "[duplicate]user.email")
	off, errs, err = client.DeleteUserWithRequest(jane.Id, fusionauth.UserDeleteSingleRequest{HardDelete: true})
	come(off.StatusCode, "", errs, err).is(t, "delete", 200, "")
	r, errs, err = client.RetrieveUser(jane.Id)
	come(r.StatusCode, "", errs, err).is(t, "read what was deleted", 404, "")
}

func TestRegistrations(t *testing.T) {
	t.Parallel()
	app, jane := newApplication(t, "Compat registrations"), newUser(t, "compat.registrations@example.com")
	registration := func(roles ...string) fusionauth.RegistrationRequest {
		return fusionauth.RegistrationRequest{Registration: fusionauth.UserRegistration{ApplicationId: app.Id, Roles: roles}}
	}
	shows := func(r *fusionauth.RegistrationResponse) string { return strings.Join(r.Registration.Roles, " ") }

	r, errs, err := client.Register(jane.Id, registration())
	come(r.StatusCode, shows(r), errs, err).is(t, "register somebody who is there", 200, "reader")
	r, errs, err = client.Register(jane.Id, registration())
	come(r.StatusCode, "", errs, err).isRefused(t, "register again", 400, "[duplicate]registration")
	r, errs, err = client.RetrieveRegistration(jane.Id, app.Id)
	come(r.StatusCode, shows(r), errs, err).is(t, "read", 200, "reader")
	r, errs, err = client.UpdateRegistration(jane.Id, registration("writer"))
	come(r.StatusCode, shows(r), errs, err).is(t, "update", 200, "writer")
	r, errs, err = client.UpdateRegistration(jane.Id, registration("nope"))
	come(r.StatusCode, "", errs, err).isRefused(t, "update to an unknown role", 400, "[invalid]registration.roles")
	r, errs, err = client.PatchRegistration(jane.Id, map[string]any{"registration": map[string]any{"applicationId": app.Id, "roles": []string{"reader"}}})
	come(r.StatusCode, shows(r), errs, err).is(t, "patch", 200, "writer reader")
	gone, errs, err := client.DeleteRegistration(jane.Id, app.Id)
	come(gone.StatusCode, "", errs, err).is(t, "delete", 200, "")
	r, errs, err = client.RetrieveRegistration(jane.Id, app.Id)
	come(r.StatusCode, "", errs, err).is(t, "read what was deleted", 404, "")

	combined := registration("writer")
	combined.User = fusionauth.User{Email: "compat.combined@example.com"}
	r, errs, err = client.Register("", combined)
	come(r.StatusCode, r.User.Email, errs, err).is(t, "user and registration at once", 200, "compat.combined@example.com")
	if len(r.User.Registrations) != 1 || shows(r) != "writer" {
		t.Errorf("user and registration at once: %+v", r)
	}
}

func TestConnectors(t *testing.T) {
	t.Parallel()
	r, err := client.RetrieveConnectors()
	if err != nil || !slices.ContainsFunc(r.Connectors, func(c fusionauth.BaseConnectorConfiguration) bool {
		return c.Id == ownConnectorID && c.Type == fusionauth.ConnectorType_FusionAuth
	}) {
		t.Errorf("%+v, %v", r, err)
	}
	refused, errs, err := client.CreateConnector("", fusionauth.ConnectorRequest{Connector: fusionauth.BaseConnectorConfiguration{Type: fusionauth.ConnectorType_Generic}})
	come(refused.StatusCode, "", errs, err).isRefused(t, "create without anything", 400,
		"[blank]connector.authenticationURL [blank]connector.name [invalid]connector.connectTimeout [invalid]connector.readTimeout")
	gone, errs, err := client.DeleteConnector(ownConnectorID)
	come(gone.StatusCode, "", errs, err).isRefused(t, "delete FusionAuth's own", 400, "[invalid]")
}

func TestAPIKeys(t *testing.T) {
	t.Parallel()
	request := fusionauth.APIKeyRequest{ApiKey: fusionauth.APIKey{
		Name: "Compat narrow", Permissions: fusionauth.APIKeyPermissions{Endpoints: map[string][]string{"/api/user": {"GET"}}},
		MetaData: fusionauth.APIKeyMetaData{Attributes: map[string]string{"description": "d"}},
	}}
	r, errs, err := client.CreateAPIKey("", request)
	narrow := made(t, r)(errs, err).ApiKey
	c := *client
	c.APIKey = narrow.Key
	tenants, err := c.RetrieveTenants()
	come(tenants.StatusCode, "", nil, err).is(t, "what the key may not do", 401, "")
	nobody, errs, err := c.RetrieveUser("00000000-0000-0000-0009-000000000000")
	come(nobody.StatusCode, "", errs, err).is(t, "what it may do", 404, "")
	r, errs, err = client.RetrieveAPIKey(narrow.Id)
	come(r.StatusCode, r.ApiKey.Key, errs, err).is(t, "what was to be seen once", 200, "")
	r, errs, err = client.CreateAPIKey("", fusionauth.APIKeyRequest{SourceKeyId: narrow.Id, ApiKey: fusionauth.APIKey{Name: "Compat copy"}})
	if got := made(t, r)(errs, err).ApiKey.Permissions.Endpoints["/api/user"]; !slices.Equal(got, []string{"GET"}) {
		t.Errorf("copy: %+v", r.ApiKey)
	}
	r, errs, err = c.CreateAPIKey("", key("x"))
	come(r.StatusCode, "", errs, err).is(t, "no manager", 401, "")
}

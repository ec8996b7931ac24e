package compat

import (
	"fmt"
	"testing"

	"github.com/FusionAuth/go-client/pkg/fusionauth"
)

// lifecycle is how a kind of object is created, read, changed and deleted. What
// the outcomes show is the property that is changed; create and update give it
// a new value, patch another.
type lifecycle struct {
	kind   string
	create func(id, value string) outcome
	read   func(id string) outcome
	update func(id, value string) outcome
	patch  func(id, value string) outcome
	remove func(id string) outcome

	emptied string // the errors that an update without a value ends in
}

var lifecycles = []lifecycle{
	{
		kind: "tenant", emptied: "[blank]tenant.name",
		create: func(id, value string) outcome {
			r, errs, err := client.CreateTenant(id, fusionauth.TenantRequest{Tenant: fusionauth.Tenant{Name: value}})
			return come(r.StatusCode, r.Tenant.Name, errs, err)
		},
		read: func(id string) outcome {
			r, errs, err := client.RetrieveTenant(id)
			return come(r.StatusCode, r.Tenant.Name, errs, err)
		},
		update: func(id, value string) outcome {
			r, errs, err := client.UpdateTenant(id, fusionauth.TenantRequest{Tenant: fusionauth.Tenant{Name: value}})
			return come(r.StatusCode, r.Tenant.Name, errs, err)
		},
		patch: func(id, value string) outcome {
			r, errs, err := client.PatchTenant(id, object("tenant", "name", value))
			return come(r.StatusCode, r.Tenant.Name, errs, err)
		},
		remove: func(id string) outcome {
			r, errs, err := client.DeleteTenant(id)
			return come(r.StatusCode, "", errs, err)
		},
	},
	{
		kind: "application", emptied: "[blank]application.name",
		create: func(id, value string) outcome {
			r, errs, err := inDefaultTenant().CreateApplication(id, application(value))
			return come(r.StatusCode, r.Application.Name, errs, err)
		},
		read: func(id string) outcome {
			r, err := client.RetrieveApplication(id)
			return come(r.StatusCode, r.Application.Name, nil, err)
		},
		update: func(id, value string) outcome {
			r, errs, err := client.UpdateApplication(id, application(value))
			return come(r.StatusCode, r.Application.Name, errs, err)
		},
		patch: func(id, value string) outcome {
			r, errs, err := client.PatchApplication(id, object("application", "name", value))
			return come(r.StatusCode, r.Application.Name, errs, err)
		},
		remove: func(id string) outcome {
			r, errs, err := client.DeleteApplication(id)
			return come(r.StatusCode, "", errs, err)
		},
	},
	{
		kind: "connector", emptied: "[blank]connector.name",
		create: func(id, value string) outcome { return connector("POST", id, value) },
		read: func(id string) outcome {
			r, err := client.RetrieveConnector(id)
			return come(r.StatusCode, r.Connector.Name, nil, err)
		},
		update: func(id, value string) outcome { return connector("PUT", id, value) },
		patch: func(id, value string) outcome {
			r, errs, err := client.PatchConnector(id, object("connector", "name", value))
			return come(r.StatusCode, r.Connector.Name, errs, err)
		},
		remove: func(id string) outcome {
			r, errs, err := client.DeleteConnector(id)
			return come(r.StatusCode, "", errs, err)
		},
	},
	{
		kind: "user", emptied: "[blank]user.email [blank]user.username",
		create: func(id, value string) outcome {
			r, errs, err := inDefaultTenant().CreateUser(id, user(value))
			return come(r.StatusCode, r.User.Username, errs, err)
		},
		read: func(id string) outcome {
			r, errs, err := client.RetrieveUser(id)
			return come(r.StatusCode, r.User.Username, errs, err)
		},
		update: func(id, value string) outcome {
			r, errs, err := client.UpdateUser(id, user(value))
			return come(r.StatusCode, r.User.Username, errs, err)
		},
		patch: func(id, value string) outcome {
			r, errs, err := client.PatchUser(id, object("user", "username", value))
			return come(r.StatusCode, r.User.Username, errs, err)
		},
		remove: func(id string) outcome {
			r, errs, err := client.DeleteUser(id)
			return come(r.StatusCode, "", errs, err)
		},
	},
	{
		kind: "group", emptied: "[blank]group.name",
		create: func(id, value string) outcome {
			r, errs, err := inDefaultTenant().CreateGroup(id, fusionauth.GroupRequest{Group: fusionauth.Group{Name: value}})
			return come(r.StatusCode, r.Group.Name, errs, err)
		},
		read: func(id string) outcome {
			r, errs, err := client.RetrieveGroup(id)
			return come(r.StatusCode, r.Group.Name, errs, err)
		},
		update: func(id, value string) outcome {
			r, errs, err := client.UpdateGroup(id, fusionauth.GroupRequest{Group: fusionauth.Group{Name: value}})
			return come(r.StatusCode, r.Group.Name, errs, err)
		},
		patch: func(id, value string) outcome {
			r, errs, err := client.PatchGroup(id, object("group", "name", value))
			return come(r.StatusCode, r.Group.Name, errs, err)
		},
		remove: func(id string) outcome {
			r, errs, err := client.DeleteGroup(id)
			return come(r.StatusCode, "", errs, err)
		},
	},
	{
		kind: "entity type", emptied: "[blank]entityType.name",
		create: func(id, value string) outcome {
			r, errs, err := client.CreateEntityType(id, entityType(value))
			return come(r.StatusCode, r.EntityType.Name, errs, err)
		},
		read: func(id string) outcome {
			r, errs, err := client.RetrieveEntityType(id)
			return come(r.StatusCode, r.EntityType.Name, errs, err)
		},
		update: func(id, value string) outcome {
			r, errs, err := client.UpdateEntityType(id, entityType(value))
			return come(r.StatusCode, r.EntityType.Name, errs, err)
		},
		patch: func(id, value string) outcome {
			r, errs, err := client.PatchEntityType(id, object("entityType", "name", value))
			return come(r.StatusCode, r.EntityType.Name, errs, err)
		},
		remove: func(id string) outcome {
			r, errs, err := client.DeleteEntityType(id)
			return come(r.StatusCode, "", errs, err)
		},
	},
	{
		kind: "API key",
		create: func(id, value string) outcome {
			r, errs, err := client.CreateAPIKey(id, key(value))
			return come(r.StatusCode, r.ApiKey.Name, errs, err)
		},
		read: func(id string) outcome {
			r, errs, err := client.RetrieveAPIKey(id)
			return come(r.StatusCode, r.ApiKey.Name, errs, err)
		},
		update: func(id, value string) outcome {
			r, errs, err := client.UpdateAPIKey(id, key(value))
			return come(r.StatusCode, r.ApiKey.Name, errs, err)
		},
		patch: func(id, value string) outcome {
			r, errs, err := client.PatchAPIKey(id, object("apiKey", "name", value))
			return come(r.StatusCode, r.ApiKey.Name, errs, err)
		},
		remove: func(id string) outcome {
			r, errs, err := client.DeleteAPIKey(id)
			return come(r.StatusCode, "", errs, err)
		},
	},
}

// object is the body of a PATCH.
func object(kind, property string, value any) map[string]any {
	return map[string]any{kind: map[string]any{property: value}}
}

func application(name string) fusionauth.ApplicationRequest {
	return fusionauth.ApplicationRequest{Application: fusionauth.Application{Name: name}}
}

func user(username string) fusionauth.UserRequest {
	return fusionauth.UserRequest{User: fusionauth.User{SecureIdentity: fusionauth.SecureIdentity{Username: username}}}
}

func key(name string) fusionauth.APIKeyRequest {
	return fusionauth.APIKeyRequest{ApiKey: fusionauth.APIKey{Name: name, Retrievable: true}}
}

// connector sends a generic connector: the client's own request has no room
// for its properties.
func connector(method, id, name string) outcome {
	request := struct {
		Connector fusionauth.GenericConnectorConfiguration `json:"connector"`
	}{fusionauth.GenericConnectorConfiguration{
		BaseConnectorConfiguration: fusionauth.BaseConnectorConfiguration{Name: name, Type: fusionauth.ConnectorType_Generic},
		AuthenticationURL:          "https://connector.example.com", ConnectTimeout: 1000, ReadTimeout: 2000,
	}}
	var r fusionauth.ConnectorResponse
	var errs fusionauth.Errors
	err := client.Start(&r, &errs).WithUri("/api/connector").WithUriSegment(id).WithJSONBody(request).WithMethod(method).Do(background)
	return come(r.StatusCode, r.Connector.Name, &errs, err)
}

// TestLifecycles takes an object of each kind from its creation to its end.
func TestLifecycles(t *testing.T) {
	t.Parallel()
	for n, l := range lifecycles {
		t.Run(l.kind, func(t *testing.T) {
			t.Parallel()
			id := fmt.Sprintf("00000000-0000-0000-0001-%012d", n)
			first, second, third := l.kind+" one", l.kind+" two", l.kind+" three"
			l.read(id).is(t, "read before it is there", 404, "")
			l.create(id, first).is(t, "create", 200, first)
			l.read(id).is(t, "read", 200, first)
			if again := l.create(id, first); again.status != 400 || again.codes == "" || again.err != nil {
				t.Errorf("create again: %+v", again)
			}
			l.update(id, second).is(t, "update", 200, second)
			if l.emptied != "" {
				l.update(id, "").isRefused(t, "update to nothing", 400, l.emptied)
			}
			l.patch(id, third).is(t, "patch", 200, third)
			l.read(id).is(t, "read what was patched", 200, third)
			l.remove(id).is(t, "delete", 200, "")
			l.read(id).is(t, "read what was deleted", 404, "")
			l.remove(id).is(t, "delete again", 404, "")
			l.update(id, second).is(t, "update what was deleted", 404, "")
			l.patch(id, second).is(t, "patch what was deleted", 404, "")
		})
	}
}

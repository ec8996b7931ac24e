package seed

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"wherry/pool/internal/model"
)

// around makes up the pool that a list of users came from: its id and client
// are those of the sample, its schema and providers follow from the users.
func around(users []model.User) model.Directory {
	sample := Sample()
	custom := customNames(users)
	client := sample.Clients[0]
	client.ExplicitAuthFlows = []string{
		"ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH",
	}
	client.ReadAttributes = slices.Concat(standard, custom)
	d := model.Directory{
		Pool: model.Pool{
			ID: sample.Pool.ID, Name: "imported",
			CreationDate: sample.Pool.CreationDate, LastModifiedDate: sample.Pool.LastModifiedDate,
		},
		Clients:   []model.Client{client},
		Providers: providersOf(users),
		Users:     users,
	}
	if signInByAddress(users) {
		d.Pool.UsernameAttributes = []string{"email", "phone_number"}
	} else {
		d.Pool.AliasAttributes = []string{"email", "phone_number", "preferred_username"}
	}
	for _, name := range custom {
		d.Pool.SchemaAttributes = append(d.Pool.SchemaAttributes, model.Schema{Name: name, AttributeDataType: "String", Mutable: true})
	}
	return d
}

// signInByAddress tells the pools in which a Username is the sub, and addresses
// are what people sign in with. In others an address may occur twice.
func signInByAddress(users []model.User) bool {
	taken := map[string]bool{}
	for i := range users {
		u := &users[i]
		if u.Status == model.ExternalProvider {
			continue
		}
		email, _ := u.Attribute("email")
		if email = strings.ToLower(email); u.Username != u.Sub() || taken[email] {
			return false
		}
		taken[email] = email != ""
	}
	return true
}

// customNames is the names of all custom attributes that occur.
func customNames(users []model.User) []string {
	names := map[string]bool{}
	for i := range users {
		for _, a := range users[i].Attributes {
			if strings.HasPrefix(a.Name, "custom:") {
				names[a.Name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// providersOf is the identity providers that users have links to.
func providersOf(users []model.User) []model.Provider {
	found := map[string]model.Provider{}
	for i := range users {
		text, _ := users[i].Attribute("identities")
		var identities []model.Identity
		if json.Unmarshal([]byte(text), &identities) != nil {
			continue // shown as it is, whatever it says
		}
		for _, id := range identities {
			found[id.ProviderName] = model.Provider{ProviderName: id.ProviderName, ProviderType: id.ProviderType}
		}
	}
	var providers []model.Provider
	for _, name := range slices.Sorted(maps.Keys(found)) {
		providers = append(providers, found[name])
	}
	return providers
}

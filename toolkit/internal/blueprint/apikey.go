package blueprint

import "wherry/toolkit/internal/target"

// BulkRoad is what commands of the bulk road call in the target. It is the
// whole of the rights of the API key that apply makes for them.
var BulkRoad = map[string][]string{
	"/api/application":               {"GET"},
	"/api/identity-provider":         {"GET"},
	"/api/identity-provider/link":    {"DELETE", "GET", "POST"},
	"/api/jwt/refresh":               {"GET"},
	"/api/system/version":            {"GET"},
	"/api/tenant":                    {"GET"},
	"/api/user":                      {"GET", "PATCH"},
	"/api/user/bulk":                 {"DELETE"},
	"/api/user/change-password":      {"GET"},
	"/api/user/forgot-password":      {"POST"},
	"/api/user/import":               {"POST"},
	"/api/user/refresh-token/import": {"POST"},
	"/api/user/search":               {"POST"},
}

// makeAPIKey makes a key for one tenant and the bulk road. Only keys that
// manage keys may make others, so it is optional.
func (b *builder) makeAPIKey() {
	id := target.ID("API key", b.tenant)
	for _, o := range b.Objects {
		if o.ID == id {
			return
		}
	}
	name := b.title("Wherry bulk road")
	b.add(target.Object{
		Optional: true, Kind: target.APIKey, ID: id, Name: name,
		First: doc{
			"name": name, "tenantId": b.tenant, "permissions": doc{"endpoints": BulkRoad},
			"metaData": doc{"attributes": doc{"description": "made by wherry apply, for the commands of the bulk road"}},
		},
	})
}

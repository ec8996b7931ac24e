package fa

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

// APIKey lets a program call the API.
//
// Source: https://fusionauth.io/docs/apis/api-keys
type APIKey struct {
	ExpirationInstant     int64       `json:"expirationInstant,omitzero"`
	ID                    ID          `json:"id,omitzero"`
	InsertInstant         int64       `json:"insertInstant,omitzero"`
	IPAccessControlListID ID          `json:"ipAccessControlListId,omitzero"`
	Key                   string      `json:"key,omitzero"`
	KeyHash               string      `json:"keyHash,omitzero"` // of one that is never shown again, as stored; see Forget
	KeyManager            bool        `json:"keyManager"`       // may manage API keys; set by kickstart only
	LastUpdateInstant     int64       `json:"lastUpdateInstant,omitzero"`
	MetaData              APIKeyMeta  `json:"metaData"`
	Name                  string      `json:"name,omitzero"`
	Permissions           Permissions `json:"permissions"`
	Retrievable           bool        `json:"retrievable"`
	TenantID              ID          `json:"tenantId,omitzero"` // empty: all tenants
	Rest                  Rest        `json:",embed"`
}

// APIKeyMeta is what people write down about a key.
type APIKeyMeta struct {
	Attributes map[string]string `json:"attributes"`
	Rest       Rest              `json:",embed"`
}

// Permissions maps endpoints, paths without ids, to methods. None at all
// means everything.
type Permissions struct {
	Endpoints map[string][]string `json:"endpoints,omitempty"`
	Rest      Rest                `json:",embed"`
}

// HashKey is the form in which keys are looked up.
func HashKey(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

// Hash is HashKey of the key's value.
func (k *APIKey) Hash() string {
	if k.KeyHash != "" {
		return k.KeyHash
	}
	return HashKey(k.Key)
}

// Forget keeps no more than the hash of a key that is never shown again.
func (k *APIKey) Forget() {
	if !k.Retrievable {
		k.KeyHash, k.Key = k.Hash(), ""
	}
}

const apiKeyEndpoint = "/api/api-key"

// NewAPIKey returns a key with every default filled in.
func NewAPIKey() APIKey {
	return APIKey{MetaData: APIKeyMeta{Attributes: map[string]string{}}, Retrievable: true}
}

// Normalize brings the key into the form in which it is stored.
func (k *APIKey) Normalize() {
	k.Name = strings.TrimSpace(k.Name)
	if len(k.Permissions.Endpoints) > 1 {
		delete(k.Permissions.Endpoints, apiKeyEndpoint)
	}
}

// Validate reports everything that FusionAuth would refuse.
func (k *APIKey) Validate() error {
	var errs Errors
	if !k.Retrievable {
		errs.Require(k.Name, "apiKey.name")
	}
	errs.Short(k.Name, "apiKey.name")
	if _, asked := k.Permissions.Endpoints[apiKeyEndpoint]; asked { // alone: without it the key could do everything
		errs.Field("apiKey.permissions.endpoints", "invalid", "Only key managers may call [%s]. Name another endpoint.", apiKeyEndpoint)
	}
	for endpoint, methods := range k.Permissions.Endpoints {
		if !strings.HasPrefix(endpoint, "/api/") {
			errs.Field("apiKey.permissions.endpoints", "invalid", "[%s] is not the path of an endpoint.", endpoint)
		}
		for _, m := range methods {
			errs.OneOf(m, "apiKey.permissions.endpoints", "DELETE", "GET", "PATCH", "POST", "PUT")
		}
	}
	return errs.OrNil()
}

// Allows tells whether the key may call method on endpoint, a path without ids,
// at the instant now in milliseconds.
func (k *APIKey) Allows(method, endpoint string, now int64) bool {
	switch {
	case k.ExpirationInstant != 0 && k.ExpirationInstant <= now:
		return false
	case endpoint == apiKeyEndpoint:
		return k.KeyManager
	case len(k.Permissions.Endpoints) == 0:
		return true
	default:
		return slices.Contains(k.Permissions.Endpoints[endpoint], method)
	}
}

// Covers tells whether k may do everything that other may.
func (k *APIKey) Covers(other *APIKey) bool {
	if len(k.Permissions.Endpoints) == 0 {
		return true
	}
	if len(other.Permissions.Endpoints) == 0 {
		return false
	}
	for endpoint, methods := range other.Permissions.Endpoints {
		for _, m := range methods {
			if !slices.Contains(k.Permissions.Endpoints[endpoint], m) {
				return false
			}
		}
	}
	return true
}

package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"wherry/server/internal/fa"
)

var tenants = kind[fa.Tenant]{
	name:    "tenant",
	table:   "tenants",
	blank:   fa.NewTenant,
	id:      func(t *fa.Tenant) fa.ID { return t.ID },
	columns: []string{"name_key", "insert_instant"},
	values:  func(t *fa.Tenant) []any { return []any{key(t.Name), t.InsertInstant} },
	unique: []unique[fa.Tenant]{{
		columns: []string{"name_key"}, values: func(t *fa.Tenant) []any { return []any{key(t.Name)} },
		taken: func(t *fa.Tenant, errs *fa.Errors) {
			errs.Field("tenant.name", "duplicate", "A tenant with name = [%s] already exists.", t.Name)
		},
	}},
}

var applications = kind[fa.Application]{
	name:    "application",
	table:   "applications",
	blank:   fa.NewApplication,
	id:      func(a *fa.Application) fa.ID { return a.ID },
	columns: []string{"tenant_id", "name_key", "active", "insert_instant", "client_id"},
	values: func(a *fa.Application) []any {
		return []any{a.TenantID, key(a.Name), a.Active, a.InsertInstant, orNull(a.ClientID())}
	},
	unique: []unique[fa.Application]{{
		columns: []string{"tenant_id", "name_key"}, values: func(a *fa.Application) []any { return []any{a.TenantID, key(a.Name)} },
		taken: func(a *fa.Application, errs *fa.Errors) {
			errs.Field("application.name", "duplicate", "An application with name = [%s] already exists.", a.Name)
		},
	}, {
		columns: []string{"client_id"}, values: func(a *fa.Application) []any { return []any{orNull(a.ClientID())} },
		taken: func(a *fa.Application, errs *fa.Errors) {
			errs.Field("application.data.wherry.clientId", "duplicate", "An application with the client id [%s] already exists.", a.ClientID())
		},
	}},
}

var connectors = kind[fa.Connector]{
	name:    "connector",
	table:   "connectors",
	blank:   fa.NewConnector,
	id:      func(c *fa.Connector) fa.ID { return c.ID },
	columns: []string{"name_key", "insert_instant"},
	values:  func(c *fa.Connector) []any { return []any{key(c.Name), c.InsertInstant} },
	unique: []unique[fa.Connector]{{
		columns: []string{"name_key"}, values: func(c *fa.Connector) []any { return []any{key(c.Name)} },
		taken: func(c *fa.Connector, errs *fa.Errors) {
			errs.Field("connector.name", "duplicate", "A connector with name = [%s] already exists.", c.Name)
		},
	}},
}

var apiKeys = kind[fa.APIKey]{
	name:    "apiKey",
	table:   "api_keys",
	blank:   fa.NewAPIKey,
	id:      func(k *fa.APIKey) fa.ID { return k.ID },
	columns: []string{"key_hash", "name_key", "tenant_id", "insert_instant"},
	values: func(k *fa.APIKey) []any {
		return []any{k.Hash(), orNull(key(k.Name)), orNull(string(k.TenantID)), k.InsertInstant}
	},
	unique: []unique[fa.APIKey]{{
		columns: []string{"key_hash"}, values: func(k *fa.APIKey) []any { return []any{k.Hash()} },
		taken: func(_ *fa.APIKey, errs *fa.Errors) {
			errs.Field("apiKey.key", "duplicate", "This key already exists.")
		},
	}, {
		columns: []string{"name_key"}, values: func(k *fa.APIKey) []any { return []any{orNull(key(k.Name))} },
		taken: func(k *fa.APIKey, errs *fa.Errors) {
			errs.Field("apiKey.name", "duplicate", "An API key with name = [%s] already exists.", k.Name)
		},
	}},
}

var signingKeys = kind[fa.SigningKey]{
	name:    "key",
	table:   "signing_keys",
	blank:   func() fa.SigningKey { return fa.SigningKey{} },
	id:      func(k *fa.SigningKey) fa.ID { return k.ID },
	columns: []string{"kid", "name_key", "insert_instant"},
	values:  func(k *fa.SigningKey) []any { return []any{k.KID, key(k.Name), k.InsertInstant} },
	unique: []unique[fa.SigningKey]{{
		columns: []string{"kid"}, values: func(k *fa.SigningKey) []any { return []any{k.KID} },
		taken: func(k *fa.SigningKey, errs *fa.Errors) {
			errs.Field("key.kid", "duplicate", "A key with kid = [%s] already exists.", k.KID)
		},
	}, {
		columns: []string{"name_key"}, values: func(k *fa.SigningKey) []any { return []any{key(k.Name)} },
		taken: func(k *fa.SigningKey, errs *fa.Errors) {
			errs.Field("key.name", "duplicate", "A key with name = [%s] already exists.", k.Name)
		},
	}},
}

// APIKeyByValue returns the API key that a caller presented.
func (db *DB) APIKeyByValue(ctx context.Context, value string) (*fa.APIKey, error) {
	k, err := db.APIKeys.one(ctx, db.often(db.reader), "key_hash = $1", fa.HashKey(value))
	return k, db.APIKeys.wrap("find", err)
}

// digest is how secrets that are looked up by value are kept.
func digest(value string) string {
	sum := sha256.Sum256([]byte(value))
	return hex.EncodeToString(sum[:])
}

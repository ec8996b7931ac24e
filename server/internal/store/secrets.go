package store

import (
	"context"
	"fmt"
	"strings"

	"wherry/server/internal/fa"
	"wherry/server/internal/seal"
)

// secrets is what is encrypted of the documents, by their tables. A property
// that holds something secret belongs here, wherever it is used.
var secrets = sealed(map[string][]string{
	"api_keys":     {"key"},
	"applications": {"oauthConfiguration.clientSecret"},
	"connectors":   {"headers", "httpAuthenticationPassword", "systemAccountPassword"},
	"entities":     {"clientSecret"},
	"identity_providers": {
		"client_secret", "consumerSecret", "oauth2.client_secret", "webAPIKey", "applicationConfiguration.*.client_secret",
		"applicationConfiguration.*.consumerSecret", "applicationConfiguration.*.oauth2.client_secret", "applicationConfiguration.*.webAPIKey",
	},
	"identity_provider_links": {"token"},
	"integrations":            {"cleanspeak.apiKey", "kafka.producer"},
	"messengers":              {"authToken", "headers", "httpAuthenticationPassword", "producer"},
	"registrations":           {"authenticationToken", "tokens"},
	"signing_keys":            {"secretMaterial"},
	"tenants":                 {"captchaConfiguration.secretKey", "emailConfiguration.password"},
	"users":                   {"twoFactor.methods.*.secret", "twoFactor.recoveryCodes"},
	"webhooks":                {"headers", "httpAuthenticationPassword"},
})

func sealed(paths map[string][]string) map[string]*seal.Fields {
	fields := map[string]*seal.Fields{}
	for table, list := range paths {
		fields[table] = seal.NewFields(table, list...)
	}
	return fields
}

// encode writes a document as its table holds it.
func (db *DB) encode(table string, v any) (string, error) {
	doc, err := fa.EncodeWhole(v)
	if err != nil {
		return "", fmt.Errorf("encode: %w", err)
	}
	return db.seal(table, doc)
}

// seal encrypts what is secret of an encoded document.
func (db *DB) seal(table string, doc []byte) (string, error) {
	fields := secrets[table]
	if fields == nil {
		return string(doc), nil
	}
	out, err := fields.Seal(db.ring, doc)
	if err != nil {
		return "", fmt.Errorf("encrypt a document of %s: %w", table, err)
	}
	return string(out), nil
}

// scan reads a row that begins with a document of a table. One that cannot be
// read is nobody's fault but ours, so the error is not FusionAuth's.
func (db *DB) scan(row scanner, table string, v any, more ...any) error {
	var doc []byte
	if err := row.Scan(append([]any{&doc}, more...)...); err != nil {
		return missing(err)
	}
	return db.decode(table, doc, v)
}

// decode reads a document of a table.
func (db *DB) decode(table string, doc []byte, v any) error {
	if fields := secrets[table]; fields != nil {
		var err error
		if doc, err = fields.Open(db.ring, doc); err != nil {
			return fmt.Errorf("decrypt a document of %s: %w", table, err)
		}
	}
	if err := fa.Decode(doc, v); err != nil {
		return fmt.Errorf("a stored document cannot be read: %v", err) //nolint:errorlint // see scan
	}
	return nil
}

// settingKey begins the names of the settings that tell with which keys this
// database was written. Their values open with the key of that name alone.
const settingKey = "key:"

// KeyIDs lists the keys that are needed to read everything in this database.
func (db *DB) KeyIDs(ctx context.Context) ([]string, error) {
	ids, err := list(ctx, db.reader, func(row scanner) (name string, err error) {
		err = row.Scan(&name)
		return strings.TrimPrefix(name, settingKey), err
	}, "select name from instance where name like $1 order by name", settingKey+"%")
	if err != nil {
		return nil, fmt.Errorf("list the keys in use: %w", err)
	}
	return ids, nil
}

// UseKeys lets the database encrypt and decrypt; nothing secret can be read or
// written before. A ring that lacks a key is refused with
// *seal.UnknownKeyError.
func (db *DB) UseKeys(ctx context.Context, ring *seal.Ring) error {
	needed, err := db.KeyIDs(ctx)
	if err != nil {
		return err
	}
	for _, id := range needed {
		value, err := db.Setting(ctx, settingKey+id)
		if err != nil {
			return err
		}
		if _, err := ring.Open(value, settingKey); err != nil {
			return fmt.Errorf("open the database: %w", err)
		}
	}
	db.ring = ring
	return db.NoteKey(ctx)
}

// NoteKey writes down that the current key is needed from now on.
func (db *DB) NoteKey(ctx context.Context) error {
	name := settingKey + db.ring.IDs()[0]
	value, err := db.Setting(ctx, name)
	if err != nil || value != "" {
		return err
	}
	return db.Settle(ctx, name, db.ring.Seal([]byte("the key is right"), settingKey))
}

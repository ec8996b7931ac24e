package store

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wherry/server/internal/fa"
	"wherry/server/internal/seal"
)

// makeSecrets stores an object with every secret that a client can give it.
// Each secret has the text "hush" in it.
func makeSecrets(t *testing.T, db *DB) {
	t.Helper()
	ctx := t.Context()
	firstStart(t, db)
	mail, app, entityType, entity := tenant(40, "Mail"), application(41, id(1), "Client"), fa.NewEntityType(), fa.NewEntity()
	mail.EmailConfiguration.Password = "hush mail"
	mail.Rest = fa.Rest{"captchaConfiguration": []byte(`{"secretKey":"hush captcha"}`)}
	app.OAuthConfiguration.ClientSecret = "hush client"
	entityType.ID, entityType.Name = id(42), "API"
	entity.ID, entity.TenantID, entity.Name, entity.ClientID, entity.ClientSecret, entity.Type = id(43), id(1), "E", "e", "hush entity", entityType
	generic, ldap := connector(44, "Generic"), connector(45, "LDAP")
	generic.Headers, generic.HTTPAuthenticationPassword = map[string]string{"Authorization": "hush header"}, "hush basic"
	ldap.Rest = fa.Rest{"systemAccountPassword": []byte(`"hush ldap"`)}
	must(t, db.Tenants.Create(ctx, mail), db.Applications.Create(ctx, app), db.EntityTypes.Create(ctx, &entityType), db.Entities.Create(ctx, &entity),
		db.Connectors.Create(ctx, generic), db.Connectors.Create(ctx, ldap), db.APIKeys.Create(ctx, apiKey(46, "hush key", "")))
	signing := signingKey(47, "kid-47", "Signing")
	signing.Secret = "hush PEM"
	must(t, db.SigningKeys.Create(ctx, signing))
	makeSecretDocuments(t, db)

	u := user(48, id(1), "ada@example.com")
	u.TwoFactor = fa.TwoFactor{RecoveryCodes: []string{"hush code"}, Methods: []fa.TwoFactorMethod{{ID: "A", Method: fa.MethodAuthenticator, Secret: "hush totp"}}}
	r := registration(app.ID)
	r.AuthenticationToken, r.Tokens = "hush token", map[string]string{"facebook": "hush facebook"}
	u.Registrations = []fa.Registration{r}
	must(t, db.CreateUser(ctx, u))
	l := link(u.ID, "theirs")
	l.IdentityProviderID, l.Token = id(52), "hush link"
	must(t, db.CreateLink(ctx, l, 0))
}

func makeSecretDocuments(t *testing.T, db *DB) {
	t.Helper()
	ctx := t.Context()
	hook, messenger, integrations, provider := fa.NewWebhook(), fa.NewMessenger(), fa.NewIntegrations(), fa.NewIdentityProvider()
	hook.ID, hook.Headers, hook.HTTPAuthenticationPassword = id(49), map[string]string{"X": "hush hook"}, "hush hook basic"
	messenger.ID, messenger.AuthToken, messenger.Producer = id(50), "hush twilio", map[string]string{"sasl": "hush producer"}
	messenger.Headers, messenger.HTTPAuthenticationPassword = map[string]string{"X": "hush messenger"}, "hush messenger basic"
	integrations.CleanSpeak.APIKey, integrations.Kafka.Producer = "hush cleanspeak", map[string]string{"sasl": "hush kafka"}
	provider.ID, provider.ClientSecret, provider.ConsumerSecret, provider.WebAPIKey = id(52), "hush provider", "hush consumer", "hush steam"
	provider.OAuth2 = &fa.ProviderOAuth2{ClientSecret: "hush oauth2"}
	provider.ApplicationConfiguration = map[fa.ID]fa.ProviderApplication{id(41): {Rest: fa.Rest{
		"client_secret": []byte(`"hush override"`), "oauth2": []byte(`{"client_s\u0065cret":"hush escaped"}`),
		"consumerSecret": []byte(`"hush override 2"`), "webAPIKey": []byte(`"hush override 3"`),
	}}}
	must(t, db.Webhooks.Create(ctx, &hook), db.Messengers.Create(ctx, &messenger), db.Integrations.Create(ctx, &integrations), db.IdentityProviders.Create(ctx, &provider))
}

// rows is everything that the database holds, as text, by table.
func rows(t *testing.T, db *DB) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, table := range tables {
		all[table] = tableText(t, db, table)
	}
	return all
}

func tableText(t *testing.T, db *DB, table string) (text string) {
	t.Helper()
	found, err := db.reader.QueryContext(t.Context(), "select * from "+table)
	must(t, err)
	defer found.Close()
	columns, err := found.Columns()
	must(t, err)
	row, dest := make([]any, len(columns)), make([]any, len(columns))
	for i := range row {
		dest[i] = &row[i]
	}
	for found.Next() {
		must(t, found.Scan(dest...))
		text += fmt.Sprintf("%s\n", row)
	}
	must(t, found.Err())
	return text
}

// TestSecretsAreEncrypted: nothing secret is in the rows, and all of it comes
// back.
func TestSecretsAreEncrypted(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		makeSecrets(t, db)
		for table, text := range rows(t, db) {
			if at := strings.Index(text, "hush"); at >= 0 {
				t.Errorf("%s: in clear: %s", table, text[at:at+20])
			}
			if secrets[table] != nil && !strings.Contains(text, "sealed:") {
				t.Errorf("%s: nothing in it is encrypted: %s", table, text)
			}
		}
		isWhole(t, db)
	})
}

// isWhole reads every secret that makeSecrets has made.
func isWhole(t *testing.T, db *DB) {
	t.Helper()
	ctx := t.Context()
	var found []string
	note := func(v any, err error) {
		t.Helper()
		doc, encoding := fa.EncodeWhole(v)
		must(t, err, encoding)
		found = append(found, fmt.Sprint(strings.Count(string(doc), "hush")))
	}
	note(db.Tenants.Get(ctx, id(40)))
	note(db.Applications.Get(ctx, id(41)))
	note(db.Entities.Get(ctx, id(43)))
	note(db.Connectors.Get(ctx, id(44)))
	note(db.Connectors.Get(ctx, id(45)))
	note(db.APIKeyByValue(ctx, "hush key"))
	note(db.SigningKeys.Get(ctx, id(47)))
	note(db.Webhooks.Get(ctx, id(49)))
	note(db.Messengers.Get(ctx, id(50)))
	note(db.Integrations.Get(ctx, ""))
	note(db.IdentityProviders.Get(ctx, id(52)))
	note(db.User(ctx, id(48)))
	note(db.Links(ctx, fa.LinkMatch{UserID: id(48)}))
	if diff := cmp.Diff("2 1 1 2 1 1 1 2 4 2 8 4 1", strings.Join(found, " ")); diff != "" {
		t.Errorf("secrets of each object: %s", diff)
	}
}

// TestRenew: another key takes over, however often the work is interrupted.
func TestRenew(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		makeSecrets(t, db)
		must(t, db.UseKeys(t.Context(), ring(t, keyTwo, keyOne)))
		before := rows(t, db)
		interrupted := 0
		for looks := int64(1); ; looks += 40 {
			ctx := stoppingAfter(t.Context(), looks)
			if db.Renew(ctx, func(int) {}) == nil {
				break
			}
			if ctx.Context.Err() == nil {
				t.Fatalf("after %d looks it ended by itself", looks)
			}
			interrupted++
		}
		if interrupted < 3 {
			t.Errorf("only %d points to stop at", interrupted)
		}
		if diff := cmp.Diff(before, rows(t, db)); diff == "" {
			t.Error("nothing has changed")
		}
		if again := documentsRenewed(t, db); again != 0 {
			t.Errorf("%d documents were left", again)
		}
		if ids, err := db.KeyIDs(t.Context()); err != nil || len(ids) != 1 || ids[0] != ring(t, keyTwo).IDs()[0] {
			t.Errorf("needed: %v, %v", ids, err)
		}
		must(t, db.UseKeys(t.Context(), ring(t, keyTwo)))
		isWhole(t, db)
		old, ok := errors.AsType[*seal.UnknownKeyError](db.UseKeys(t.Context(), ring(t, keyOne)))
		if !ok || old.ID != ring(t, keyTwo).IDs()[0] {
			t.Errorf("the old key alone: %v", old)
		}
	})
}

func documentsRenewed(t *testing.T, db *DB) (n int) {
	t.Helper()
	must(t, db.Renew(t.Context(), func(documents int) { n += documents }))
	return n
}

// TestRenewManyRows: more than one page, of tables with short and long keys.
func TestRenewManyRows(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		firstStart(t, db)
		const n = 2*renewedAtOnce + 1
		for i := range n {
			u := user(100+i, id(1), fmt.Sprintf("user%d@example.com", i))
			u.TwoFactor.RecoveryCodes = []string{"hush"}
			r := registration(id(2))
			r.AuthenticationToken = "hush"
			u.Registrations = []fa.Registration{r}
			must(t, db.CreateUser(t.Context(), u))
		}
		must(t, db.UseKeys(t.Context(), ring(t, keyTwo, keyOne)))
		if renewed := documentsRenewed(t, db); renewed != 2*n+1 { // and the signing key
			t.Errorf("%d documents, want %d", renewed, 2*n+1)
		}
	})
}

// TestDocumentsFromBeforeThereWereKeys are read as they are, and encrypted with
// the others.
func TestDocumentsFromBeforeThereWereKeys(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		firstStart(t, db)
		const doc = `{"id":"00000000-0000-0000-0000-000000000044","name":"Old","headers":{"A":"hush"}}`
		_, err := db.writer.ExecContext(t.Context(), "insert into connectors (id, name_key, insert_instant, doc) values ($1, 'old', 1, $2)", id(44), doc)
		must(t, err)
		if c, err := db.Connectors.Get(t.Context(), id(44)); err != nil || c.Headers["A"] != "hush" {
			t.Fatalf("before: %+v, %v", c, err)
		}
		if n := documentsRenewed(t, db); n != 1 {
			t.Errorf("%d documents", n)
		}
		if c, err := db.Connectors.Get(t.Context(), id(44)); err != nil || c.Headers["A"] != "hush" || strings.Contains(rows(t, db)["connectors"], "hush") {
			t.Errorf("after: %+v, %v", c, err)
		}
	})
}

// TestNoKeyNoSecrets: without a key nothing secret is written in clear.
func TestNoKeyNoSecrets(t *testing.T) {
	onEachAt(t, func(t *testing.T, url, path string) {
		db, err := Open(t.Context(), url, path, new(clock).now)
		must(t, err)
		t.Cleanup(func() { must(t, db.Close()) })
		must(t, db.Tenants.Create(t.Context(), tenant(1, "Default")))
		app := application(2, id(1), "Client")
		app.OAuthConfiguration.ClientSecret = "hush"
		if err := db.Applications.Create(t.Context(), app); !errors.Is(err, seal.ErrNoKey) {
			t.Errorf("error %v", err)
		}
	})
}

// TestKeysOfATenantGoWithIt: an API key that lost its tenant would be one for
// all tenants.
func TestKeysOfATenantGoWithIt(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		firstStart(t, db)
		mine, other := apiKey(30, "mine", ""), apiKey(31, "other", "")
		mine.TenantID = id(29)
		must(t, db.Tenants.Create(t.Context(), tenant(29, "Short-lived")), db.APIKeys.Create(t.Context(), mine), db.APIKeys.Create(t.Context(), other),
			db.Tenants.Delete(t.Context(), id(29)))
		if _, err := db.APIKeyByValue(t.Context(), "mine"); !errors.Is(err, fa.ErrNotFound) {
			t.Errorf("the tenant's key: %v", err)
		}
		if _, err := db.APIKeyByValue(t.Context(), "other"); err != nil {
			t.Errorf("the other key: %v", err)
		}
	})
}

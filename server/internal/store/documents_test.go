package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wherry/server/internal/fa"
)

func TestDocuments(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		ctx := t.Context()
		second, first := tenant(2, "Two"), tenant(1, "One")
		first.InsertInstant--
		must(t, db.Tenants.Create(ctx, second), db.Tenants.Create(ctx, first), db.Tenants.Create(ctx, tenant(3, "Three")))

		got, err := db.Tenants.Get(ctx, id(1))
		if diff := cmp.Diff(first, got); err != nil || diff != "" {
			t.Errorf("Get: %v %s", err, diff)
		}
		all, err := db.Tenants.All(ctx)
		must(t, err)
		var order []string
		for _, v := range all {
			order = append(order, v.Name)
		}
		if diff := cmp.Diff([]string{"One", "Two", "Three"}, order); diff != "" {
			t.Errorf("All: oldest first, then by id: %s", diff)
		}

		changed, err := db.Tenants.Update(ctx, id(1), func(v *fa.Tenant) error { v.Name, v.Issuer = "Uno", "example.com"; return nil })
		must(t, err)
		got, err = db.Tenants.Get(ctx, id(1))
		if diff := cmp.Diff(changed, got); err != nil || diff != "" || got.Name != "Uno" || got.Issuer != "example.com" {
			t.Errorf("Update: %v %s", err, diff)
		}
		must(t, db.Tenants.Create(ctx, tenant(4, "One"))) // the old name is free again

		refusal := errors.New("no")
		none, err := db.Tenants.Update(ctx, id(1), func(v *fa.Tenant) error { v.Name = "Never"; return refusal })
		if !errors.Is(err, refusal) || none != nil {
			t.Errorf("Update that is refused: %v, %v", none, err)
		}
		if got, err = db.Tenants.Get(ctx, id(1)); err != nil || got.Name != "Uno" {
			t.Errorf("a refused change was stored: %v, %v", got, err)
		}

		must(t, db.Tenants.Delete(ctx, id(1)))
		_, get := db.Tenants.Get(ctx, id(1))
		_, update := db.Tenants.Update(ctx, id(1), func(*fa.Tenant) error { t.Error("changed what is gone"); return nil })
		for what, err := range map[string]error{"Get": get, "Update": update, "Delete": db.Tenants.Delete(ctx, id(1))} {
			if !errors.Is(err, fa.ErrNotFound) {
				t.Errorf("%s after Delete: %v, want fa.ErrNotFound", what, err)
			}
		}
	})
}

func TestNoDocumentsAreAnEmptyList(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		all, err := db.Connectors.All(t.Context())
		if err != nil || all == nil || len(all) != 0 {
			t.Errorf("got %v, %v", all, err)
		}
	})
}

func TestTakenValuesAreReportedTogether(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		ctx := t.Context()
		must(t,
			db.Tenants.Create(ctx, tenant(1, "Default")), db.Tenants.Create(ctx, tenant(2, "Other")),
			db.Applications.Create(ctx, application(3, id(1), "Forum")), db.Applications.Create(ctx, application(4, id(1), "Chat")),
			db.Connectors.Create(ctx, connector(5, "Cognito")), db.Connectors.Create(ctx, connector(6, "LDAP")),
			db.APIKeys.Create(ctx, apiKey(7, "key-7", "Seven")), db.APIKeys.Create(ctx, apiKey(8, "key-8", "")), db.APIKeys.Create(ctx, apiKey(9, "key-9", "")),
			db.SigningKeys.Create(ctx, signingKey(10, "kid-10", "Ten")), db.SigningKeys.Create(ctx, signingKey(11, "kid-11", "Eleven")),
		)
		for name, test := range map[string]struct {
			err  error
			want string
		}{
			"tenant name": {db.Tenants.Create(ctx, tenant(20, " dEFAULT ")), "[duplicate]tenant.name"},
			"tenant id":   {db.Tenants.Create(ctx, tenant(1, "New")), "[duplicate]tenant.id"},
			"tenant both": {db.Tenants.Create(ctx, tenant(1, "Other")), "[duplicate]tenant.id [duplicate]tenant.name"},
			"tenant same": {db.Tenants.Create(ctx, tenant(1, "Default")), "[duplicate]tenant.id [duplicate]tenant.name"},
			"tenant move": {rename(db.Tenants, id(2), func(v *fa.Tenant) { v.Name = "default" }), "[duplicate]tenant.name"},
			"tenant stay": {rename(db.Tenants, id(2), func(v *fa.Tenant) { v.Name = "OTHER" }), "<nil>"},

			"application name":     {db.Applications.Create(ctx, application(20, id(1), "forum")), "[duplicate]application.name"},
			"application both":     {db.Applications.Create(ctx, application(4, id(1), "Forum")), "[duplicate]application.id [duplicate]application.name"},
			"application move":     {rename(db.Applications.Documents, id(4), func(v *fa.Application) { v.Name = "Forum" }), "[duplicate]application.name"},
			"application of other": {db.Applications.Create(ctx, application(21, id(2), "Forum")), "<nil>"},

			"connector both": {db.Connectors.Create(ctx, connector(6, "cognito")), "[duplicate]connector.id [duplicate]connector.name"},

			"key":          {db.APIKeys.Create(ctx, apiKey(20, "key-8", "")), "[duplicate]apiKey.key"},
			"key's name":   {db.APIKeys.Create(ctx, apiKey(20, "key-20", "seven")), "[duplicate]apiKey.name"},
			"key's all":    {db.APIKeys.Create(ctx, apiKey(7, "key-7", "Seven")), "[duplicate]apiKey.id [duplicate]apiKey.key [duplicate]apiKey.name"},
			"key's case":   {db.APIKeys.Create(ctx, apiKey(22, "KEY-7", "")), "<nil>"},
			"signing both": {db.SigningKeys.Create(ctx, signingKey(20, "kid-10", "Eleven")), "[duplicate]key.kid [duplicate]key.name"},
			"signing id":   {db.SigningKeys.Create(ctx, signingKey(10, "kid-20", "Twenty")), "[duplicate]key.id"},
		} {
			if got := refusals(test.err); got != test.want {
				t.Errorf("%s: %s, want %s", name, got, test.want)
			}
		}
	})
}

func rename[T any](d Documents[T], id fa.ID, change func(*T)) error {
	_, err := d.Update(context.Background(), id, func(v *T) error { change(v); return nil })
	return err
}

func TestConcurrentUpdatesAreNotLost(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		ctx := t.Context()
		must(t, db.Tenants.Create(ctx, tenant(1, "Default")))
		const updates = 400
		outcomes := together(updates, func(int) error {
			_, err := db.Tenants.Update(ctx, id(1), func(v *fa.Tenant) error { v.LastUpdateInstant++; return nil })
			return err
		})
		got, err := db.Tenants.Get(ctx, id(1))
		must(t, err)
		if outcomes["done"] != updates || got.LastUpdateInstant != updates {
			t.Errorf("%v, and %d of %d updates arrived", outcomes, got.LastUpdateInstant, updates)
		}
	})
}

func TestOneOfManyGetsTheName(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		outcomes := together(40, func(i int) error { return db.Tenants.Create(t.Context(), tenant(i, "Wanted")) })
		if diff := cmp.Diff(map[string]int{"done": 1, "[duplicate]tenant.name": 39}, outcomes); diff != "" {
			t.Error(diff)
		}
	})
}

// TestDocumentsComeBackAsTheyWere has documents that databases and languages
// like to change on the way.
func TestDocumentsComeBackAsTheyWere(t *testing.T) {
	documents := map[string]string{
		"unknown properties": `{"x":1,"data":{},"jwtConfiguration":{"x":[{}]},"connectorPolicies":[{"connectorId":"` + string(id(9)) + `","domains":["*"],"x":{"y":null}}],
			"externalIdentifierConfiguration":{"changePasswordIdGenerator":{"length":32,"type":"randomBytes","x":true}}}`,
		"numbers":      `{"data":{"big":12345678901234567890123,"small":-0.000000000000000001,"exponent":1e2,"zero":-0,"float":1.10,"max":9223372036854775807}}`,
		"texts":        `{"data":{"unicode":"Ärger 🚣 \u202e ﬀ e\u0301","quote":"\"'\\ %_ $1 ?","control":"\u0001\t\r\n","nul":"\u0000","":"empty name"}}`,
		"empty things": `{"data":{"list":[],"object":{},"text":"","lists":[[],[[]]]},"connectorPolicies":[]}`,
		"nulls":        `{"data":{"object":{"null":null},"list":[null,{"null":null}]}}`,
		"deep":         `{"data":{"deep":` + strings.Repeat("[", 60) + strings.Repeat("]", 60) + `}}`,
		"long":         `{"data":{"long":"` + strings.Repeat("ä", 30_000) + `"}}`,
	}
	onEach(t, func(t *testing.T, db *DB) {
		n := 0
		for name, document := range documents {
			n++
			v := tenant(n, name)
			must(t, fa.Decode([]byte(document), v), db.Tenants.Create(t.Context(), v))
			for _, step := range []string{"created", "updated"} {
				got, err := db.Tenants.Get(t.Context(), id(n))
				must(t, err)
				if !reflect.DeepEqual(values(t, v), values(t, got)) { // cmp.Diff never ends on the deep one
					t.Errorf("%s, %s: it came back as another", name, step)
				}
				_, err = db.Tenants.Update(t.Context(), id(n), func(*fa.Tenant) error { return nil })
				must(t, err)
			}
		}
	})
}

// values is an object as values; numbers stay as they are written.
func values(t *testing.T, v any) any {
	t.Helper()
	doc, err := fa.EncodeWhole(v)
	must(t, err)
	d := json.NewDecoder(strings.NewReader(string(doc)))
	d.UseNumber()
	var tree any
	must(t, d.Decode(&tree))
	return tree
}

func TestOlderRowsReadWithTheDefaults(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		_, err := db.writer.ExecContext(t.Context(), "insert into tenants (id, name_key, insert_instant, doc) values ($1, 'old', 0, '{\"name\":\"Old\"}')", id(1))
		must(t, err)
		got, err := db.Tenants.Get(t.Context(), id(1))
		must(t, err)
		want := fa.NewTenant()
		want.Name = "Old"
		if !reflect.DeepEqual(&want, got) {
			t.Error(cmp.Diff(&want, got))
		}
	})
}

// A row that cannot be read must not look as if the client had sent it.
func TestBrokenRowsAreNotTheClientsFault(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		ctx := t.Context()
		must(t, db.Tenants.Create(ctx, tenant(1, "Default")), db.CreateUser(ctx, user(2, id(1), "ada@example.com")))
		for _, table := range []string{"tenants", "users"} {
			_, err := db.writer.ExecContext(ctx, "update "+table+" set doc = $1", `{"id":"ada@example.com"}`)
			must(t, err)
		}
		_, get := db.Tenants.Get(ctx, id(1))
		_, all := db.Tenants.All(ctx)
		_, user := db.User(ctx, id(2))
		for what, err := range map[string]error{"Get": get, "All": all, "User": user} {
			if err == nil || fa.Refused(err) || errors.Is(err, fa.ErrNotFound) || strings.Contains(err.Error(), "ada") {
				t.Errorf("%s: %v", what, err)
			}
		}
	})
}

func TestAPIKeysAreFoundByValue(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		ctx := t.Context()
		must(t, db.APIKeys.Create(ctx, apiKey(1, "made-up", "Key")))
		got, err := db.APIKeyByValue(ctx, "made-up")
		if err != nil || got.ID != id(1) || got.Key != "made-up" {
			t.Errorf("got %v, %v", got, err)
		}
		for _, value := range []string{"", "Made-up", "made-up ", "made-up\x00", "%", "\xff"} {
			if _, err := db.APIKeyByValue(ctx, value); !errors.Is(err, fa.ErrNotFound) {
				t.Errorf("%q: %v", value, err)
			}
		}
	})
}

func TestTransactionsOfTheDatabasesVictims(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"40P01", "40001", "23514"} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			db := open(t, schema(t), "", new(clock))
			must(t, db.Tenants.Create(t.Context(), tenant(1, "Default")))
			tries := 0
			_, err := db.Tenants.Update(t.Context(), id(1), func(v *fa.Tenant) error {
				v.LastUpdateInstant++
				if tries++; tries < 3 {
					_, err := db.writer.ExecContext(t.Context(), fmt.Sprintf("do $$ begin raise exception using errcode = '%s'; end $$", code))
					return err
				}
				return nil
			})
			got, getErr := db.Tenants.Get(t.Context(), id(1))
			must(t, getErr)
			if lost := code == "23514"; lost != (err != nil) || !lost && (tries != 3 || got.LastUpdateInstant != 1) || lost && tries != 1 {
				t.Errorf("%d tries: %v, %d", tries, err, got.LastUpdateInstant)
			}
		})
	}
}

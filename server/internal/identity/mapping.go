package identity

import (
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"wherry/server/internal/fa"
)

// mapping takes a claim into a property.
type mapping struct{ to, from []string }

// attributeMappings are those of a provider: "user.firstName" is where a claim
// goes that stands at a path such as "given_name" or "address.country".
func attributeMappings(p *fa.IdentityProvider) (list []mapping) {
	for _, to := range slices.Sorted(maps.Keys(p.AttributeMappings)) {
		list = append(list, mapping{strings.Split(to, "."), strings.Split(p.AttributeMappings[to], ".")})
	}
	return list
}

// claimMappings are those of an external JWT: a claim goes to a property of the
// user, or into the data of user or registration under its own name.
//
// Source: https://fusionauth.io/docs/apis/identity-providers/external-jwt
func claimMappings(p *fa.IdentityProvider) (list []mapping) {
	for _, claim := range slices.Sorted(maps.Keys(p.ClaimMap)) {
		to := []string{"user", p.ClaimMap[claim]}
		switch p.ClaimMap[claim] {
		case "UserData":
			to = []string{"user", "data", claim}
		case "RegistrationData":
			to = []string{"registration", "data", claim}
		}
		list = append(list, mapping{to, []string{claim}})
	}
	return list
}

// apply takes claims into the documents. Those that the provider does not make
// change nothing.
func apply(list []mapping, claims map[string]any, u *fa.User, r *fa.Registration) error {
	documents := map[string]map[string]any{}
	for _, m := range list {
		value, there := at(claims, m.from)
		root := m.to[0]
		if !there || len(m.to) < 2 || root == "registration" && r == nil {
			continue
		}
		if documents[root] == nil {
			documents[root] = map[string]any{}
		}
		put(documents[root], m.to[1:], value)
	}
	if err := overlay(documents["user"], u); err != nil {
		return err
	}
	return overlay(documents["registration"], r)
}

// at is what stands at a path; a name with dots goes before the path that it may
// be.
func at(document map[string]any, path []string) (any, bool) {
	if v, there := document[strings.Join(path, ".")]; there {
		return v, v != nil
	}
	inner, ok := document[path[0]].(map[string]any)
	if !ok || len(path) == 1 {
		return nil, false
	}
	return at(inner, path[1:])
}

func put(document map[string]any, path []string, value any) {
	if len(path) == 1 {
		document[path[0]] = value
		return
	}
	inner, ok := document[path[0]].(map[string]any)
	if !ok {
		inner = map[string]any{}
		document[path[0]] = inner
	}
	put(inner, path[1:], value)
}

// overlay decodes properties over a document, which keeps the others: those of
// its data too.
func overlay(properties map[string]any, v any) error {
	if len(properties) == 0 {
		return nil
	}
	doc, err := json.Marshal(properties)
	if err != nil {
		return fa.GeneralError("invalid", "The claims cannot be written.")
	}
	if r, ok := v.(*fa.Registration); ok {
		type plain fa.Registration // whose defaults would hide what is there
		return fa.DecodeAt("registration", doc, (*plain)(r))
	}
	return fa.DecodeAt("user", jsontext.Value(doc), v)
}

package crossing_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

const (
	apiKey             = "key-nobody-may-read"
	defaultTenantID    = "d0000000-0000-4000-8000-000000000000"
	defaultConnectorID = "e3306678-a53a-4964-9040-1c96f36dda72"
)

type doc = map[string]any

// fake is a FusionAuth as far as Apply needs one: it keeps documents, checks
// them as FusionAuth does, and lists what was written to it.
type fake struct {
	*httptest.Server
	mu           sync.Mutex
	tenants      map[string]doc
	applications map[string]doc
	connectors   map[string]doc
	writes       []string
	fail         string // a write that fails, such as "POST /api/connector"
	created      int
}

// newFake starts a FusionAuth as it is after its installation.
func newFake(t *testing.T) *fake {
	t.Helper()
	f := &fake{
		tenants:      map[string]doc{defaultTenantID: {"id": defaultTenantID, "name": "Default", "connectorPolicies": ownPolicy()}},
		applications: map[string]doc{},
		connectors:   map[string]doc{defaultConnectorID: {"id": defaultConnectorID, "name": "Default", "type": "FusionAuth"}},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/tenant", f.list(f.tenants, "tenants"))
	mux.HandleFunc("GET /api/application", f.list(f.applications, "applications"))
	mux.HandleFunc("GET /api/connector", f.list(f.connectors, "connectors"))
	mux.HandleFunc("GET /api/tenant/{id}", f.get(f.tenants, "tenant"))
	mux.HandleFunc("GET /api/application/{id}", f.get(f.applications, "application"))
	for _, path := range []string{"", "/{id}"} {
		mux.HandleFunc("POST /api/tenant"+path, f.write("tenant", f.postTenant))
		mux.HandleFunc("POST /api/application"+path, f.write("application", f.postApplication))
		mux.HandleFunc("POST /api/connector"+path, f.write("connector", f.putConnector))
	}
	mux.HandleFunc("PATCH /api/tenant/{id}", f.write("tenant", f.patchTenant))
	mux.HandleFunc("PATCH /api/application/{id}", f.write("application", f.patchApplication))
	mux.HandleFunc("PATCH /api/connector/{id}", f.write("connector", f.patchConnector))
	mux.HandleFunc("POST /api/application/{app}/role/{id}", f.write("role", f.postRole))
	f.Server = httptest.NewServer(f.guard(mux))
	t.Cleanup(f.Close)
	return f
}

func ownPolicy() []any {
	return []any{doc{"connectorId": defaultConnectorID, "domains": []any{"*"}, "migrate": false}}
}

func (f *fake) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		if r.Header.Get("Authorization") != apiKey {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if r.Method != http.MethodGet {
			f.writes = append(f.writes, r.Method+" "+r.URL.Path)
			if f.fail != "" && strings.HasPrefix(r.Method+" "+r.URL.Path, f.fail) {
				w.WriteHeader(http.StatusInternalServerError)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

func (f *fake) list(docs map[string]doc, name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		all := []doc{}
		for _, id := range slices.Sorted(maps.Keys(docs)) {
			if inTenant(r, docs[id]) && docs[id]["active"] != false {
				all = append(all, docs[id])
			}
		}
		reply(w, http.StatusOK, doc{name: all})
	}
}

func (f *fake) get(docs map[string]doc, name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if found := docs[strings.ToLower(r.PathValue("id"))]; found != nil && inTenant(r, found) {
			reply(w, http.StatusOK, doc{name: found})
			return
		}
		w.WriteHeader(http.StatusNotFound)
	}
}

func inTenant(r *http.Request, d doc) bool {
	scope := r.Header.Get("X-FusionAuth-TenantId")
	return scope == "" || d["tenantId"] == nil || d["tenantId"] == scope
}

// invalid is FusionAuth's complaint about one property.
type invalid struct{ reason, field string }

func (e invalid) Error() string { return "[" + e.reason + "]" + e.field }

// write decodes the object in a request, lets handle store it, and answers
// with what is stored.
func (f *fake) write(name string, handle func(*http.Request, doc) (doc, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var body map[string]doc
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil || body[name] == nil {
			reply(w, http.StatusBadRequest, doc{"generalErrors": []doc{{"code": "[invalidJSON]"}}})
			return
		}
		stored, err := handle(r, body[name])
		var property invalid
		switch {
		case err == nil:
			reply(w, http.StatusOK, doc{name: stored})
		case errors.As(err, &property):
			reply(w, http.StatusBadRequest, doc{"fieldErrors": doc{property.field: []doc{{"code": err.Error(), "message": "Mend it."}}}})
		default:
			reply(w, http.StatusBadRequest, doc{"generalErrors": []doc{{"code": err.Error(), "message": "See the code."}}})
		}
	}
}

func reply(w http.ResponseWriter, status int, body doc) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func (f *fake) newID(given string) string {
	if given != "" {
		return strings.ToLower(given)
	}
	f.created++
	return fmt.Sprintf("c0000000-0000-4000-8000-%012d", f.created)
}

// checkName refuses a name that is blank or taken by another of docs.
func checkName(docs map[string]doc, d doc, id, field string) error {
	if d["name"] == nil || d["name"] == "" {
		return invalid{"blank", field}
	}
	for other, o := range docs {
		if other != id && o["name"] == d["name"] && o["tenantId"] == d["tenantId"] {
			return invalid{"duplicate", field}
		}
	}
	return nil
}

func (f *fake) postTenant(r *http.Request, d doc) (doc, error) {
	d["id"] = f.newID(r.PathValue("id"))
	if err := checkName(f.tenants, d, d["id"].(string), "tenant.name"); err != nil {
		return nil, err
	}
	if d["connectorPolicies"] == nil {
		d["connectorPolicies"] = ownPolicy()
	}
	f.tenants[d["id"].(string)] = d
	return d, nil
}

func (f *fake) patchTenant(r *http.Request, patch doc) (doc, error) {
	merged, err := mergePatch(r, f.tenants, patch)
	if err != nil {
		return nil, err
	}
	seen := map[any]bool{}
	for _, p := range merged["connectorPolicies"].([]any) {
		id := p.(doc)["connectorId"]
		if f.connectors[id.(string)] == nil || seen[id] {
			return nil, invalid{"invalid", "tenant.connectorPolicies"}
		}
		seen[id] = true
	}
	if !seen[defaultConnectorID] {
		return nil, invalid{"missing", "tenant.connectorPolicies"}
	}
	f.tenants[r.PathValue("id")] = merged
	return merged, nil
}

func (f *fake) postApplication(r *http.Request, d doc) (doc, error) {
	scope := r.Header.Get("X-FusionAuth-TenantId")
	if scope == "" && len(f.tenants) > 1 {
		return nil, errors.New("[TenantIdRequired]")
	}
	id := f.newID(r.PathValue("id"))
	d["id"], d["tenantId"] = id, scope
	if err := checkName(f.applications, d, id, "application.name"); err != nil {
		return nil, err
	}
	oauth, _ := d["oauthConfiguration"].(doc)
	oauth["clientId"], oauth["clientSecret"] = id, "secret of "+id
	roles, _ := d["roles"].([]any)
	for _, role := range roles {
		role.(doc)["id"] = f.newID("")
	}
	f.applications[id] = d
	return d, nil
}

func (f *fake) patchApplication(r *http.Request, patch doc) (doc, error) {
	delete(patch, "roles") // they have calls of their own
	merged, err := mergePatch(r, f.applications, patch)
	if err == nil {
		f.applications[r.PathValue("id")] = merged
	}
	return merged, err
}

func (f *fake) postRole(r *http.Request, role doc) (doc, error) {
	app := f.applications[r.PathValue("app")]
	roles, _ := app["roles"].([]any)
	for _, other := range roles {
		if other.(doc)["name"] == role["name"] {
			return nil, invalid{"duplicate", "role.name"}
		}
	}
	role["id"] = f.newID(r.PathValue("id"))
	app["roles"] = append(roles, role)
	return role, nil
}

func (f *fake) putConnector(r *http.Request, d doc) (doc, error) {
	id := f.newID(r.PathValue("id"))
	d["id"] = id
	if err := checkName(f.connectors, d, id, "connector.name"); err != nil {
		return nil, err
	}
	for _, property := range []string{"connectTimeout", "readTimeout"} {
		if ms, _ := d[property].(float64); ms <= 0 {
			return nil, invalid{"invalid", "connector." + property}
		}
	}
	f.connectors[id] = d
	return d, nil
}

func (f *fake) patchConnector(r *http.Request, patch doc) (doc, error) {
	merged, err := mergePatch(r, f.connectors, patch)
	if err != nil {
		return nil, err
	}
	return f.putConnector(r, merged)
}

func mergePatch(r *http.Request, docs map[string]doc, patch doc) (doc, error) {
	if r.Header.Get("Content-Type") != "application/merge-patch+json" {
		return nil, errors.New("[invalidContentType]")
	}
	return merge(docs[r.PathValue("id")], patch), nil
}

// merge is RFC 7396.
func merge(target, patch doc) doc {
	merged := maps.Clone(target)
	for name, value := range patch {
		child, isObject := value.(doc)
		switch old, _ := merged[name].(doc); {
		case value == nil:
			delete(merged, name)
		case isObject && old != nil:
			merged[name] = merge(old, child)
		default:
			merged[name] = value
		}
	}
	return merged
}

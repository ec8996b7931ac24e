package api

import (
	"errors"
	"net/http"
	"time"

	"wherry/server/internal/fa"
)

// APIKeys serves /api/api-key, to keys that are key managers.
//
// Source: https://fusionauth.io/docs/apis/api-keys
type APIKeys struct {
	Store  Documents[fa.APIKey]
	NewID  func() fa.ID
	NewKey func() string
	Now    func() time.Time

	mux *Mux
}

// Mount registers the endpoints.
func (h *APIKeys) Mount(m *Mux) {
	h.mux = m
	m.Handle("POST /api/api-key", h.post)
	m.Handle("POST /api/api-key/{keyId}", h.post)
	m.Handle("GET /api/api-key/{keyId}", h.get)
	m.Handle("PUT /api/api-key/{keyId}", h.put)
	m.Handle("PATCH /api/api-key/{keyId}", h.patch)
	m.Handle("DELETE /api/api-key/{keyId}", h.delete)
}

// post creates a key, or copies the permissions of the one that sourceKeyId
// names.
func (h *APIKeys) post(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "keyId")
	if err != nil {
		return err
	}
	body, err := read(r)
	if err != nil {
		return err
	}
	key, err := h.described(r, body)
	if err != nil {
		return err
	}
	if err := h.complete(r, &key, id); err != nil {
		return err
	}
	if err := check(callerOf(r), &key); err != nil {
		return err
	}
	stored := key
	stored.Forget()
	if err := h.Store.Create(r.Context(), &stored); err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"apiKey": key}) // the one time that it is always shown
}

// described is the key that a request asks for.
func (h *APIKeys) described(r *http.Request, body envelope) (fa.APIKey, error) {
	key := fa.NewAPIKey()
	source, err := body.id("sourceKeyId")
	if err != nil {
		return key, err
	}
	if _, given := body["apiKey"]; given || source == "" {
		if err := body.decode("apiKey", &key); err != nil {
			return key, err
		}
	}
	if source == "" {
		return key, nil
	}
	from, err := h.managed(r, source)
	if errors.Is(err, fa.ErrNotFound) {
		return key, fa.FieldError("sourceKeyId", "invalid", "There is no API key with the id [%s].", source)
	}
	if err == nil {
		key.Permissions, key.TenantID, key.IPAccessControlListID = from.Permissions, from.TenantID, from.IPAccessControlListID
	}
	return key, err
}

// complete fills in what the server decides. Who manages the keys of one tenant
// makes keys of that tenant.
func (h *APIKeys) complete(r *http.Request, key *fa.APIKey, id fa.ID) error {
	key.ID, key.KeyManager, key.KeyHash = id, false, ""
	if key.ID == "" {
		key.ID = h.NewID()
	}
	if key.Key == "" {
		key.Key = h.NewKey()
	}
	if mine := callerOf(r).key.TenantID; mine != "" {
		key.TenantID = mine
	}
	key.InsertInstant = h.Now().UnixMilli()
	key.LastUpdateInstant = key.InsertInstant
	if key.TenantID == "" {
		return nil
	}
	_, err := h.mux.Tenants.Get(r.Context(), key.TenantID)
	if errors.Is(err, fa.ErrNotFound) {
		return fa.FieldError("apiKey.tenantId", "invalid", "There is no tenant with the id [%s].", key.TenantID)
	}
	return err
}

// check validates; nobody can hand out more than they have. A key whose
// permissions were all dropped must not become one that may do everything.
func check(c caller, key *fa.APIKey) error {
	restricted := len(key.Permissions.Endpoints) > 0
	key.Normalize()
	if restricted && len(key.Permissions.Endpoints) == 0 {
		return fa.FieldError("apiKey.permissions.endpoints", "invalid", "The permission to manage API keys cannot be given through the API.")
	}
	if err := key.Validate(); err != nil {
		return err
	}
	if !c.key.Covers(key) {
		return errUnauthorized
	}
	return nil
}

func (h *APIKeys) get(w http.ResponseWriter, r *http.Request) error {
	key, err := h.addressed(r)
	if err != nil {
		return err
	}
	return respondKey(w, key)
}

func (h *APIKeys) put(w http.ResponseWriter, r *http.Request) error {
	body, err := read(r)
	if err != nil {
		return err
	}
	return h.replace(w, r, func(*fa.APIKey) (envelope, error) { return body, nil })
}

func (h *APIKeys) patch(w http.ResponseWriter, r *http.Request) error {
	p, err := readPatch(r)
	if err != nil {
		return err
	}
	return h.replace(w, r, func(current *fa.APIKey) (envelope, error) { return p.on("apiKey", current) })
}

// replace replaces what can be changed of a key: neither its value nor whose
// it is.
func (h *APIKeys) replace(w http.ResponseWriter, r *http.Request, body func(current *fa.APIKey) (envelope, error)) error {
	current, err := h.addressed(r)
	if err != nil {
		return err
	}
	stored, err := h.Store.Update(r.Context(), current.ID, func(k *fa.APIKey) error {
		asked, err := body(k)
		if err != nil {
			return err
		}
		next := fa.NewAPIKey()
		if err := asked.decode("apiKey", &next); err != nil {
			return err
		}
		next.ID, next.Key, next.KeyHash, next.KeyManager, next.Retrievable = k.ID, k.Key, k.KeyHash, k.KeyManager, k.Retrievable
		next.TenantID, next.InsertInstant, next.LastUpdateInstant = k.TenantID, k.InsertInstant, h.Now().UnixMilli()
		*k = next
		return check(callerOf(r), k)
	})
	if err != nil {
		return err
	}
	return respondKey(w, stored)
}

func (h *APIKeys) delete(_ http.ResponseWriter, r *http.Request) error {
	key, err := h.addressed(r)
	if err != nil {
		return err
	}
	return h.Store.Delete(r.Context(), key.ID)
}

// addressed is the key that the path names, if the caller may manage it.
func (h *APIKeys) addressed(r *http.Request) (*fa.APIKey, error) {
	id, err := pathID(r, "keyId")
	if err != nil {
		return nil, err
	}
	return h.managed(r, id)
}

func (h *APIKeys) managed(r *http.Request, id fa.ID) (*fa.APIKey, error) {
	key, err := h.Store.Get(r.Context(), id)
	if err != nil {
		return nil, err
	}
	mine := callerOf(r).key
	if mine.TenantID != "" && mine.TenantID != key.TenantID {
		return nil, fa.ErrNotFound
	}
	if !mine.Covers(key) {
		return nil, errUnauthorized
	}
	return key, nil
}

// respondKey shows the key, but for its value if that was only to be seen once.
func respondKey(w http.ResponseWriter, key *fa.APIKey) error {
	shown := *key
	shown.Forget()
	shown.KeyHash = ""
	return respond(w, http.StatusOK, map[string]any{"apiKey": shown})
}

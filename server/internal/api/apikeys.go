package api

import (
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
}

// Mount registers the endpoints.
func (h *APIKeys) Mount(m *Mux) {
	m.Handle("POST /api/api-key", h.post)
	m.Handle("POST /api/api-key/{id}", h.post)
	m.Handle("GET /api/api-key/{id}", h.get)
	m.Handle("PUT /api/api-key/{id}", h.put)
	m.Handle("DELETE /api/api-key/{id}", h.delete)
}

// post creates a key, or copies the permissions of the one that sourceKeyId
// names.
func (h *APIKeys) post(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	body, err := read(r)
	if err != nil {
		return err
	}
	key := fa.NewAPIKey()
	if _, ok := body["apiKey"]; ok || body["sourceKeyId"] == nil {
		if err := body.decode("apiKey", &key); err != nil {
			return err
		}
	}
	if err := h.copySource(r, body, &key); err != nil {
		return err
	}
	h.complete(r, &key, id)
	if err := h.check(r, &key); err != nil {
		return err
	}
	if err := h.Store.Create(r.Context(), &key); err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"apiKey": key}) // the one time that it is always shown
}

func (h *APIKeys) copySource(r *http.Request, body envelope, key *fa.APIKey) error {
	var id fa.ID
	if body["sourceKeyId"] == nil {
		return nil
	}
	if err := body.decode("sourceKeyId", &id); err != nil {
		return err
	}
	source, err := h.Store.Get(r.Context(), id)
	if err != nil {
		return fa.FieldError("sourceKeyId", "invalid", "There is no API key with the id [%s].", id)
	}
	key.Permissions, key.TenantID, key.IPAccessControlListID = source.Permissions, source.TenantID, source.IPAccessControlListID
	return nil
}

func (h *APIKeys) complete(r *http.Request, key *fa.APIKey, id fa.ID) {
	key.ID, key.KeyManager = id, false
	if key.ID == "" {
		key.ID = h.NewID()
	}
	if key.Key == "" {
		key.Key = h.NewKey()
	}
	if tenant := callerOf(r).key.TenantID; tenant != "" {
		key.TenantID = tenant
	}
	key.InsertInstant = h.Now().UnixMilli()
	key.LastUpdateInstant = key.InsertInstant
}

// check validates; nobody can hand out more than they have.
func (h *APIKeys) check(r *http.Request, key *fa.APIKey) error {
	key.Normalize()
	if err := key.Validate(); err != nil {
		return err
	}
	if !callerOf(r).key.Covers(key) {
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
	current, err := h.addressed(r)
	if err != nil {
		return err
	}
	body, err := read(r)
	if err != nil {
		return err
	}
	next := fa.NewAPIKey()
	if err := body.decode("apiKey", &next); err != nil {
		return err
	}
	if err := h.check(r, &next); err != nil {
		return err
	}
	stored, err := h.Store.Update(r.Context(), current.ID, func(k *fa.APIKey) error {
		next.ID, next.Key, next.KeyManager, next.Retrievable = k.ID, k.Key, k.KeyManager, k.Retrievable
		next.TenantID, next.InsertInstant, next.LastUpdateInstant = k.TenantID, k.InsertInstant, h.Now().UnixMilli()
		*k = next
		return nil
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
	id, err := pathID(r, "id")
	if err != nil {
		return nil, err
	}
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

func respondKey(w http.ResponseWriter, key *fa.APIKey) error {
	shown := *key
	if !shown.Retrievable {
		shown.Key = ""
	}
	return respond(w, http.StatusOK, map[string]any{"apiKey": shown})
}

package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"wherry/internal/secret"
	"wherry/server/internal/fa"
	"wherry/server/internal/keys"
)

// Keys serves /api/key, Key Master. Private keys and secrets go in and never
// come out.
//
// Source: https://fusionauth.io/docs/apis/keys
type Keys struct {
	Store        Documents[fa.SigningKey]
	Tenants      Documents[fa.Tenant]
	Applications Documents[fa.Application]
	EntityTypes  Documents[fa.EntityType]
	Default      fa.ID // the tenant whose issuer certificates bear
	NewID        func() fa.ID
	Now          func() time.Time
}

// Mount registers the endpoints.
func (h *Keys) Mount(m *Mux) {
	m.HandleGlobal("GET /api/key", h.all)
	m.HandleGlobal("GET /api/key/{keyId}", h.get)
	m.HandleGlobal("GET /api/key/search", h.search)
	m.HandleGlobal("POST /api/key/search", h.search)
	m.HandleGlobal("PUT /api/key/{keyId}", h.rename)
	m.HandleGlobal("DELETE /api/key/{keyId}", h.delete)
	m.HandleGlobal("POST /api/key/generate", h.generate)
	m.HandleGlobal("POST /api/key/generate/{keyId}", h.generate)
	m.HandleGlobal("POST /api/key/import", h.imported)
	m.HandleGlobal("POST /api/key/import/{keyId}", h.imported)
}

// keyRequest is a key as clients send it, with what they never see again.
type keyRequest struct {
	fa.Key
	PrivateKey string `json:"privateKey"` // PEM
	Secret     string `json:"secret"`
}

func (h *Keys) all(w http.ResponseWriter, r *http.Request) error {
	all, err := h.Store.All(r.Context())
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"keys": shownKeys(all)})
}

func (h *Keys) get(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "keyId")
	if err != nil {
		return err
	}
	k, err := h.Store.Get(r.Context(), id)
	if err != nil {
		return err
	}
	return respondKeyOf(w, k)
}

// rename changes the name; what a key is made of never changes.
func (h *Keys) rename(w http.ResponseWriter, r *http.Request) error {
	id, request, err := h.read(r)
	if err != nil {
		return err
	}
	k, err := h.Store.Update(r.Context(), id, func(k *fa.SigningKey) error {
		k.Name, k.LastUpdateInstant = request.Name, h.Now().UnixMilli()
		return nil
	})
	if err != nil {
		return err
	}
	return respondKeyOf(w, k)
}

// generate makes a key; its certificate bears the default tenant's issuer
// unless the request names another.
func (h *Keys) generate(w http.ResponseWriter, r *http.Request) error {
	id, request, err := h.read(r)
	if err != nil {
		return err
	}
	issuer, err := h.issuer(r.Context(), request.Issuer)
	if err != nil {
		return err
	}
	made, err := keys.Generate(keys.Spec{
		Algorithm: keys.Algorithm(request.Algorithm), Length: request.Length, Name: request.Name, Issuer: issuer, Now: h.Now(),
	})
	return h.keep(w, r, id, made, err)
}

func (h *Keys) issuer(ctx context.Context, asked string) (string, error) {
	if asked != "" {
		return asked, nil
	}
	tenant, err := h.Tenants.Get(ctx, h.Default)
	if err != nil {
		return "", fmt.Errorf("issuer of the default tenant: %w", err)
	}
	return tenant.Issuer, nil
}

func (h *Keys) imported(w http.ResponseWriter, r *http.Request) error {
	id, request, err := h.read(r)
	if err != nil {
		return err
	}
	made, err := keys.Import(keys.Material{
		Algorithm: keys.Algorithm(request.Algorithm), Type: keys.Type(request.Type), Kid: request.KID, Name: request.Name,
		Certificate: request.Certificate, PublicKey: request.PublicKey,
		PrivateKey: secret.String(request.PrivateKey), Secret: secret.String(request.Secret),
	})
	return h.keep(w, r, id, made, err)
}

// read reads the id of the path and the request, which has to name the key.
func (h *Keys) read(r *http.Request) (id fa.ID, request keyRequest, err error) {
	if id, err = pathID(r, "keyId"); err != nil {
		return id, request, err
	}
	body, err := read(r)
	if err != nil {
		return id, request, err
	}
	if err := body.decode("key", &request); err != nil {
		return id, request, err
	}
	request.Name = strings.TrimSpace(request.Name)
	var errs fa.Errors
	errs.Name(request.Name, "key.name")
	return id, request, errs.OrNil()
}

// keep stores a key that was made, or says why it could not be.
func (h *Keys) keep(w http.ResponseWriter, r *http.Request, id fa.ID, made keys.Key, refused error) error {
	if mistakes, ok := errors.AsType[keys.FieldErrors](refused); ok {
		var errs fa.Errors
		for _, m := range mistakes {
			errs.Field("key."+m.Field, "invalid", "%s.", m.Reason)
		}
		return errs.OrNil()
	}
	if refused != nil {
		return refused
	}
	if id == "" {
		id = h.NewID()
	}
	k, err := keys.Store(made, id, h.Now())
	if err != nil {
		return err
	}
	if err := h.Store.Create(r.Context(), k); err != nil {
		return err
	}
	return respondKeyOf(w, k)
}

// delete refuses to remove a key that tokens are signed with.
func (h *Keys) delete(_ http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "keyId")
	if err != nil {
		return err
	}
	used, err := h.used(r.Context(), id)
	if err != nil {
		return err
	}
	if used {
		return fa.GeneralError("inUse", "The key [%s] signs tokens of a tenant, an application or an entity type. Let them use another one first.", id)
	}
	return h.Store.Delete(r.Context(), id)
}

func (h *Keys) used(ctx context.Context, id fa.ID) (bool, error) {
	signs := func(c fa.JWTConfiguration) bool { return c.AccessTokenKeyID == id || c.IDTokenKeyID == id }
	tenants, err := h.Tenants.All(ctx)
	if err != nil {
		return false, err
	}
	for _, t := range tenants {
		if signs(t.JWTConfiguration) {
			return true, nil
		}
	}
	applications, err := h.Applications.All(ctx)
	if err != nil {
		return false, err
	}
	for _, a := range applications {
		if signs(a.JWTConfiguration) {
			return true, nil
		}
	}
	types, err := h.EntityTypes.All(ctx)
	return slices.ContainsFunc(types, func(t *fa.EntityType) bool { return t.JWTConfiguration.AccessTokenKeyID == id }), err
}

func respondKeyOf(w http.ResponseWriter, k *fa.SigningKey) error {
	return respond(w, http.StatusOK, map[string]any{"key": k.Key})
}

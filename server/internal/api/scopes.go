package api

import (
	"net/http"
	"slices"

	"wherry/server/internal/fa"
)

// mountScopes registers the endpoints of an application's own scopes.
//
// Source: https://fusionauth.io/docs/apis/scopes
func (h *Applications) mountScopes(m *Mux) {
	m.Handle("POST /api/application/{applicationId}/scope", h.postScope)
	m.Handle("POST /api/application/{applicationId}/scope/{scopeId}", h.postScope)
	m.Handle("GET /api/application/{applicationId}/scope/{scopeId}", h.getScope)
	m.Handle("PUT /api/application/{applicationId}/scope/{scopeId}", h.putScope)
	m.Handle("PATCH /api/application/{applicationId}/scope/{scopeId}", h.patchScope)
	m.Handle("DELETE /api/application/{applicationId}/scope/{scopeId}", h.deleteScope)
}

func (h *Applications) newScope(s *fa.Scope, id fa.ID) {
	s.ID = id
	if s.ID == "" {
		s.ID = h.NewID()
	}
	s.InsertInstant = h.Now().UnixMilli()
	s.LastUpdateInstant = s.InsertInstant
}

func (h *Applications) postScope(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "scopeId")
	if err != nil {
		return err
	}
	body, err := read(r)
	if err != nil {
		return err
	}
	scope, err := decodeScope(body)
	if err != nil {
		return err
	}
	h.newScope(&scope, id)
	_, err = h.change(r, func(a *fa.Application) error {
		if indexScope(a, scope.ID) >= 0 {
			return fa.FieldError("scopeId", "duplicate", "A scope with id = [%s] already exists.", scope.ID)
		}
		return addScope(a, &scope)
	})
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"scope": scope})
}

// addScope adds a scope whose name has to be free.
func addScope(a *fa.Application, scope *fa.Scope) error {
	scope.ApplicationID = a.ID
	if slices.ContainsFunc(a.Scopes, func(s fa.Scope) bool { return s.Name == scope.Name }) {
		return fa.FieldError("scope.name", "duplicate", "A scope with name = [%s] already exists.", scope.Name)
	}
	a.Scopes = append(a.Scopes, *scope)
	return nil
}

func (h *Applications) getScope(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "scopeId")
	if err != nil {
		return err
	}
	application, err := pathID(r, "applicationId")
	if err != nil {
		return err
	}
	a, err := h.Store.Get(r.Context(), application)
	if err != nil {
		return err
	}
	i := indexScope(a, id)
	if i < 0 || !callerOf(r).sees(a.TenantID) {
		return fa.ErrNotFound
	}
	return respond(w, http.StatusOK, map[string]any{"scope": a.Scopes[i]})
}

func (h *Applications) putScope(w http.ResponseWriter, r *http.Request) error {
	body, err := read(r)
	if err != nil {
		return err
	}
	return h.replaceScope(w, r, func(fa.Scope) (envelope, error) { return body, nil })
}

func (h *Applications) patchScope(w http.ResponseWriter, r *http.Request) error {
	p, err := readPatch(r)
	if err != nil {
		return err
	}
	return h.replaceScope(w, r, func(current fa.Scope) (envelope, error) { return p.on("scope", current) })
}

// replaceScope replaces the scope that the path names by what body makes of it.
func (h *Applications) replaceScope(w http.ResponseWriter, r *http.Request, body func(current fa.Scope) (envelope, error)) error {
	id, err := pathID(r, "scopeId")
	if err != nil {
		return err
	}
	var scope fa.Scope
	_, err = h.change(r, func(a *fa.Application) error {
		i := indexScope(a, id)
		if i < 0 {
			return fa.ErrNotFound
		}
		current := a.Scopes[i]
		next, err := body(current)
		if err != nil {
			return err
		}
		if scope, err = decodeScope(next); err != nil {
			return err
		}
		scope.ID, scope.InsertInstant, scope.LastUpdateInstant = id, current.InsertInstant, h.Now().UnixMilli()
		a.Scopes = slices.Delete(a.Scopes, i, i+1)
		return addScope(a, &scope)
	})
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"scope": scope})
}

func (h *Applications) deleteScope(_ http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "scopeId")
	if err != nil {
		return err
	}
	_, err = h.change(r, func(a *fa.Application) error {
		i := indexScope(a, id)
		if i < 0 {
			return fa.ErrNotFound
		}
		a.Scopes = slices.Delete(a.Scopes, i, i+1)
		return nil
	})
	return err
}

func indexScope(a *fa.Application, id fa.ID) int {
	return slices.IndexFunc(a.Scopes, func(s fa.Scope) bool { return s.ID == id })
}

func decodeScope(body envelope) (scope fa.Scope, err error) {
	if err := body.decode("scope", &scope); err != nil {
		return scope, err
	}
	return scope, scope.Validate()
}

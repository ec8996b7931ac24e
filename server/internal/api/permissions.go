package api

import (
	"net/http"
	"slices"

	"wherry/server/internal/fa"
)

func (h *EntityTypes) newPermission(p *fa.EntityTypePermission, id fa.ID) {
	p.ID = id
	if p.ID == "" {
		p.ID = h.NewID()
	}
	p.InsertInstant = h.Now().UnixMilli()
	p.LastUpdateInstant = p.InsertInstant
}

func (h *EntityTypes) postPermission(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "permissionId")
	if err != nil {
		return err
	}
	body, err := read(r)
	if err != nil {
		return err
	}
	p, err := decodePermission(body, "")
	if err != nil {
		return err
	}
	h.newPermission(&p, id)
	err = h.changePermissions(r, func(t *fa.EntityType) error {
		var errs fa.Errors
		for _, other := range t.Permissions {
			if other.ID == p.ID {
				errs.Field("permissionId", "duplicate", "A permission with id = [%s] already exists.", p.ID)
			}
			if other.Name == p.Name {
				errs.Field("permission.name", "duplicate", "A permission with name = [%s] already exists.", p.Name)
			}
		}
		t.Permissions = append(t.Permissions, p)
		return errs.OrNil()
	})
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"permission": p})
}

// decodePermission reads a permission whose name is settled already, unless
// name is empty.
func decodePermission(body envelope, name string) (fa.EntityTypePermission, error) {
	p := fa.NewEntityTypePermission()
	if err := body.decode("permission", &p); err != nil {
		return p, err
	}
	if name != "" {
		p.Name = name
	}
	p.Normalize()
	return p, p.Validate()
}

func (h *EntityTypes) putPermission(w http.ResponseWriter, r *http.Request) error {
	body, err := read(r)
	if err != nil {
		return err
	}
	return h.replacePermission(w, r, func(fa.EntityTypePermission) (envelope, error) { return body, nil })
}

func (h *EntityTypes) patchPermission(w http.ResponseWriter, r *http.Request) error {
	p, err := readPatch(r)
	if err != nil {
		return err
	}
	return h.replacePermission(w, r, func(current fa.EntityTypePermission) (envelope, error) { return p.on("permission", current) })
}

// replacePermission replaces the permission that the path names by what body
// makes of it. Its name stays: grants go by it.
func (h *EntityTypes) replacePermission(w http.ResponseWriter, r *http.Request, body func(current fa.EntityTypePermission) (envelope, error)) error {
	id, err := pathID(r, "permissionId")
	if err != nil {
		return err
	}
	var p fa.EntityTypePermission
	err = h.changePermissions(r, func(t *fa.EntityType) error {
		i := slices.IndexFunc(t.Permissions, func(p fa.EntityTypePermission) bool { return p.ID == id })
		if i < 0 {
			return fa.ErrNotFound
		}
		current := t.Permissions[i]
		next, err := body(current)
		if err != nil {
			return err
		}
		if p, err = decodePermission(next, current.Name); err != nil {
			return err
		}
		p.ID, p.InsertInstant, p.LastUpdateInstant = id, current.InsertInstant, h.Now().UnixMilli()
		t.Permissions[i] = p
		return nil
	})
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"permission": p})
}

// deletePermission removes the permission that the path or ?name= names. Grants
// show it no more.
func (h *EntityTypes) deletePermission(_ http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "permissionId")
	if err != nil {
		return err
	}
	name := r.URL.Query().Get("name")
	return h.changePermissions(r, func(t *fa.EntityType) error {
		i := slices.IndexFunc(t.Permissions, func(p fa.EntityTypePermission) bool { return p.ID == id || id == "" && p.Name == name })
		if i < 0 {
			return fa.ErrNotFound
		}
		t.Permissions = slices.Delete(t.Permissions, i, i+1)
		return nil
	})
}

// changePermissions changes the type that the path names.
func (h *EntityTypes) changePermissions(r *http.Request, change func(*fa.EntityType) error) error {
	id, err := pathID(r, "entityTypeId")
	if err != nil {
		return err
	}
	_, err = h.Store.Update(r.Context(), id, func(t *fa.EntityType) error {
		t.LastUpdateInstant = h.Now().UnixMilli()
		if err := change(t); err != nil {
			return err
		}
		return checkEntityType(t)
	})
	return err
}

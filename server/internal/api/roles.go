package api

import (
	"net/http"
	"slices"

	"wherry/server/internal/fa"
)

func (h *Applications) newRole(role *fa.Role, id fa.ID) {
	role.ID = id
	if role.ID == "" {
		role.ID = h.NewID()
	}
	role.InsertInstant = h.Now().UnixMilli()
	role.LastUpdateInstant = role.InsertInstant
}

func (h *Applications) postRole(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "roleId")
	if err != nil {
		return err
	}
	role, err := readRole(r)
	if err != nil {
		return err
	}
	h.newRole(&role, id)
	_, err = h.change(r, func(a *fa.Application) error {
		if indexRole(a, role.ID) >= 0 {
			return fa.FieldError("roleId", "duplicate", "A role with id = [%s] already exists.", role.ID)
		}
		return addRole(a, role)
	})
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"role": role})
}

// addRole adds a role whose name has to be free.
func addRole(a *fa.Application, role fa.Role) error {
	if _, taken := a.Role(role.Name); taken {
		return fa.FieldError("role.name", "duplicate", "A role with name = [%s] already exists.", role.Name)
	}
	a.Roles = append(a.Roles, role)
	return nil
}

func (h *Applications) putRole(w http.ResponseWriter, r *http.Request) error {
	body, err := read(r)
	if err != nil {
		return err
	}
	return h.replaceRole(w, r, func(fa.Role) (envelope, error) { return body, nil })
}

func (h *Applications) patchRole(w http.ResponseWriter, r *http.Request) error {
	p, err := readPatch(r)
	if err != nil {
		return err
	}
	return h.replaceRole(w, r, func(current fa.Role) (envelope, error) { return p.on("role", current) })
}

// replaceRole replaces the role that the path names by what body makes of it.
func (h *Applications) replaceRole(w http.ResponseWriter, r *http.Request, body func(current fa.Role) (envelope, error)) error {
	id, err := pathID(r, "roleId")
	if err != nil {
		return err
	}
	var role fa.Role
	_, err = h.change(r, func(a *fa.Application) error {
		i := indexRole(a, id)
		if i < 0 {
			return fa.ErrNotFound
		}
		current := a.Roles[i]
		next, err := body(current)
		if err != nil {
			return err
		}
		if role, err = decodeRole(next); err != nil {
			return err
		}
		role.ID, role.InsertInstant, role.LastUpdateInstant = id, current.InsertInstant, h.Now().UnixMilli()
		a.Roles = slices.Delete(a.Roles, i, i+1)
		return addRole(a, role)
	})
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"role": role})
}

// deleteRole removes the role that the path or ?name= names. Registrations keep
// its name; tokens carry it no more.
func (h *Applications) deleteRole(_ http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "roleId")
	if err != nil {
		return err
	}
	name := r.URL.Query().Get("name")
	_, err = h.change(r, func(a *fa.Application) error {
		i := slices.IndexFunc(a.Roles, func(r fa.Role) bool { return r.ID == id || id == "" && r.Name == name })
		if i < 0 {
			return fa.ErrNotFound
		}
		a.Roles = slices.Delete(a.Roles, i, i+1)
		return nil
	})
	return err
}

func indexRole(a *fa.Application, id fa.ID) int {
	return slices.IndexFunc(a.Roles, func(r fa.Role) bool { return r.ID == id })
}

func readRole(r *http.Request) (fa.Role, error) {
	body, err := read(r)
	if err != nil {
		return fa.Role{}, err
	}
	return decodeRole(body)
}

func decodeRole(body envelope) (role fa.Role, err error) {
	if err := body.decode("role", &role); err != nil {
		return role, err
	}
	return role, role.Validate()
}

package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"wherry/server/internal/fa"
)

// Applications is the table of applications.
type Applications struct{ Documents[fa.Application] }

// Client returns the application with that client id: its own id, or what else it
// is called.
func (d Applications) Client(ctx context.Context, clientID string) (*fa.Application, error) {
	if id, err := fa.ParseID(clientID); err == nil {
		return d.Get(ctx, id)
	}
	if clientID == "" || strings.ContainsRune(clientID, 0) || !utf8.ValidString(clientID) {
		return nil, fa.ErrNotFound
	}
	a, err := d.one(ctx, d.db.reader, "client_id = $1", clientID)
	return a, d.wrap("find", err)
}

// Update also renames roles in the registrations, which hold their names, and
// takes from them the roles that are gone.
func (d Applications) Update(ctx context.Context, id fa.ID, change func(*fa.Application) error) (*fa.Application, error) {
	return d.update(ctx, id, func(tx *sql.Tx, a *fa.Application) error {
		before := slices.Clone(a.Roles)
		if err := change(a); err != nil {
			return err
		}
		return d.db.renameRoles(ctx, tx, id, renames(before, a.Roles))
	})
}

// renames maps the names of roles that have another now to that, or to "" if
// the role is gone.
func renames(before, after []fa.Role) map[string]string {
	changed := map[string]string{}
	for _, was := range before {
		i := slices.IndexFunc(after, func(r fa.Role) bool { return r.ID == was.ID })
		switch {
		case i < 0:
			changed[was.Name] = ""
		case was.ID != "" && after[i].Name != was.Name:
			changed[was.Name] = after[i].Name
		}
	}
	return changed
}

// renamedAtOnce is how many registrations are read together.
const renamedAtOnce = 200

func (db *DB) renameRoles(ctx context.Context, tx *sql.Tx, application fa.ID, names map[string]string) error {
	if len(names) == 0 {
		return nil
	}
	for last := fa.ID(""); ; {
		owned, err := list(ctx, tx, db.scanOwned, fmt.Sprintf(`select doc, user_id from registrations
			where application_id = $1 and user_id > $2 order by user_id limit %d%s`, renamedAtOnce, db.forUpdate), application, last)
		if err != nil || len(owned) == 0 {
			return err
		}
		for _, o := range owned {
			if err := db.renameRolesOf(ctx, tx, o, names); err != nil {
				return err
			}
		}
		last = owned[len(owned)-1].user
	}
}

// ownedRegistration is a registration and whose it is.
type ownedRegistration struct {
	fa.Registration
	user fa.ID
}

func (db *DB) scanOwned(row scanner) (o ownedRegistration, err error) {
	err = db.scan(row, "registrations", &o.Registration, &o.user)
	return o, err
}

func (db *DB) renameRolesOf(ctx context.Context, tx *sql.Tx, o ownedRegistration, names map[string]string) error {
	roles := []string{}
	for _, name := range o.Roles {
		if next, changed := names[name]; changed {
			name = next
		}
		if name != "" {
			roles = append(roles, name)
		}
	}
	if slices.Equal(roles, o.Roles) {
		return nil
	}
	o.Roles = roles
	doc, err := db.encode("registrations", o.Registration)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "update registrations set doc = $3 where user_id = $1 and application_id = $2", o.user, o.ApplicationID, doc)
	return err
}

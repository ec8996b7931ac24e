package fa

import (
	"slices"
	"strings"
)

// EntityType is what a kind of entities has in common, and what can be
// permitted to do with them. It belongs to no tenant.
//
// Source: https://fusionauth.io/docs/apis/entities/entity-types
type EntityType struct {
	Data              Data                   `json:"data"`
	ID                ID                     `json:"id,omitzero"`
	InsertInstant     int64                  `json:"insertInstant,omitzero"`
	JWTConfiguration  EntityJWTConfiguration `json:"jwtConfiguration"`
	LastUpdateInstant int64                  `json:"lastUpdateInstant,omitzero"`
	Name              string                 `json:"name"`
	Permissions       []EntityTypePermission `json:"permissions"`
	Rest              Rest                   `json:",embed"`
}

// EntityJWTConfiguration is how the tokens of entities are made. When it is not
// enabled, the tenant's configuration holds.
type EntityJWTConfiguration struct {
	AccessTokenKeyID    ID   `json:"accessTokenKeyId,omitzero"`
	Enabled             bool `json:"enabled"`
	TimeToLiveInSeconds int  `json:"timeToLiveInSeconds"`
	Rest                Rest `json:",embed"`
}

// EntityTypePermission is something that a grant can permit.
type EntityTypePermission struct {
	Data              Data   `json:"data"`
	Description       string `json:"description,omitzero"`
	ID                ID     `json:"id,omitzero"`
	InsertInstant     int64  `json:"insertInstant,omitzero"`
	IsDefault         bool   `json:"isDefault"` // for grants that name no permission
	LastUpdateInstant int64  `json:"lastUpdateInstant,omitzero"`
	Name              string `json:"name"`
	Rest              Rest   `json:",embed"`
}

// NewEntityType returns an entity type with every default filled in.
func NewEntityType() EntityType {
	return EntityType{Data: Data{}, Permissions: []EntityTypePermission{}}
}

// NewEntityTypePermission returns a permission with every default filled in.
func NewEntityTypePermission() EntityTypePermission { return EntityTypePermission{Data: Data{}} }

// UnmarshalJSON fills in the defaults of permissions inside a list.
func (p *EntityTypePermission) UnmarshalJSON(data []byte) error {
	type plain EntityTypePermission
	fresh := plain(NewEntityTypePermission())
	if err := decodeInto(data, &fresh); err != nil {
		return err
	}
	*p = EntityTypePermission(fresh)
	return nil
}

// Normalize brings the type into the form in which it is stored.
func (t *EntityType) Normalize() {
	t.Name = strings.TrimSpace(t.Name)
	t.Data.Normalize()
	for i := range t.Permissions {
		t.Permissions[i].Normalize()
	}
	slices.SortFunc(t.Permissions, func(a, b EntityTypePermission) int { return strings.Compare(a.Name, b.Name) })
}

// Normalize brings the permission into the form in which it is stored.
func (p *EntityTypePermission) Normalize() {
	p.Name = strings.TrimSpace(p.Name)
	p.Data.Normalize()
}

// Validate reports everything about the type itself that FusionAuth would
// refuse.
func (t *EntityType) Validate() error {
	var errs Errors
	errs.Name(t.Name, "entityType.name")
	if t.JWTConfiguration.Enabled {
		errs.Positive(t.JWTConfiguration.TimeToLiveInSeconds, "entityType.jwtConfiguration.timeToLiveInSeconds")
		errs.Require(string(t.JWTConfiguration.AccessTokenKeyID), "entityType.jwtConfiguration.accessTokenKeyId")
	}
	names, ids := map[string]bool{}, map[ID]bool{}
	for _, p := range t.Permissions {
		errs.Name(p.Name, "entityType.permissions.name")
		if names[p.Name] {
			errs.Field("entityType.permissions", "duplicate", "The permission [%s] is given twice.", p.Name)
		}
		if ids[p.ID] {
			errs.Field("entityType.permissions", "duplicate", "The id [%s] is given twice.", p.ID)
		}
		names[p.Name], ids[p.ID] = true, true
	}
	return errs.OrNil()
}

// Validate reports what is wrong with a permission that is sent on its own.
func (p *EntityTypePermission) Validate() error {
	var errs Errors
	errs.Name(p.Name, "permission.name")
	return errs.OrNil()
}

// PermissionsFor settles what a grant permits: what it names, or the default
// permissions when it names none. Unknown names are an error at path.
func (t *EntityType) PermissionsFor(asked []string, path string) ([]string, error) {
	var errs Errors
	asked = distinct(asked)
	for _, name := range asked {
		if !t.has(name) {
			errs.Field(path, "invalid", "The permission [%s] does not exist in the type of the entity.", name)
		}
	}
	if len(asked) == 0 {
		for _, p := range t.Permissions {
			if p.IsDefault {
				asked = append(asked, p.Name)
			}
		}
	}
	return asked, errs.OrNil()
}

func (t *EntityType) has(permission string) bool {
	return slices.ContainsFunc(t.Permissions, func(p EntityTypePermission) bool { return p.Name == permission })
}

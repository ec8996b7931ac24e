package fa

import (
	"slices"
	"strings"
)

// Entity is a thing that others may be permitted to use, and an OAuth client of
// its own.
//
// Source: https://fusionauth.io/docs/apis/entities/entities
type Entity struct {
	ClientID          string     `json:"clientId,omitzero"` // any text; the id unless said otherwise
	ClientSecret      string     `json:"clientSecret,omitzero"`
	Data              Data       `json:"data"`
	ID                ID         `json:"id,omitzero"`
	InsertInstant     int64      `json:"insertInstant,omitzero"`
	LastUpdateInstant int64      `json:"lastUpdateInstant,omitzero"`
	Name              string     `json:"name"`
	ParentID          ID         `json:"parentId,omitzero"`
	TenantID          ID         `json:"tenantId,omitzero"`
	Type              EntityType `json:"type"` // stored by its id alone, answered whole
	Rest              Rest       `json:",embed"`
}

// NewEntity returns an entity with every default filled in.
func NewEntity() Entity { return Entity{Data: Data{}, Type: NewEntityType()} }

// Normalize brings the entity into the form in which it is stored.
func (e *Entity) Normalize() {
	e.Name = strings.TrimSpace(e.Name)
	e.ClientID = strings.TrimSpace(e.ClientID)
	e.Data.Normalize()
	id := e.Type.ID
	e.Type = NewEntityType()
	e.Type.ID = id
}

// Validate reports everything about the entity itself that FusionAuth would
// refuse.
func (e *Entity) Validate() error {
	var errs Errors
	errs.Name(e.Name, "entity.name")
	errs.Short(e.ClientID, "entity.clientId")
	errs.Require(string(e.Type.ID), "entity.type.id")
	if e.ParentID != "" && e.ParentID == e.ID {
		errs.Field("entity.parentId", "invalid", "An entity cannot be its own parent.")
	}
	return errs.OrNil()
}

// EntityGrant is what a user, or another entity, may do with an entity.
//
// Source: https://fusionauth.io/docs/apis/entities/grants
type EntityGrant struct {
	Data              Data     `json:"data"`
	Entity            *Entity  `json:"entity,omitzero"` // the one that may be used
	ID                ID       `json:"id,omitzero"`
	InsertInstant     int64    `json:"insertInstant,omitzero"`
	LastUpdateInstant int64    `json:"lastUpdateInstant,omitzero"`
	Permissions       []string `json:"permissions"`
	RecipientEntityID ID       `json:"recipientEntityId,omitzero"`
	UserID            ID       `json:"userId,omitzero"`
	Rest              Rest     `json:",embed"`
}

// NewEntityGrant returns a grant with every default filled in.
func NewEntityGrant() EntityGrant { return EntityGrant{Data: Data{}, Permissions: []string{}} }

// Validate reports what is wrong with the grant itself.
func (g *EntityGrant) Validate() error {
	var errs Errors
	switch {
	case g.RecipientEntityID == "" && g.UserID == "":
		for _, path := range []string{"grant.recipientEntityId", "grant.userId"} {
			errs.Field(path, "missing", "You must specify either the [grant.recipientEntityId] or the [grant.userId] property.")
		}
	case g.RecipientEntityID != "" && g.UserID != "":
		errs.Field("grant.userId", "invalid", "A grant is for a user or for an entity: specify [grant.recipientEntityId] or [grant.userId].")
	}
	return errs.OrNil()
}

// Show gives the grant the form that answers have. Permissions that the type
// does not have any more are not shown.
func (g *EntityGrant) Show(e *Entity) {
	g.Entity = e
	g.Permissions = slices.DeleteFunc(g.Permissions, func(name string) bool { return !e.Type.has(name) })
}

// GrantMatch names grants: those that agree with every value that is given.
type GrantMatch struct{ EntityID, RecipientEntityID, UserID ID }

// GrantSearch says which grants to find; zero values match everything.
type GrantSearch struct {
	GrantMatch
	TenantID      ID
	Name          string // of the entity; "*" stands for anything, without one the text may stand anywhere
	Limit, Offset int
	Order         Order
}

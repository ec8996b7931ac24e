package check

import (
	"wherry/toolkit/config"
	"wherry/toolkit/internal/blueprint"
	"wherry/toolkit/internal/fusionauth"
	"wherry/toolkit/internal/poolconfig"
)

// Facts is what there is to judge.
type Facts struct {
	Settings *config.Config
	Target   Target
	Pools    []Pool
	Notes    []blueprint.Note // what apply will have to tell
}

// Target is the other bank.
type Target struct {
	Err      error // it does not answer, or not to this key
	Hint     string
	Kind     fusionauth.Kind
	Version  string
	Denied   []string          // such as POST /api/user/import
	Features map[string]string // ACTIVE, or why not; nil when they cannot be asked for
	Pending  int               // objects that apply would write
	Needs    []string          // features that those objects need, as /api/reactor calls them
}

// Pool is a pool, its tenant, and a look at its users.
type Pool struct {
	config.Pool
	Err  error
	Hint string

	Config poolconfig.Config
	Denied []string // IAM actions that export needs and has not

	Tenant   fusionauth.Doc     // as it is; nil when it is not there yet
	TenantID string             // as it is wanted
	Rates    map[string]float64 // quotas by category; nil when they cannot be asked for
	Users    Users
}

// Users is what became of users when the mapping was tried on them.
type Users struct {
	Problems []string       // mistakes of the mapping; nobody was mapped
	Err      error          // users could not be read
	Mapped   int            // how many were
	Whole    bool           // the workspace knows all users, and all were mapped
	Refused  map[string]int // by reason
	Remarks  map[string]int // by what is remarked
	Taken    []Name         // identities that the mapped users have
	Others   int            // users of the target who have an identity of one of these, and another id
}

// Name is an identity of a user, of which nothing is kept but what it takes to
// tell it from others.
type Name struct {
	Kind Identity
	Sum  uint64
}

// Identity is what kind of identity.
type Identity uint8

// The identities, of which each must be unique in a tenant.
const (
	ID Identity = iota
	Email
	Username
	PhoneNumber
)

func (i Identity) String() string { return [...]string{"id", "email", "username", "phoneNumber"}[i] }

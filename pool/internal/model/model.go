// Package model is the user pool as plain structs: what a seed describes, what
// the store keeps, and what the API shows. Structs that the API shows as they
// are carry its member names as JSON tags; a zero value means "absent".
package model

// Directory is one user pool with everything in it, as a seed or a generator
// describes it. Only Pool.ID is required.
type Directory struct {
	Pool            Pool
	Clients         []Client
	Groups          []Group
	Providers       []Provider
	ResourceServers []ResourceServer
	Domains         []Domain
	MFA             MFAConfig
	Risk            []RiskConfiguration
	UI              []UICustomization

	Users      []User     // kept in memory, listed in this order
	Population Population // computed users, listed before Users; may be nil
}

// Population is users that are computed from their number instead of stored.
// It must be safe for concurrent use, and must give the same user for the same
// number each time. What is later written to such a user is kept by the store.
type Population interface {
	// Len is how many users there are; their numbers are 0 to Len()-1.
	Len() int

	// User computes one user. The result is the caller's to change.
	User(n int) User

	// Find returns the numbers of all users for whom the attribute name
	// ("username", "sub", "email", "phone_number" or "preferred_username") has
	// this value, without regard to case. It may return a few others too: the
	// caller checks. It must not search.
	Find(name, value string) []int

	// SubPrefix returns the bounds [from, to) of the numbers of all users whose
	// sub begins with prefix. Subs therefore ascend with the numbers.
	SubPrefix(prefix string) (from, to int)

	// NextMember returns the first number at or after from whose user may be in
	// the group, or Len() when there is none.
	NextMember(group string, from int) int
}

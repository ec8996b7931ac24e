// Package plan decides what becomes of a user: it turns a Cognito user into a
// FusionAuth user, a list of remarks, and an account of where each field comes
// from. Both roads use it, so the same user becomes the same account whichever
// road carries it. It is pure: no files, no network, and the clock is a field.
package plan

// Road is the way a user goes across.
type Road int

const (
	SlowRoad Road = iota // at sign-in, through the connector
	BulkRoad             // by the import API
)

func (r Road) String() string {
	if r == BulkRoad {
		return "bulk"
	}
	return "slow"
}

// Trip is how one user goes across.
type Trip struct {
	Road    Road
	LoginID string // the slow road: what the user typed, unchanged
}

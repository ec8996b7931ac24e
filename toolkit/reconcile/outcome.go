package reconcile

// Outcome is what became of one user.
type Outcome string

// The outcomes.
const (
	Same        Outcome = "same"        // every field is as it should be
	Explained   Outcome = "explained"   // it differs, and there is a reason for each difference
	Unexplained Outcome = "unexplained" // it differs, and there is none
	Lost        Outcome = "lost"        // carried, and not in the target
	Refused     Outcome = "refused"     // not in the target, because it refused or the mapping did
	Skipped     Outcome = "skipped"     // not in the target, because the operator said so
	Waiting     Outcome = "waiting"     // not in the target, because nobody has sent it yet
	Gone        Outcome = "gone"        // deleted from the pool since; still in the target
)

// Outcomes lists them in the order in which reports do.
var Outcomes = []Outcome{Same, Explained, Unexplained, Lost, Refused, Skipped, Waiting, Gone}

// Class is why a field is not as it should be.
type Class string

// The classes. The first three have no reason.
const (
	Missing  Class = "missing"   // it is not there
	Differs  Class = "differs"   // it is another one
	Added    Class = "added"     // nobody sent it
	InTarget Class = "in target" // changed in the target after the user came
	InPool   Class = "in pool"   // changed in the pool after the user came
	Purpose  Class = "purpose"   // the mapping, or the road, wants it so
)

// Difference is one field of one user that is not as it should be.
type Difference struct {
	User     string `json:"user"` // the id in the workspace, nearly always the sub
	Username string `json:"username,omitempty"`
	Field    string `json:"field"` // "firstName", "data.plan", "memberships"; "" is the account
	Class    Class  `json:"class"`
	Why      string `json:"why"`
	Bad      bool   `json:"unexplained"`

	Expected any `json:"expected,omitempty"` // personal data, as Found and Username: kept in the workspace, shown when asked for
	Found    any `json:"found,omitempty"`
}

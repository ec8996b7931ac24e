package planner

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"wherry/internal/exit"
	"wherry/toolkit/internal/plan"
	"wherry/toolkit/internal/workspace"
)

// Policy says who gets a login id that several users want.
type Policy string

// The policies. Whoever is across keeps it in any case.
const (
	Undecided Policy = ""         // nobody goes across until somebody decides
	First     Policy = "first"    // who signed up first
	Newest    Policy = "newest"   // who signed up last
	Verified  Policy = "verified" // whose address or number is verified; of several the first
	Ask       Policy = "ask"      // the operator, in a file
)

// Settled is what was decided about login ids that several users want.
type Settled struct {
	Collisions int `json:"collisions"`
	Refused    int `json:"refused"` // who did not get theirs
}

// contender is somebody who wants a login id.
type contender struct {
	workspace.User
	pool plan.CognitoUser
}

func (c contender) across() bool {
	return c.State >= workspace.Imported && c.State <= workspace.Verified || c.State == workspace.Skipped
}

// verified tells whether what the pool knows of the login id is verified.
func (c contender) verified(kind string) bool {
	attribute := "email_verified"
	if kind == "phone" {
		attribute = "phone_number_verified"
	}
	return c.pool.Attributes[attribute] == "true"
}

// Settle finds planned users who want the same e-mail address, username or
// phone number, whatever its case, and refuses all but the one who gets it.
// With Ask the decisions are read from the file, which is written with those
// that are missing.
func (p *Planner) Settle(ctx context.Context, policy Policy, file string) (Settled, error) {
	var s Settled
	choose := policy.choose
	var asked *decisions
	if policy == Ask {
		var err error
		if asked, err = readDecisions(file); err != nil {
			return s, err
		}
		choose = asked.choose
	}
	for _, kind := range workspace.LoginIDs { // in turn: who is refused for one does not want another
		if err := p.settleAll(ctx, kind, policy, choose, &s); err != nil {
			return s, err
		}
	}
	if policy == Undecided && s.Collisions > 0 {
		return s, exit.With(exit.Usage, fmt.Errorf("%d login id(s) are wanted by several users each, and nobody has been sent", s.Collisions),
			"say who gets them: --collisions first, verified, newest, or ask")
	}
	if asked != nil {
		return s, asked.write()
	}
	return s, nil
}

// settledAtOnce is how many users are refused at a time, or a few more.
const settledAtOnce = 500

func (p *Planner) settleAll(ctx context.Context, kind string, policy Policy, choose chooser, s *Settled) error {
	var moves []workspace.Move
	for users, err := range p.Run.Collisions(ctx, kind) {
		if err != nil {
			return err
		}
		s.Collisions++
		if policy == Undecided {
			continue
		}
		refused, err := p.settle(ctx, kind, users, policy, choose)
		if err != nil {
			return err
		}
		s.Refused += len(refused)
		if moves = append(moves, refused...); len(moves) < settledAtOnce {
			continue
		}
		if err := p.Run.Move(ctx, moves...); err != nil {
			return err
		}
		moves = nil
	}
	return p.Run.Move(ctx, moves...)
}

// settle refuses those who do not get it.
func (p *Planner) settle(ctx context.Context, kind string, rivals []int64, policy Policy, choose chooser) (refused []workspace.Move, err error) {
	var users []contender
	for _, n := range rivals {
		u, err := p.contender(ctx, n)
		if err != nil {
			return nil, err
		}
		users = append(users, u)
	}
	keep, decided := int64(0), true
	if i := slices.IndexFunc(users, contender.across); i >= 0 {
		keep = users[i].N
	} else {
		keep, decided = choose(kind, users)
	}
	if !decided {
		return nil, nil
	}
	for _, u := range users {
		if u.N != keep && !u.across() {
			reason := fmt.Sprintf("collision: another user has the same %s, and gets it (%s)", kind, policy)
			refused = append(refused, workspace.Move{User: u.N, To: workspace.Refused, Reason: reason})
		}
	}
	return refused, nil
}

func (p *Planner) contender(ctx context.Context, n int64) (c contender, err error) {
	if c.User, err = p.Run.Numbered(ctx, n); err != nil {
		return c, err
	}
	if err := json.Unmarshal(c.Source, &c.pool); err != nil {
		return c, fmt.Errorf("the document of user %s in the workspace: %w", c.ID, err)
	}
	return c, nil
}

// chooser tells the number of the user who gets a login id, 0 for nobody, and
// whether that is decided.
type chooser func(kind string, users []contender) (keep int64, decided bool)

func (p Policy) choose(kind string, users []contender) (int64, bool) {
	best := slices.MinFunc(users, func(a, b contender) int { return p.compare(kind, a, b) })
	return best.N, true
}

// compare is negative if a gets it. Of equals the first one does, who comes
// first in the workspace.
func (p Policy) compare(kind string, a, b contender) int {
	if p == Verified && a.verified(kind) != b.verified(kind) {
		if a.verified(kind) {
			return -1
		}
		return 1
	}
	if p == Newest {
		return b.pool.Created.Compare(a.pool.Created)
	}
	return a.pool.Created.Compare(b.pool.Created)
}

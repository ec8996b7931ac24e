package reconcile

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"time"

	"wherry/toolkit/internal/workspace"
)

// Report is what a verification found.
type Report struct {
	Pool     string    `json:"pool"`
	Place    string    `json:"workspace"`
	Began    time.Time `json:"began"`
	Ended    time.Time `json:"ended"`
	Seconds  float64   `json:"seconds"` // of all runs that it took
	Resumed  bool      `json:"resumed,omitempty"`
	Strict   bool      `json:"strict,omitempty"`
	Requests int       `json:"requests"`

	// PlannedLinks says that nobody looked for links of users who should have
	// none.
	PlannedLinks bool `json:"plannedLinks,omitempty"`

	ReadAt      time.Time `json:"readAt,omitzero"`    // when the pool was read last
	Estimate    int       `json:"estimate,omitempty"` // of its users, by Cognito itself then
	InWorkspace int       `json:"inWorkspace"`        // users who are in the pool, as far as the workspace knows
	InTarget    int       `json:"inTarget"`           // accounts in the tenant
	Strangers   *int      `json:"strangers,omitempty"`

	Tally
	Sample *Sample `json:"sample,omitempty"`

	Runs []int64 `json:"runs"` // whose events hold the differences

	part  *workspace.Pool
	names bool // values may be shown
}

// Bad is how many users somebody has to look at.
func (r *Report) Bad() int { return r.Outcomes[Unexplained] + r.Outcomes[Lost] }

// Differences runs over what differs, user by user. Of differences with a reason
// the workspace keeps a thousand of each kind, of others a hundred thousand.
func (r *Report) Differences(ctx context.Context) iter.Seq2[Difference, error] {
	return func(yield func(Difference, error) bool) {
		for _, run := range r.Runs {
			for e, err := range r.part.Events(ctx, run, kindDifference) {
				var d Difference
				if err == nil && len(e.Detail) == 0 {
					continue // purged
				}
				if err == nil {
					err = decode(e.Detail, &d)
				}
				if !r.names {
					d.Username, d.Expected, d.Found = "", nil, nil
				}
				if !yield(d, err) || err != nil {
					return
				}
			}
		}
	}
}

// WriteList writes every difference as one JSON object a line.
func (r *Report) WriteList(ctx context.Context, w io.Writer) error {
	to := json.NewEncoder(w)
	for d, err := range r.Differences(ctx) {
		if err == nil {
			err = to.Encode(d)
		}
		if err != nil {
			return fmt.Errorf("list the differences: %w", err)
		}
	}
	return nil
}

// Sentence is what was found, in one sentence.
func (r *Report) Sentence() string {
	switch bad := r.Bad(); {
	case r.Checked == 0:
		return "There are no users to compare."
	case bad > 0:
		return fmt.Sprintf("%s of %s users need a look.", group(bad), group(r.Checked))
	case r.Sample != nil:
		return fmt.Sprintf("Each of %s users chosen at random is accounted for.", group(r.Checked))
	default:
		return fmt.Sprintf("Every one of %s users is accounted for.", group(r.Checked))
	}
}

// Sure is how sure a sample makes us, in words.
func (s *Sample) Sure() string {
	return fmt.Sprintf("With %.0f %% confidence fewer than %s in a million of all %s users are lost or differ without a reason.",
		100*s.Confidence, group(int(s.AtMost*1e6)+1), group(s.Of))
}

package reconcile

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
)

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
					err = json.Unmarshal(e.Detail, &d)
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

// words say what an outcome means.
var words = map[Outcome]string{
	Same:        "in the target, every field as it should be",
	Explained:   "in the target, with differences that have a reason",
	Unexplained: "in the target, with a difference that nobody can explain",
	Lost:        "carried, and not in the target",
	Refused:     "refused by the target or the mapping",
	Skipped:     "left out on purpose",
	Waiting:     "not sent yet",
	Gone:        "deleted from the pool since, still in the target",
}

// Print writes the report for people at a terminal.
func (r *Report) Print(w io.Writer) {
	fmt.Fprintf(w, "%s\n\n", r.Sentence())
	for _, o := range Outcomes {
		if n := r.Outcomes[o]; n > 0 {
			fmt.Fprintf(w, "%10s  %s\n", group(n), words[o])
		}
	}
	fmt.Fprintf(w, "\n%10s  users in the pool when it was read last\n%10s  accounts in the target", group(r.InWorkspace), group(r.InTarget))
	if r.Strangers != nil {
		fmt.Fprintf(w, ", %s of whom nobody sent", group(*r.Strangers))
	}
	fmt.Fprintln(w)
	if r.Sample != nil {
		fmt.Fprintf(w, "\n%s\n", r.Sample.Sure())
	}
	printCounts(w, "what needs a look", r.fields(true))
	printCounts(w, "differences that have a reason", r.fields(false))
	printCounts(w, "why users were not carried", byUsers(r.Reasons))
}

// shown is how many lines of each kind a terminal gets.
const shown = 15

func printCounts(w io.Writer, title string, list []Count) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s\n", title)
	for i, c := range list {
		if i == shown {
			fmt.Fprintf(w, "%10s  more: --html and --json have them all\n", fmt.Sprint(len(list)-i))
			return
		}
		fmt.Fprintf(w, "%10s  %s\n", group(c.Users), strings.TrimPrefix(c.Field+": "+c.Why, ": "))
	}
}

// fields are the differences that have no reason, or those that have one, the
// most frequent first.
func (r *Report) fields(bad bool) []Count {
	return byUsers(slices.DeleteFunc(slices.Clone(r.Fields), func(c Count) bool { return c.Bad != bad }))
}

func byUsers(list []Count) []Count {
	return slices.SortedFunc(slices.Values(list), func(a, b Count) int {
		return cmp.Or(cmp.Compare(b.Users, a.Users), cmp.Compare(a.Field, b.Field), cmp.Compare(a.Why, b.Why))
	})
}

// group writes a number with its thousands apart.
func group(n int) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

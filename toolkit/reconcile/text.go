package reconcile

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

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
	if r.PlannedLinks {
		fmt.Fprintf(w, "\nLinks were asked for only of users who should have some: --links all finds those of others.\n")
	}
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

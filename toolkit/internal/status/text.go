package status

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"wherry/toolkit/internal/workspace"
)

// Print writes the status for a terminal.
func (s Status) Print(w io.Writer) {
	fmt.Fprintf(w, "%s, %s\n", s.Workspace, clock(s.At))
	for _, p := range s.Pools {
		p.print(w)
	}
	s.printRuns(w)
	if len(s.TurnedAway) > 0 {
		fmt.Fprintln(w, "\nturned away at sign-in by something other than the password")
		for _, t := range s.TurnedAway {
			fmt.Fprintf(w, "%10d %-28s %s, %d times, last %s\n", t.People, t.Outcome, t.Pool, t.Times, clock(t.Last))
		}
	}
}

func (p Pool) print(w io.Writer) {
	fmt.Fprintf(w, "\npool %s: %d users, %d across (%s), %d to go\n", p.ID, p.Users.Total, p.Across, share(p.Across, p.Users.Total), p.Left)
	for state := workspace.Exported; state <= workspace.Skipped; state++ {
		if n := p.Users.States[state]; n > 0 {
			fmt.Fprintf(w, "%10d %s\n", n, state)
		}
	}
	for _, r := range p.Users.Reasons {
		fmt.Fprintf(w, "%21d %s: %s\n", r.Users, r.State, cmp.Or(r.Text, "no reason given"))
	}
	if p.Users.Gone > 0 {
		fmt.Fprintf(w, "%10d deleted from the pool since they were read\n", p.Users.Gone)
	}
	for _, person := range p.People {
		fmt.Fprintf(w, "%14s %s  %s  %s\n", person.State, person.ID, person.Name, person.Reason)
	}
	if p.Scan != nil {
		fmt.Fprintf(w, "%10s %s\n", "read", text(*p.Scan))
	}
}

// text says how far the pool has been read.
func text(s workspace.ScanInfo) string {
	if !s.Ended.IsZero() {
		return "to its end on " + clock(s.Ended)
	}
	done := 0
	for _, h := range s.Shards {
		if h.Done {
			done++
		}
	}
	return fmt.Sprintf("since %s, %d of %d shards: go on with wherry export", clock(s.Started), done, len(s.Shards))
}

func (s Status) printRuns(w io.Writer) {
	if len(s.Runs) == 0 {
		return
	}
	fmt.Fprintln(w, "\nruns")
	for _, r := range s.Runs {
		fmt.Fprintf(w, "%6d  %-7s %s  %-9s %s\n", r.N, r.Kind, clock(r.Started), r.Outcome, Describe(r.Progress, r.Outcome == workspace.Running))
	}
}

// Describe says how far a run is, or was.
func Describe(p workspace.Progress, running bool) string {
	if p.Step == "" {
		return ""
	}
	text := fmt.Sprintf("%d %s", p.Done, p.Step)
	if p.Of > 0 {
		text = fmt.Sprintf("%d of %d %s", p.Done, p.Of, p.Step)
	}
	text += fmt.Sprintf(", %.0f/s", p.PerSecond)
	if left := p.Left(); running && left > 0 {
		text += fmt.Sprintf(", %s left", left)
	}
	return text
}

func clock(t time.Time) string { return t.Local().Format("2006-01-02 15:04:05") }

func share(n, of int) string {
	if of == 0 {
		return "0 %"
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", 100*float64(n)/float64(of)), ".0") + " %"
}

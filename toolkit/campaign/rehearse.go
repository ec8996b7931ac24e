package campaign

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"wherry/internal/exit"
	"wherry/toolkit/internal/fusionauth"
	"wherry/toolkit/internal/workspace"
)

// Forecast is who would be asked, and how long that would take.
type Forecast struct {
	Would   int            `json:"would"`
	Reasons map[Reason]int `json:"reasons"`
	Domains []Domain       `json:"domains"` // of the most users first
	Seconds float64        `json:"seconds"` // without quiet hours
}

// Domain is how many would be mailed at one.
type Domain struct {
	Name  string `json:"domain"`
	Users int    `json:"users"`
}

// DryRun tells who would be asked. It writes nothing.
func DryRun(ctx context.Context, c Config) (Forecast, error) {
	f := Forecast{Reasons: map[Reason]int{}}
	run, err := begin(ctx, c)
	if err != nil {
		return f, err
	}
	domains := map[string]int{}
	look := func(users []*user) error {
		ids := make([]string, len(users))
		for i, u := range users {
			ids[i] = u.id
		}
		accounts, err := run.accounts(ctx, ids)
		for _, u := range users {
			if reason := run.judge(u, accounts[u.id]); reason != "" {
				f.Reasons[reason]++
				continue
			}
			f.Would++
			domains[u.domain]++
		}
		return err
	}
	var users []*user
	for u, err := range c.Part.Users(ctx, workspace.Query{States: append([]workspace.State{workspace.Reset}, carried...), Source: true, Target: true}) {
		if err != nil {
			return f, err
		}
		if users = append(users, &user{User: u, id: idOf(u)}); len(users) == batchSize {
			if err := look(users); err != nil {
				return f, err
			}
			users = users[:0]
		}
	}
	if err := look(users); err != nil {
		return f, err
	}
	f.estimate(c, domains)
	return f, nil
}

// shownDomains is how many domains are named.
const shownDomains = 10

// estimate tells how long it takes: as long as the rate wants, or the slowest
// domain.
func (f *Forecast) estimate(c Config, domains map[string]int) {
	f.Seconds = float64(f.Would) / c.Rate
	for name, users := range domains {
		if n := c.Domains.perHour(name); n > 0 && !c.Required {
			f.Seconds = max(f.Seconds, float64(users)/n*time.Hour.Seconds())
		}
		f.Domains = append(f.Domains, Domain{name, users})
	}
	slices.SortFunc(f.Domains, func(a, b Domain) int {
		return cmp.Or(cmp.Compare(b.Users, a.Users), strings.Compare(a.Name, b.Name))
	})
	f.Domains = f.Domains[:min(len(f.Domains), shownDomains)]
}

// Preview sends one mail to an address, as everybody would get it, and writes
// nothing down. The address must have an account in the tenant, and not be
// that of a user who is still to be mailed: they would get two.
func Preview(ctx context.Context, c Config, address string) error {
	users, err := c.Part.Find(ctx, address)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(users, func(u workspace.User) bool { return !u.Imported.IsZero() && u.Reset.IsZero() }) {
		return exit.With(exit.Usage, errors.New("this is the address of a user who is still to be mailed, and would get two"),
			"give the address of an account of your own")
	}
	err = c.Client.ForgotPassword(ctx, address, "", c.Application)
	refused, answered := errors.AsType[*fusionauth.Error](err)
	switch {
	case err == nil || !answered:
		return err
	case refused.Status == 404:
		return exit.With(exit.Failed, fmt.Errorf("the tenant has no account with this address: %w", err), "make one of your own first, to see the mail as users do")
	case refused.Status == 403:
		return exit.With(exit.Failed, err, "the tenant has no e-mail template for forgotten passwords: set it first")
	}
	return err
}

// Print writes the forecast for people.
func (f Forecast) Print(w io.Writer) {
	fmt.Fprintf(w, "%d users would be asked, which takes %s at least\n", f.Would, time.Duration(f.Seconds*float64(time.Second)).Round(time.Second))
	for _, d := range f.Domains {
		if d.Name != "" {
			fmt.Fprintf(w, "%10d  at %s\n", d.Users, d.Name)
		}
	}
	printReasons(w, f.Reasons)
}

// Print writes what was done for people.
func (r Result) Print(w io.Writer) {
	fmt.Fprintf(w, "%d users were asked\n", r.Sent)
	printReasons(w, r.Reasons)
}

func printReasons(w io.Writer, reasons map[Reason]int) {
	if len(reasons) == 0 {
		return
	}
	fmt.Fprintln(w, "not asked, because the user")
	for _, r := range slices.SortedFunc(maps.Keys(reasons), func(a, b Reason) int {
		return cmp.Or(cmp.Compare(reasons[b], reasons[a]), cmp.Compare(a, b))
	}) {
		fmt.Fprintf(w, "%10d  %s\n", reasons[r], r)
	}
}

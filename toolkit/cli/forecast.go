package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"wherry/internal/console"
	"wherry/internal/exit"
	"wherry/toolkit/internal/forecast"
)

// forecastCommand tells when users will be across by the slow road. It writes
// nothing but the files that it is asked for.
type forecastCommand struct {
	crossingFlags
	Daily    float64 `placeholder:"P" help:"The probability that a user signs in on a day, such as 0.2: the guide's simple formula."`
	SignIns  string  `name:"sign-ins" placeholder:"FILE" help:"A CSV of sign-ins: user and instant, one a line."`
	Events   int     `placeholder:"N" help:"Ask Cognito's threat protection when so many users, chosen at random, last signed in."`
	Modified bool    `help:"Take when users of the workspace were last changed in the pool for when they last came: a careful guess."`
	Actual   bool    `help:"Ask the target who has come by the slow road so far, compare, and tell when to send the rest."`

	Rate  float64 `default:"5" placeholder:"N" help:"At most so many requests a second with --events."`
	Users int     `placeholder:"N" help:"How many users there are, those included who are not in the file. Default: as many as the workspace has."`
	Days  int     `placeholder:"D" help:"Tell the share after so many days."`
	Share float64 `default:"90" placeholder:"S" help:"Tell the day on which so many percent are across."`
	Worth float64 `default:"1" placeholder:"W" help:"Stop waiting when a week brings fewer percent of the users than this."`
	SVG   string  `placeholder:"FILE" help:"Draw the chart into this file."`
	HTML  string  `placeholder:"FILE" help:"Write the forecast as a page into this file."`
}

// Help is the end of --help.
func (*forecastCommand) Help() string {
	return `What was observed is fitted with the beta-geometric model, which knows users who come daily and users who come once a year. The
range beside a share is where nine of ten such observations would put it.

--events needs IAM credentials with cognito-idp:AdminListUserAuthEvents, and a pool with threat protection. --actual needs an
API key with POST on /api/user/search. Nothing is written but the files that are asked for.`
}

// forecastAnswer is what --json prints.
type forecastAnswer struct {
	*forecast.Report
	After *forecast.Point `json:"after,omitempty"` // --days
}

// Run prints the forecast and writes the files.
func (c *forecastCommand) Run(ctx context.Context, out *console.Console, p Process) error {
	if err := c.check(); err != nil {
		return exit.With(exit.Usage, err, "wherry forecast --daily 0.2, --sign-ins FILE --users N, --events N, --modified or --actual")
	}
	answer, err := c.foretell(ctx, out, p)
	if err != nil {
		return err
	}
	if err := errors.Join(writeReport(c.SVG, answer.WriteSVG), writeReport(c.HTML, answer.WriteHTML)); err != nil {
		return err
	}
	return out.Emit(answer, func(w io.Writer) { answer.print(w, out) })
}

func (c *forecastCommand) check() error {
	var errs []error
	bases := 0
	for _, given := range []bool{c.Daily != 0, c.SignIns != "", c.Events != 0, c.Modified} {
		if given {
			bases++
		}
	}
	if bases > 1 || bases == 0 && !c.Actual {
		errs = append(errs, errors.New("give one of --daily, --sign-ins, --events and --modified, or --actual"))
	}
	if c.Daily < 0 || c.Daily > 1 {
		errs = append(errs, errors.New("--daily is a probability, from 0 to 1"))
	}
	if c.Share <= 0 || c.Share >= 100 {
		errs = append(errs, errors.New("--share is in percent, between 0 and 100"))
	}
	if c.Worth <= 0 || c.Worth >= 100 {
		errs = append(errs, errors.New("--worth is in percent, between 0 and 100"))
	}
	if c.Days < 0 || c.Users < 0 || c.Events < 0 {
		errs = append(errs, errors.New("--days, --users and --events are not negative"))
	}
	if c.Rate <= 0 {
		errs = append(errs, errors.New("--rate must be more than 0"))
	}
	return errors.Join(errs...)
}

func (c *forecastCommand) foretell(ctx context.Context, out *console.Console, p Process) (answer forecastAnswer, err error) {
	var x *crossing
	if c.Events > 0 || c.Modified || c.Actual {
		if x, err = c.open(ctx, p, true); err != nil {
			return answer, err
		}
		defer func() { err = errors.Join(err, x.workspace.Close()) }()
	}
	from, err := c.basis(ctx, out, p, x)
	if err != nil {
		return answer, err
	}
	var so arrived
	if c.Actual {
		if so, err = c.arrivals(ctx, x); err != nil {
			return answer, err
		}
		if from.curve == nil {
			from = so.basis
		}
		from.day0 = so.day0
	}
	answer.Report = forecast.NewReport(from.curve, from.others, from.day0, c.Share/100, c.Worth/100)
	answer.Basis, answer.Users = from.text, from.users
	if c.Actual {
		answer.Against(so.arrivals, from.curve, so.curve, from.others)
	}
	if c.Days > 0 {
		after := forecast.At(from.curve, from.others, c.Days)
		answer.After = &after
	}
	return answer, nil
}

// writeReport writes a file whole or not at all; without a name it does
// nothing.
func writeReport(name string, write func(io.Writer) error) error {
	if err := writeWhole(name, write); err != nil || name == "" {
		return err
	}
	return os.Chmod(name, 0o644) //nolint:gosec // a chart of shares, to be shown around
}

func (a forecastAnswer) print(w io.Writer, out *console.Console) {
	fmt.Fprintf(w, "%s\n\n", a.Basis)
	for i, p := range a.Days {
		if i%(len(a.Days)/20+1) != 0 && i != len(a.Days)-1 {
			continue
		}
		bar := strings.Repeat("█", int(p.Share*40+0.5))
		fmt.Fprintf(w, "day %4d  %s  %s%s\n", p.Day, shareText(p), out.Style("34", bar), strings.Repeat("·", 40-len([]rune(bar))))
	}
	fmt.Fprintln(w)
	if t := a.Today; t != nil {
		fmt.Fprintf(w, "on day %d %d users are across, %s; foretold were %s\n", t.Day, t.Users, strings.TrimSpace(shareText(t.Point)), strings.TrimSpace(shareText(t.Foretold)))
	}
	if a.After != nil {
		fmt.Fprintf(w, "after %d days %s are across\n", a.After.Day, strings.TrimSpace(shareText(*a.After)))
	}
	for _, r := range a.Reach {
		if r.Day == 0 {
			fmt.Fprintf(w, "%4.4g %%  not to be expected\n", 100*r.Share)
			continue
		}
		fmt.Fprintf(w, "%4.4g %%  after %4d days, on %s\n", 100*r.Share, r.Day, a.Date(r.Day).Format(time.DateOnly))
	}
	fmt.Fprintln(w)
	if a.Today != nil {
		fmt.Fprint(w, "By what has come so far: ")
	}
	if !a.Waiting() {
		fmt.Fprintf(w, "No week brings %g %% of the users any more: send the rest by the bulk road.\n", 100*a.Worth)
		return
	}
	fmt.Fprintf(w, "From day %d, %s, a week brings fewer than %g %% of the users: send the rest by the bulk road then.\n",
		a.Stop, a.Date(a.Stop).Format(time.DateOnly), 100*a.Worth)
}

// shareText is a share with its range, where there is one to see.
func shareText(p forecast.Point) string {
	if p.High-p.Low < 0.005 {
		return fmt.Sprintf("%5.1f %%", 100*p.Share)
	}
	return fmt.Sprintf("%5.1f %% (%.0f–%.0f)", 100*p.Share, 100*p.Low, 100*p.High)
}

package cli

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
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
	Daily   float64 `placeholder:"P" help:"The probability that a user signs in on a day, such as 0.2: the guide's simple formula."`
	SignIns string  `name:"sign-ins" placeholder:"FILE" help:"A CSV of sign-ins: user and instant, one a line."`
	Users   int     `placeholder:"N" help:"How many users there are, those included who are not in the file."`
	Days    int     `placeholder:"D" help:"Tell the share after so many days."`
	Share   float64 `default:"90" placeholder:"S" help:"Tell the day on which so many percent are across."`
	Worth   float64 `default:"1" placeholder:"W" help:"Stop waiting when a week brings fewer percent of the users than this."`
	SVG     string  `placeholder:"FILE" help:"Draw the chart into this file."`
	HTML    string  `placeholder:"FILE" help:"Write the forecast as a page into this file."`
}

// Help is the end of --help.
func (*forecastCommand) Help() string {
	return "What was observed is fitted with the beta-geometric model, which knows users who come daily and users who come once a year. " +
		"The range beside a share is where nine of ten such observations would put it."
}

// forecastAnswer is what --json prints.
type forecastAnswer struct {
	*forecast.Report
	After *forecast.Point `json:"after,omitempty"` // --days
}

// Run prints the forecast and writes the files.
func (c *forecastCommand) Run(out *console.Console) error {
	if err := c.check(); err != nil {
		return exit.With(exit.Usage, err, "wherry forecast --daily 0.2, or wherry forecast --sign-ins FILE --users N")
	}
	answer, err := c.foretell()
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
	if (c.Daily == 0) == (c.SignIns == "") {
		errs = append(errs, errors.New("give one of --daily and --sign-ins"))
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
	if c.Days < 0 || c.Users < 0 {
		errs = append(errs, errors.New("--days and --users are not negative"))
	}
	return errors.Join(errs...)
}

func (c *forecastCommand) foretell() (forecastAnswer, error) {
	curve, others, report, err := c.curve()
	if err != nil {
		return forecastAnswer{}, err
	}
	made := forecast.NewReport(curve, others, report.From, c.Share/100, c.Worth/100)
	made.Basis, made.Users = report.Basis, report.Users
	answer := forecastAnswer{Report: made}
	if c.Days > 0 {
		after := forecast.At(curve, others, c.Days)
		answer.After = &after
	}
	return answer, nil
}

// curve is what the flags say, with the report's head.
func (c *forecastCommand) curve() (forecast.Curve, []forecast.Curve, forecast.Report, error) {
	if c.SignIns == "" {
		head := forecast.Report{Basis: fmt.Sprintf("Each user signs in with the probability %v on any day.", c.Daily), Users: c.Users, From: time.Now()}
		return forecast.Constant{P: c.Daily}, nil, head, nil
	}
	signIns, err := readSignIns(c.SignIns)
	if err != nil {
		return nil, nil, forecast.Report{}, err
	}
	observed := signIns.Observed(c.Users)
	curve, ok := observed.Fit()
	if !ok {
		return nil, nil, forecast.Report{}, exit.With(exit.Failed, errors.New("the file tells too little: it wants sign-ins of several days"),
			"export a month or more, or use --daily")
	}
	head := forecast.Report{
		Basis: fmt.Sprintf("Fitted to the last sign-ins of %d users in %d days.", signIns.Users(), int(signIns.Until.Sub(signIns.Since).Hours()/24)+1),
		Users: max(c.Users, signIns.Users()), From: signIns.Until,
	}
	if c.Users == 0 {
		head.Basis += " Users who are not in the file are not counted; --users counts them."
	}
	return curve, observed.Again(40, rand.New(rand.NewPCG(1, 1))), head, nil //nolint:gosec // the same file gives the same forecast
}

func readSignIns(name string) (*forecast.SignIns, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, exit.With(exit.Usage, err, "give --sign-ins a CSV file")
	}
	defer file.Close()
	s, err := forecast.ReadSignIns(file)
	if err != nil {
		return nil, exit.With(exit.Usage, fmt.Errorf("%s:\n%w", name, err), "mend the lines, or leave them out")
	}
	return s, nil
}

// writeReport writes a file whole or not at all; without a name it does
// nothing.
func writeReport(name string, write func(io.Writer) error) error {
	if name == "" {
		return nil
	}
	var text strings.Builder
	if err := write(&text); err != nil {
		return err
	}
	if err := os.WriteFile(name, []byte(text.String()), 0o644); err != nil { //nolint:gosec // a chart of shares, to be shown around
		return exit.With(exit.Failed, err, "")
	}
	return nil
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
	if a.Stop == 0 {
		fmt.Fprintf(w, "No week brings %g %% of the users: send them by the bulk road.\n", 100*a.Worth)
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

package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"wherry/internal/console"
	"wherry/internal/exit"
	"wherry/toolkit/campaign"
	"wherry/toolkit/internal/progress"
	"wherry/toolkit/internal/workspace"
)

// resetCommand asks users to choose a password.
type resetCommand struct {
	crossingFlags
	DryRun  bool   `xor:"what" help:"Tell who would be asked, and write nothing."`
	Preview string `xor:"what" placeholder:"ADDRESS" help:"Send one mail to the account of your own with this address, and write nothing down."`

	Rate       float64           `default:"2" placeholder:"N" help:"At most so many mails a second."`
	Jitter     float64           `default:"20" placeholder:"PERCENT" help:"By how much the time between two mails varies."`
	PerDomain  float64           `placeholder:"N" help:"At most so many mails an hour to the addresses of any one domain."`
	Domain     map[string]string `placeholder:"DOMAIN=N" help:"At most so many mails an hour to this domain, 0 for no limit. May be repeated."`
	QuietHours string            `placeholder:"FROM-TO" help:"Send nothing in these hours, such as 22:00-07:00."`
	TimeZone   string            `placeholder:"ZONE" help:"The time zone of --quiet-hours, such as Europe/Berlin. Default: this machine's."`
	Suppress   string            `placeholder:"FILE" help:"Who is not asked: an address, @domain or id of a user on each line."`
	AtMost     int               `placeholder:"N" help:"Ask so many users and stop; run it again for more."`

	Application string `placeholder:"ID" help:"Use the mail template of this application, not of the tenant."`

	ChangeRequired bool   `help:"Send no mail: make users choose a password at their next sign-in."`
	InDoubt        string `enum:"leave,send" default:"leave" help:"What to do with users of whom nobody knows whether they got a mail, as a run was killed while it went out: leave them, or send (some get a second one)."`
}

// Help is the end of --help.
func (*resetCommand) Help() string {
	return `Asked are users whom wherry import has carried, and who have neither signed in nor chosen a password since. Nobody is asked
twice. The API key needs POST on /api/user/forgot-password and on /api/user/search, and GET on /api/user/change-password and
/api/tenant; PATCH on /api/user with --change-required.

The command may be interrupted, or killed, at any time: run it again to go on.

Exit codes: 0 done, 3 some users could not be asked, 5 there was nobody to ask, 130 interrupted.`
}

// Validate is called before anything is tried.
func (c *resetCommand) Validate() error {
	var errs []error
	if c.Rate <= 0 {
		errs = append(errs, errors.New("--rate must be more than 0"))
	}
	if c.Jitter < 0 || c.Jitter > 100 {
		errs = append(errs, errors.New("--jitter is in percent, from 0 to 100"))
	}
	if c.AtMost < 0 || c.PerDomain < 0 {
		errs = append(errs, errors.New("--at-most and --per-domain are not negative"))
	}
	if c.TimeZone != "" && c.QuietHours == "" {
		errs = append(errs, errors.New("--time-zone is about --quiet-hours"))
	}
	if c.ChangeRequired && (c.Preview != "" || c.InDoubt == "send") {
		errs = append(errs, errors.New("--change-required sends no mails: leave --preview and --in-doubt out"))
	}
	_, quietErr := c.quiet()
	_, domainErr := c.domains()
	return errors.Join(append(errs, quietErr, domainErr)...)
}

func (c *resetCommand) quiet() (*campaign.Quiet, error) {
	if c.QuietHours == "" {
		return nil, nil
	}
	zone := time.Local
	if c.TimeZone != "" {
		var err error
		if zone, err = time.LoadLocation(c.TimeZone); err != nil {
			return nil, fmt.Errorf("--time-zone: %w", err)
		}
	}
	q, err := campaign.ParseQuiet(c.QuietHours, zone)
	if err != nil {
		return nil, fmt.Errorf("--quiet-hours: %w", err)
	}
	return q, nil
}

func (c *resetCommand) domains() (campaign.Domains, error) {
	d := campaign.Domains{Each: c.PerDomain, By: map[string]float64{}}
	var errs []error
	for name, text := range c.Domain {
		n, err := strconv.ParseFloat(text, 64)
		if err != nil || n < 0 {
			errs = append(errs, fmt.Errorf("--domain %s: %q is no number of mails an hour", name, text))
		}
		d.By[strings.ToLower(strings.TrimPrefix(name, "@"))] = n
	}
	return d, errors.Join(errs...)
}

func (c *resetCommand) suppressed() (*campaign.Suppression, error) {
	if c.Suppress == "" {
		return nil, nil
	}
	file, err := os.Open(c.Suppress)
	if err != nil {
		return nil, exit.With(exit.Usage, err, "name the list with --suppress")
	}
	defer file.Close()
	s, err := campaign.ReadSuppression(file)
	if err != nil {
		return nil, exit.With(exit.Usage, fmt.Errorf("%s:\n%w", c.Suppress, err), "mend the lines: nobody was asked")
	}
	return s, nil
}

// Run asks, or tells who would be asked.
func (c *resetCommand) Run(ctx context.Context, out *console.Console, p Process) (err error) {
	suppressed, err := c.suppressed()
	if err != nil {
		return err
	}
	x, err := c.open(ctx, p, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, x.workspace.Close()) }()
	settings, err := c.settings(ctx, out, x)
	if err != nil {
		return err
	}
	settings.Suppressed = suppressed
	switch {
	case c.Preview != "":
		return c.preview(ctx, out, settings)
	case c.DryRun:
		return c.dryRun(ctx, out, settings)
	}
	return x.run(ctx, workspace.Resets, func(r *workspace.Run) error {
		settings.Run = r
		return c.ask(ctx, out, p, settings)
	})
}

func (c *resetCommand) settings(ctx context.Context, out *console.Console, x *crossing) (campaign.Config, error) {
	target, err := x.target(ctx)
	if err != nil {
		return campaign.Config{}, err
	}
	quiet, _ := c.quiet() // Validate has told
	domains, _ := c.domains()
	return campaign.Config{
		Part: x.part, Client: target, Key: x.settings.Target.APIKey, Application: c.Application,
		Rate: c.Rate, Jitter: c.Jitter / 100, Domains: domains, Quiet: quiet, AtMost: c.AtMost,
		Required: c.ChangeRequired, InDoubt: c.InDoubt == "send", Note: out.Note,
	}, nil
}

func (c *resetCommand) preview(ctx context.Context, out *console.Console, settings campaign.Config) error {
	if err := campaign.Preview(ctx, settings, c.Preview); err != nil {
		return err
	}
	out.Note("one mail was sent; nothing was written down")
	return nil
}

func (c *resetCommand) dryRun(ctx context.Context, out *console.Console, settings campaign.Config) error {
	f, err := campaign.DryRun(ctx, settings)
	if err != nil {
		return err
	}
	return out.Emit(f, f.Print)
}

func (c *resetCommand) ask(ctx context.Context, out *console.Console, p Process, settings campaign.Config) error {
	display := progress.New(out, p.ErrTerminal)
	settings.Progress = display
	result, err := campaign.Run(ctx, settings)
	display.Close()
	switch {
	case err != nil && ctx.Err() != nil:
		err = exit.With(exit.Interrupted, err, "run the same command again to go on: nobody is asked twice")
	case err != nil && exit.Hint(err) == "":
		err = exit.With(exit.Failed, err, "run the same command again to go on: nobody is asked twice")
	}
	if err := errors.Join(err, out.Emit(result, result.Print)); err != nil {
		return err
	}
	return unreached(result)
}

// unreached is the exit code of a campaign that came to its end.
func unreached(r campaign.Result) error {
	if r.Stopped {
		return nil // there is more to come
	}
	n := 0
	for reason, users := range r.Reasons {
		if reason.Unreached() {
			n += users
		}
	}
	switch {
	case n > 0:
		return exit.With(exit.Refused, fmt.Errorf("%d users could not be asked", n), "tell them in another way how to choose a password")
	case r.Sent == 0:
		return exit.With(exit.Nothing, errors.New("there was nobody to ask"), "wherry reset --dry-run tells why")
	}
	return nil
}

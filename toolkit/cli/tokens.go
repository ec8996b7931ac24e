package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"wherry/internal/console"
	"wherry/internal/exit"
	"wherry/toolkit/internal/fusionauth"
	"wherry/toolkit/internal/record"
	"wherry/toolkit/internal/tokens"
)

// tokensCommand imports refresh tokens.
type tokensCommand struct {
	endFlags
	In      string `required:"" placeholder:"FILE" help:"The tokens, as CSV with a header or as JSON lines; - is standard input."`
	Tenant  string `placeholder:"ID" help:"The id of the tenant. Default: that of the pool, from wherry.applied.json."`
	Journal string `default:"wherry-tokens.journal" placeholder:"FILE" help:"Where to remember what is across: digests, not tokens."`
	Batch   int    `default:"1000" placeholder:"N" help:"Tokens a request."`
	DryRun  bool   `help:"Check every token, and write nothing."`
}

// Help is the end of --help.
func (*tokensCommand) Help() string {
	return `The columns, or members, are userId or sub; applicationId, or clientId of an app client that wherry apply has carried; token
or refreshToken; startInstant or issuedAt, in milliseconds or as 2026-11-22T17:45:00Z; and device, which may be absent. Users must be
in the target and registered for the application. The command may be interrupted and run again: it goes on where it was.

Exit codes: 0 done, 3 some tokens were refused, 5 nothing to do.`
}

// Validate is called before anything is tried.
func (c *tokensCommand) Validate() error {
	if c.Batch < 1 {
		return errors.New("--batch must be 1 at least")
	}
	return nil
}

// Run imports the tokens of one file.
func (c *tokensCommand) Run(ctx context.Context, out *console.Console, p Process) (err error) {
	settings, api, err := c.load(p)
	if err != nil {
		return err
	}
	made, err := record.Load(settings.Dir)
	if err != nil {
		return err
	}
	tenant, clients, err := c.places(made[settings.Target.URL])
	if err != nil {
		return err
	}
	file, closing, err := c.open(p)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closing()) }()
	open := tokens.OpenJournal
	if c.DryRun {
		open = tokens.ReadJournal
	}
	journal, err := open(c.Journal)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, journal.Close()) }()
	longest, err := longestToken(ctx, api)
	if err != nil {
		return err
	}
	importer := tokens.Importer{Target: api.In(tenant), Journal: journal, Clients: clients, Longest: longest, Batch: c.Batch, DryRun: c.DryRun}
	result, err := importer.Import(ctx, file)
	return errors.Join(out.Emit(result, func(w io.Writer) { c.print(w, result) }), c.ending(err, result))
}

// places are the tenant, and the applications by their old client ids.
func (c *tokensCommand) places(made *record.Target) (tenant string, clients map[string]string, err error) {
	clients = map[string]string{}
	tenant = c.Tenant
	if made != nil {
		for _, p := range made.Pools {
			if c.Tenant == "" && tenant != "" && tenant != p.TenantID {
				return "", nil, exit.With(exit.Usage, errors.New("the pools go to several tenants"), "name the tenant of these tokens with --tenant")
			}
			if c.Tenant == "" {
				tenant = p.TenantID
			}
			for _, a := range p.Applications {
				if a.ClientID != "" {
					clients[a.ClientID] = a.ID
				}
			}
		}
	}
	return tenant, clients, nil
}

func (c *tokensCommand) open(p Process) (*tokens.File, func() error, error) {
	in, closing := p.Stdin, func() error { return nil }
	if c.In != "-" {
		f, err := os.Open(c.In)
		if err != nil {
			return nil, nil, exit.With(exit.Usage, fmt.Errorf("read the tokens: %w", err), "name the file with --in")
		}
		in, closing = f, f.Close
	}
	file, err := tokens.Open(in)
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("read the tokens: %w", err), closing())
	}
	return file, closing, nil
}

// longestToken is how long a token may be: versions before 1.33 keep 191
// characters, and Cognito's have over a thousand.
func longestToken(ctx context.Context, api *fusionauth.Client) (int, error) {
	version, err := api.Version(ctx)
	if err != nil {
		return 0, err
	}
	major, rest, _ := strings.Cut(version, ".")
	minor, _, _ := strings.Cut(rest, ".")
	if n, err := strconv.Atoi(minor); err == nil && major == "1" && n < 33 {
		return 191, nil
	}
	return 0, nil
}

func (c *tokensCommand) ending(err error, r tokens.Result) error {
	switch {
	case err != nil:
		return exit.With(exit.Code(err), err, orHint(err, "run the same command again: it goes on where it was"))
	case len(r.Refused) > 0:
		return exit.With(exit.Refused, fmt.Errorf("%d tokens were refused", len(r.Refused)), "mend what is listed and run the same command again")
	case r.Imported == 0:
		return exit.With(exit.Nothing, errors.New("nothing to do: all of these tokens are across"), "")
	}
	return nil
}

func orHint(err error, usual string) string {
	if hint := exit.Hint(err); hint != "" {
		return hint
	}
	return usual
}

// shownRefusals is how many are shown to people; --json shows all.
const shownRefusals = 20

func (c *tokensCommand) print(w io.Writer, r tokens.Result) {
	verb := "imported"
	if c.DryRun {
		verb = "would be imported"
	}
	fmt.Fprintf(w, "%8d %s\n%8d across already\n%8d refused\n", r.Imported, verb, r.Already, len(r.Refused))
	for _, refusal := range r.Refused[:min(shownRefusals, len(r.Refused))] {
		fmt.Fprintf(w, "! line %d: %s\n", refusal.Line, refusal.Reason)
	}
	if more := len(r.Refused) - shownRefusals; more > 0 {
		fmt.Fprintf(w, "! and %d more: --json shows all\n", more)
	}
}

package cli

import (
	"bufio"
	"context"
	_ "embed" // for the configuration that init writes
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"wherry/internal/console"
	"wherry/internal/exit"
	"wherry/toolkit/config"
	"wherry/toolkit/internal/cognito"
	"wherry/toolkit/internal/poolconfig"
)

// initCommand writes the first configuration.
type initCommand struct {
	Out       string `default:"wherry.yaml" placeholder:"FILE" help:"Where to write it. The JSON Schema goes beside it."`
	Force     bool   `help:"Write over a file that is there."`
	Schema    bool   `help:"Print the JSON Schema of wherry.yaml, and write nothing."`
	Region    string `placeholder:"NAME" help:"The AWS region. Default: that of the pool's id, or of the AWS configuration."`
	Endpoint  string `placeholder:"URL" help:"Where Cognito answers, for a stand-in pool. Default: AWS's own address."`
	Pool      string `placeholder:"ID" help:"The user pool. Default: the only one that the credentials show, or a question."`
	Client    string `placeholder:"ID" help:"The app client that signs users in for the connector. Default: the one that allows passwords, or a question."`
	Target    string `placeholder:"URL" help:"The FusionAuth, or Wherry's own server. Default: a question."`
	Tenant    string `placeholder:"NAME" help:"The tenant that users go to; made if it is not there. Default: the pool's name, or a question."`
	Connector string `placeholder:"URL" help:"Where FusionAuth will reach the connector. May be left for later."`
}

// Help is the end of --help.
func (*initCommand) Help() string {
	return `Asks on a terminal for what no flag says and AWS does not tell. Pools and app clients are found with the credentials that the AWS
CLI uses (cognito-idp:ListUserPools, ListUserPoolClients and DescribeUserPoolClient). Secrets are not written: the file names
environment variables.`
}

//go:embed init.yaml.tmpl
var initTemplate string

// beginning is what the template is filled with.
type beginning struct {
	Schema, Target, Tenant, Pool, PoolName, Region, Endpoint, Client, Connector string
	ClientSecret                                                                bool
}

// initAnswer is what --json prints.
type initAnswer struct {
	Files []string `json:"files"`
	Next  []string `json:"next"`
}

// Run writes the file.
func (c *initCommand) Run(ctx context.Context, out *console.Console, p Process) error {
	if c.Schema {
		_, err := out.Out.Write(config.Schema())
		return err
	}
	if _, err := os.Stat(c.Out); !errors.Is(err, fs.ErrNotExist) && !c.Force {
		return exit.With(exit.Usage, fmt.Errorf("%s is there already", c.Out), "choose another name with --out, or write over it with --force")
	}
	q := &questions{out: out, asks: p.Terminal && !out.JSON, in: bufio.NewReader(p.Stdin)}
	b, err := c.begin(ctx, q)
	if err != nil {
		return err
	}
	return c.write(out, b)
}

func (c *initCommand) begin(ctx context.Context, q *questions) (beginning, error) {
	b := beginning{Schema: "./wherry.schema.json", Endpoint: c.Endpoint, Connector: c.Connector}
	if err := c.pool(ctx, q, &b); err != nil {
		return b, err
	}
	var err error
	if b.Target, err = q.text(c.Target, "--target", "Where does FusionAuth answer", "https://auth.example.com"); err != nil {
		return b, err
	}
	usual := b.PoolName
	if usual == "" {
		usual = "Cognito import test"
	}
	b.Tenant, err = q.text(c.Tenant, "", "Which tenant do users go to", usual)
	return b, err
}

// pool finds the pool and its app client, in AWS or by asking.
func (c *initCommand) pool(ctx context.Context, q *questions, b *beginning) error {
	pools, reason := c.pools(ctx)
	var ids []choice
	for _, p := range pools {
		ids = append(ids, choice{p.ID, p.Name})
	}
	found, err := q.choose(c.Pool, "--pool", "Which user pool do users come from", "us-east-2_ud90QwSeF", ids, reason)
	if err != nil {
		return err
	}
	b.Pool, b.PoolName = found.id, found.name
	clients, reason := c.clients(ctx, b.Pool)
	client, err := q.choose(c.Client, "--client", "Which app client signs users in", "", clientChoices(clients), reason)
	if err != nil {
		return err
	}
	b.Client = client.id
	for _, k := range clients {
		b.ClientSecret = b.ClientSecret || k.ClientID == b.Client && k.ClientSecret != ""
	}
	if region, _, _ := strings.Cut(b.Pool, "_"); c.Region != region {
		b.Region = c.Region
	}
	return nil
}

// pools are those that the credentials show. Without any the reason tells why.
func (c *initCommand) pools(ctx context.Context) ([]poolconfig.Pool, error) {
	if c.Pool != "" {
		region, _, _ := strings.Cut(c.Pool, "_")
		described, err := c.read(ctx, c.Pool, region)
		return []poolconfig.Pool{{ID: c.Pool, Name: described.Pool.Name}}, err
	}
	client, err := cognito.New(ctx, cognito.Options{Region: c.Region, Endpoint: c.Endpoint, Connections: 1})
	if err != nil {
		return nil, err
	}
	return poolconfig.Pools(ctx, client)
}

func (c *initCommand) clients(ctx context.Context, pool string) ([]poolconfig.Client, error) {
	region, _, _ := strings.Cut(pool, "_")
	described, err := c.read(ctx, pool, region)
	return described.Clients, err
}

func (c *initCommand) read(ctx context.Context, pool, region string) (poolconfig.Config, error) {
	if c.Region != "" {
		region = c.Region
	}
	client, err := cognito.New(ctx, cognito.Options{PoolID: pool, Region: region, Endpoint: c.Endpoint, Connections: 1})
	if err != nil {
		return poolconfig.Config{}, err
	}
	return poolconfig.Read(ctx, client)
}

// clientChoices puts those first that may sign users in with passwords, and of
// them those that nobody signs in to on the hosted pages.
func clientChoices(clients []poolconfig.Client) []choice {
	var first, second []choice
	for _, c := range clients {
		switch {
		case !c.Allows("USER_PASSWORD_AUTH"):
		case c.Hosted():
			second = append(second, choice{c.ClientID, c.ClientName})
		default:
			first = append(first, choice{c.ClientID, c.ClientName})
		}
	}
	if len(first) > 0 {
		return first
	}
	return second
}

func (c *initCommand) write(out *console.Console, b beginning) error {
	var text strings.Builder
	if err := template.Must(template.New("").Parse(initTemplate)).Execute(&text, b); err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	schema := filepath.Join(filepath.Dir(c.Out), "wherry.schema.json")
	if err := os.WriteFile(c.Out, []byte(text.String()), 0o600); err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	if err := os.WriteFile(schema, config.Schema(), 0o644); err != nil {
		return fmt.Errorf("write the schema: %w", err)
	}
	a := initAnswer{Files: []string{c.Out, schema}, Next: []string{"export FUSIONAUTH_API_KEY=…", "export CONNECTOR_SECRET=$(openssl rand -hex 24)", "wherry plan"}}
	if b.ClientSecret {
		a.Next = append([]string{"export COGNITO_CLIENT_SECRET=…"}, a.Next...)
	}
	return out.Emit(a, func(w io.Writer) {
		for _, f := range a.Files {
			fmt.Fprintln(w, "wrote", f)
		}
		fmt.Fprintf(w, "\n%s\n\n    %s\n", out.Style("1", "Next:"), strings.Join(a.Next, "\n    "))
	})
}

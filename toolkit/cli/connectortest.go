package cli

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"golang.org/x/term"

	"wherry/internal/console"
	"wherry/internal/exit"
	"wherry/internal/secret"
	"wherry/toolkit/config"
	"wherry/toolkit/connector"
)

// connectorTest signs one user in and shows each step.
type connectorTest struct {
	Login        string `arg:"" help:"What the user types to sign in."`
	Config       string `default:"wherry.yaml" placeholder:"FILE" help:"The configuration."`
	Pool         string `placeholder:"NAME" help:"Which pool of the configuration, by name or id. Default: the only one."`
	PasswordFile string `placeholder:"FILE" help:"A file with the password, - for the standard input. Default: WHERRY_PASSWORD, or ask."`
	URL          string `name:"url" placeholder:"URL" help:"Ask a connector that is deployed there, in place of one in this process."`
	SecretFile   string `placeholder:"FILE" help:"With --url: a file with the connector's secret. Default: the configuration's."`
}

// Help is the end of --help.
func (*connectorTest) Help() string {
	return "The sign-in counts as one at Cognito; the session that it leaves behind is ended. Exit code 3: the user would be refused."
}

// trialTime bounds a trial against a deployed connector, which may start cold.
const trialTime = 30 * time.Second

// Run ends with exit code 3 if the user would be refused.
func (c *connectorTest) Run(ctx context.Context, out *console.Console, p Process) error {
	settings, err := config.Load(c.Config, p.Getenv)
	if err != nil {
		return err
	}
	password, err := c.password(out, p)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, trialTime)
	defer cancel()
	try := c.here
	if c.URL != "" {
		try = c.there
	}
	trial, err := try(ctx, settings, password)
	if err != nil {
		return err
	}
	if err := out.Emit(trial, func(w io.Writer) { printTrial(w, out, trial) }); err != nil {
		return err
	}
	if trial.Body == nil {
		return exit.With(exit.Refused, errors.New("the user would be refused"), trial.Hint)
	}
	return nil
}

func (c *connectorTest) here(ctx context.Context, settings *config.Config, password secret.String) (connector.Trial, error) {
	pool, err := choosePool(settings.Pools, c.Pool)
	if err != nil {
		return connector.Trial{}, err
	}
	door := connector.Config{Settings: settings}
	if s := settings.Connector; s.Secret == "" && s.SecretFile == "" {
		door.Secrets = closed{}
	}
	k, err := connector.New(ctx, door)
	if err != nil {
		return connector.Trial{}, err
	}
	return k.Try(ctx, pool.Name, c.Login, password)
}

// closed is a door that nobody comes through: a trial needs no secret.
type closed struct{}

func (closed) Secrets(context.Context) ([]secret.String, error) { return nil, nil }

func (c *connectorTest) there(ctx context.Context, settings *config.Config, password secret.String) (connector.Trial, error) {
	s := settings.Connector
	headerSecret := s.Secret
	if file := cmp.Or(c.SecretFile, settings.Path(s.SecretFile)); file != "" {
		content, err := os.ReadFile(file)
		if err != nil {
			return connector.Trial{}, exit.With(exit.Usage, fmt.Errorf("read the connector's secret: %w", err), "name its file with --secret-file")
		}
		headerSecret = secret.String(strings.TrimSpace(string(content)))
	}
	if headerSecret == "" {
		return connector.Trial{}, exit.With(exit.Usage, errors.New("the connector's secret is not known"), "name a file that holds it with --secret-file")
	}
	return connector.TryURL(ctx, c.URL, s.Header, headerSecret, c.Login, password)
}

// password comes from a file, the environment or the person at the terminal.
func (c *connectorTest) password(out *console.Console, p Process) (secret.String, error) {
	switch given := p.Getenv("WHERRY_PASSWORD"); {
	case c.PasswordFile == "-":
		return firstLine(p.Stdin)
	case c.PasswordFile != "":
		f, err := os.Open(c.PasswordFile)
		if err != nil {
			return "", exit.With(exit.Usage, fmt.Errorf("read the password: %w", err), "name its file with --password-file")
		}
		defer f.Close()
		return firstLine(f)
	case given != "":
		return secret.String(given), nil
	}
	terminal, ok := p.Stdin.(*os.File)
	if !ok || !term.IsTerminal(int(terminal.Fd())) {
		return "", exit.With(exit.Usage, errors.New("there is no password"), "give --password-file, or set WHERRY_PASSWORD")
	}
	fmt.Fprintf(out.Err, "password of %s: ", c.Login)
	typed, err := term.ReadPassword(int(terminal.Fd()))
	fmt.Fprintln(out.Err)
	if err != nil {
		return "", fmt.Errorf("read the password: %w", err)
	}
	return secret.String(typed), nil
}

func firstLine(r io.Reader) (secret.String, error) {
	line, err := bufio.NewReader(r).ReadString('\n')
	line = strings.TrimRight(line, "\r\n")
	if line == "" {
		return "", exit.With(exit.Usage, fmt.Errorf("the password is empty: %w", cmp.Or(err, io.EOF)), "write it on the first line")
	}
	return secret.String(line), nil
}

func printTrial(w io.Writer, out *console.Console, t connector.Trial) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, s := range t.Steps {
		fmt.Fprintf(table, "%s\t%7.1f ms\t%s\n", s.Name, s.Milliseconds, s.Said)
		if s.Sent != "" {
			fmt.Fprintf(table, "  sent\t\t%s\n", s.Sent)
		}
	}
	table.Flush()
	style := "31"
	if t.Body != nil {
		style = "32"
	}
	fmt.Fprintf(w, "\n%s", out.Style(style, t.Answer))
	if t.Outcome != "" {
		fmt.Fprintf(w, ": %s", t.Outcome)
	}
	fmt.Fprintf(w, ", in %.1f ms\n", t.Milliseconds)
	if t.Login != "" {
		fmt.Fprintf(w, "in logs the login id is %s\n", t.Login)
	}
	for _, r := range t.Remarks {
		fmt.Fprintf(w, "remark on %s: %s\n", cmp.Or(r.Target, "the user"), r.Text)
	}
	if t.Body != nil {
		var body any
		_ = json.Unmarshal(t.Body, &body) // it is JSON: Try made it, TryURL checked it
		text, _ := json.MarshalIndent(body, "", "  ")
		fmt.Fprintf(w, "%s\n", text)
	}
}

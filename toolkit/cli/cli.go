// Package cli is the command line: it finds the command, gives it a context
// and a console, and turns its error into words and an exit code.
package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kong"

	"wherry/internal/console"
	"wherry/internal/exit"
	"wherry/internal/yamlfile"
)

// Process is what a command line program gets from its surroundings.
type Process struct {
	Args           []string // without the program's name
	Getenv         func(string) string
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Terminal       bool // Stdout is a terminal
	ErrTerminal    bool // Stderr is one
}

// This is the running process.
func This() Process {
	return Process{os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr, isTerminal(os.Stdout), isTerminal(os.Stderr)}
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// Command is a command from another wing: any struct that kong can read, with
// a Run method that may ask for a context.Context and a *console.Console.
type Command struct {
	Name, Help string
	Cmd        any
}

// output is the flags that every command has.
type output struct {
	JSON    bool `name:"json" help:"Answer in JSON, one object a line; failures too."`
	Quiet   bool `short:"q" help:"Print answers and failures only."`
	NoColor bool `name:"no-color" env:"NO_COLOR" help:"Print without colour."`
}

type root struct {
	output
	Apply      applyCommand      `cmd:"" help:"Make the target ready: tenant, applications, groups, providers, connector; shows the difference first."`
	Completion completionCommand `cmd:"" help:"Print what makes a shell complete commands and flags."`
	Connector  connectorCommand  `cmd:"" help:"Sign users in at Cognito on FusionAuth's behalf."`
	Deploy     deployCommand     `cmd:"" help:"Write the files that put the connector into production."`
	Explain    explainCommand    `cmd:"" help:"Show one user: where each field comes from, and why."`
	Export     exportCommand     `cmd:"" help:"Read a user pool into the workspace; again for what has changed."`
	Forecast   forecastCommand   `cmd:"" help:"When will users be across by the slow road?"`
	Import     importCommand     `cmd:"" help:"Carry users from the workspace into the target."`
	Init       initCommand       `cmd:"" help:"Write a commented wherry.yaml: the first step of a crossing."`
	Links      linksCommand      `cmd:"" help:"Link users who are across with the identity providers that they sign in with."`
	Manual     manualCommand     `cmd:"" hidden:"" help:"Write man pages, completions and the reference of all commands."`
	Plan       planCommand       `cmd:"" help:"Check everything and write nothing: what stands in the way, and how long each step takes."`
	Purge      purgeCommand      `cmd:"" help:"Erase personal data from the workspace, with a receipt."`
	Reset      resetCommand      `cmd:"" help:"Ask users who came by the bulk road to choose a password."`
	Status     statusCommand     `cmd:"" help:"Show where the crossing stands."`
	Teardown   teardownCommand   `cmd:"" help:"Take away what apply made: the connector at the end of the slow road, or a whole test tenant."`
	Tokens     tokensCommand     `cmd:"" help:"Import refresh tokens that the applications have collected."`
	Transform  transformCommand  `cmd:"" help:"Write import files, to be sent by hand."`
	Undo       undoCommand       `cmd:"" help:"Take back what a run wrote to the target."`
	Verify     verifyCommand     `cmd:"" help:"Compare every user on both sides, and tell who needs a look."`
	Version    versionCommand    `cmd:"" help:"Print which build this is."`
}

const description = `Carries an organisation's users off Amazon Cognito into FusionAuth.

Exit codes: 0 done, 1 failed, 2 usage or configuration, 3 some users were refused,
4 differences found, 5 nothing to do, 130 interrupted.`

// Main runs the program and returns its exit code.
func Main(ctx context.Context, p Process, more ...Command) int {
	var flags root
	out := &console.Console{Out: p.Stdout, Err: p.Stderr}
	options := []kong.Option{
		kong.Name("wherry"),
		kong.Description(description),
		kong.UsageOnError(),
		kong.Writers(p.Stdout, p.Stderr),
		kong.Exit(func(code int) { panic(ended(code)) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(out, p),
	}
	for _, c := range more {
		options = append(options, kong.DynamicCommand(c.Name, c.Help, "", c.Cmd))
	}
	code, err := run(p, &flags, out, options)
	if err != nil {
		report(out, err)
		return exit.Code(err)
	}
	return code
}

// ended is how kong leaves after --help.
type ended int

func run(p Process, flags *root, out *console.Console, options []kong.Option) (code int, err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case ended:
			code = int(r)
		default:
			panic(r)
		}
	}()
	parser, err := kong.New(flags, options...)
	if err != nil {
		return exit.Failed, fmt.Errorf("build the command line: %w", err)
	}
	command, err := parser.Parse(p.Args)
	out.JSON, out.Quiet = flags.JSON, flags.Quiet
	out.Color = p.Terminal && !flags.NoColor && !flags.JSON
	if err != nil {
		return exit.Usage, exit.With(exit.Usage, err, "wherry --help lists the commands, wherry COMMAND --help its flags")
	}
	if err := command.Run(); err != nil {
		return exit.Code(err), err
	}
	return exit.Done, nil
}

// failure is how an error looks under --json.
type failure struct {
	Error    string            `json:"error"`
	Hint     string            `json:"hint,omitempty"`
	ExitCode int               `json:"exitCode"`
	Problems yamlfile.Problems `json:"problems,omitempty"`
}

func report(out *console.Console, err error) {
	f := failure{Error: err.Error(), Hint: exit.Hint(err), ExitCode: exit.Code(err)}
	errors.As(err, &f.Problems)
	if out.JSON {
		_ = json.NewEncoder(out.Out).Encode(f)
		return
	}
	if f.ExitCode == exit.Interrupted {
		out.Note("wherry: interrupted")
		if f.Hint != "" {
			out.Note("wherry: hint: %s", f.Hint)
		}
		return
	}
	fmt.Fprintf(out.Err, "wherry: %s\n", f.Error)
	if f.Hint != "" {
		fmt.Fprintf(out.Err, "wherry: hint: %s\n", f.Hint)
	}
}

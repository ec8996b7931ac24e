package pool

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"

	"wherry/internal/console"
	"wherry/internal/exit"
	"wherry/internal/secret"
	"wherry/internal/serve"
	"wherry/pool/internal/fault"
	"wherry/pool/internal/seed"
)

// Command is `wherry pool`.
type Command struct {
	Listen  string `default:"127.0.0.1:9229" placeholder:"HOST:PORT" help:"Where to answer as Cognito does."`
	Control string `placeholder:"HOST:PORT" help:"Where tests may watch and disturb the pool (default: nowhere)."`

	File  string `type:"existingfile" placeholder:"SEED" help:"A seed file, or what 'aws cognito-idp list-users' printed."`
	Users int    `placeholder:"N" help:"Also a pool of N users, computed from their number."`
	Seed  uint64 `default:"1" placeholder:"S" help:"Which computed users, and which run of luck for faults."`

	Faults     string `placeholder:"LIST" help:"What to disturb, such as throttle,outage=10s; see above."`
	FaultsFile string `type:"existingfile" placeholder:"FILE" help:"The same as a file of settings; docs/pool.md lists them."`

	Schema bool `help:"Print the JSON Schema of seed files, and nothing else."`

	Issuer string `placeholder:"URL" help:"What tokens name as issuer, before the pool's id (default: Cognito's own address)."`

	AccessKeyID     string        `name:"access-key-id" placeholder:"ID" help:"Check signatures against this key (default: accept any)."`
	SecretAccessKey secret.String `name:"secret-access-key" env:"WHERRY_POOL_SECRET_ACCESS_KEY" placeholder:"KEY" help:"The secret of that key."`
}

// Help lists the faults.
func (Command) Help() string { return "Faults: " + fault.FlagHelp + "." }

// Run serves a stand-in pool in the foreground.
func (c *Command) Run(ctx context.Context, out *console.Console) error {
	if c.Schema {
		_, err := out.Out.Write(seed.Schema)
		return err
	}
	config, err := c.config(out)
	if err != nil {
		return exit.With(exit.Usage, err, "wherry pool --help explains the flags, docs/pool.md the rest")
	}
	p, err := New(config)
	if err != nil {
		return exit.With(exit.Usage, err, "docs/pool.md shows how to describe a pool")
	}
	ln, err := serve.Listen(ctx, "--listen", c.Listen)
	if err != nil {
		return err
	}
	var control net.Listener
	if c.Control != "" {
		if control, err = serve.Listen(ctx, "--control", c.Control); err != nil {
			return err
		}
	}
	if err := announce(out, config.Directories, ln, control); err != nil {
		return err
	}
	return p.Run(ctx, ln, control)
}

func (c *Command) config(out *console.Console) (Config, error) {
	config := Config{Issuer: c.Issuer, Log: slog.New(slog.NewTextHandler(out.Err, nil))}
	if c.AccessKeyID != "" {
		config.Credentials = []Credential{{AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey.Reveal()}}
	}
	var unread, disturbed error
	config.Directories, unread = c.directories()
	config.Faults, disturbed = c.faults()
	return config, errors.Join(unread, disturbed, c.complete())
}

// faults is what to disturb at the beginning.
func (c *Command) faults() (Faults, error) {
	f, err := fault.Parse(c.Faults)
	if c.FaultsFile != "" {
		data, unread := os.ReadFile(c.FaultsFile)
		if unread != nil {
			return f, fmt.Errorf("read the faults: %w", unread)
		}
		f, err = fault.Read(c.FaultsFile, data)
	}
	if f.Seed == 0 {
		f.Seed = c.Seed
	}
	return f, err
}

// complete finds flags that go together and were not given together.
func (c *Command) complete() error {
	switch {
	case c.Users < 0:
		return errors.New("--users counts users: give a number above zero")
	case c.Faults != "" && c.FaultsFile != "":
		return errors.New("--faults and --faults-file say the same thing in two ways: give one of them")
	case (c.AccessKeyID == "") != (c.SecretAccessKey == ""):
		return errors.New("--access-key-id and --secret-access-key belong together: give both, or neither to accept any signature")
	default:
		return nil
	}
}

// directories is the pools to serve: of the file, and the computed one. Without
// either it is the sample.
func (c *Command) directories() ([]Directory, error) {
	var all []Directory
	if c.File != "" {
		data, err := os.ReadFile(c.File)
		if err != nil {
			return nil, fmt.Errorf("read the seed: %w", err)
		}
		if all, err = ReadSeed(c.File, data, os.Getenv); err != nil {
			return nil, err
		}
	}
	if c.Users > 0 {
		all = append(all, Generate(c.Users, c.Seed).Directory())
	}
	if len(all) == 0 {
		all = []Directory{Sample()}
	}
	return all, nil
}

// started is what the command says once it answers.
type started struct {
	Listen  string   `json:"listen"`
	Control string   `json:"control,omitempty"`
	Pools   []served `json:"pools"`
}

type served struct {
	ID      string   `json:"id"`
	Clients []string `json:"clients"`
}

func announce(out *console.Console, directories []Directory, ln, control net.Listener) error {
	s := started{Listen: "http://" + ln.Addr().String()}
	if control != nil {
		s.Control = "http://" + control.Addr().String()
	}
	for _, d := range directories {
		one := served{ID: d.Pool.ID}
		for _, client := range d.Clients {
			one.Clients = append(one.Clients, client.ClientID)
		}
		s.Pools = append(s.Pools, one)
	}
	return out.Emit(s, s.print)
}

func (s started) print(w io.Writer) {
	fmt.Fprintf(w, "stand-in pool at %s\n", s.Listen)
	if s.Control != "" {
		fmt.Fprintf(w, "control at %s\n", s.Control)
	}
	for _, p := range s.Pools {
		fmt.Fprintf(w, "pool %s, clients %s\n", p.ID, strings.Join(p.Clients, " "))
	}
}

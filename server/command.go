package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"wherry/internal/console"
	"wherry/internal/exit"
	"wherry/internal/serve"
	"wherry/internal/yamlfile"
)

// Command is `wherry server`. A flag wins over the environment, the
// environment over the file, the file over the default.
type Command struct {
	Config                 string `placeholder:"FILE" type:"path" env:"WHERRY_SERVER_CONFIG" help:"Settings as YAML, under the names of these flags."`
	Listen                 string `placeholder:"ADDR" env:"WHERRY_SERVER_LISTEN" help:"Where to listen: host:port. Default: 127.0.0.1:9011."`
	Data                   string `placeholder:"DIR" type:"path" env:"WHERRY_SERVER_DATA" help:"Folder of the SQLite database. Default: ./wherry-data."`
	Database               string `placeholder:"URL" env:"WHERRY_SERVER_DATABASE" help:"postgres:// URL, instead of SQLite."`
	Kickstart              string `placeholder:"FILE" type:"path" env:"WHERRY_SERVER_KICKSTART" help:"Kickstart file that sets a fresh instance up."`
	AllowPrivateConnectors bool   `env:"WHERRY_SERVER_ALLOW_PRIVATE_CONNECTORS" help:"Let connectors call loopback and private addresses."`
	LogLevel               string `placeholder:"LEVEL" env:"WHERRY_SERVER_LOG_LEVEL" help:"debug, info, warn or error. Default: info."`
}

// settings is the file; its names are the flags'.
type settings struct {
	Listen                 string `yaml:"listen"`
	Data                   string `yaml:"data"`
	Database               string `yaml:"database"`
	Kickstart              string `yaml:"kickstart"`
	AllowPrivateConnectors bool   `yaml:"allow-private-connectors"`
	LogLevel               string `yaml:"log-level"`
}

// Check implements yamlfile.Checker.
func (s *settings) Check(report func(path, format string, args ...any)) {
	if _, _, found := strings.Cut(s.Listen, ":"); !found {
		report("listen", "want host:port, such as 127.0.0.1:9011")
	}
	if s.Database != "" && !strings.HasPrefix(s.Database, "postgres://") && !strings.HasPrefix(s.Database, "postgresql://") {
		report("database", "want a URL that begins with postgres://; leave it out for SQLite")
	}
	if s.Kickstart != "" {
		if _, err := os.Stat(s.Kickstart); err != nil {
			report("kickstart", "there is no such file")
		}
	}
	if err := new(slog.Level).UnmarshalText([]byte(s.LogLevel)); err != nil {
		report("log-level", "want debug, info, warn or error")
	}
}

// Run serves until ctx ends.
func (c *Command) Run(ctx context.Context, out *console.Console) error {
	set, err := c.settings(os.Getenv)
	if err != nil {
		return exit.With(exit.Usage, err, "mend what is listed and start again; wherry server --help explains each setting")
	}
	var level slog.Level
	_ = level.UnmarshalText([]byte(set.LogLevel)) // checked above
	log := slog.New(slog.NewJSONHandler(out.Err, &slog.HandlerOptions{Level: level}))

	ln, err := serve.Listen(ctx, "--listen", set.Listen)
	if err != nil {
		return err
	}
	s, err := New(ctx, Config{
		Data: set.Data, Database: set.Database, Kickstart: set.Kickstart,
		AllowPrivateConnectors: set.AllowPrivateConnectors, Getenv: os.Getenv, Log: log,
	})
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	log.InfoContext(ctx, "listening", "address", ln.Addr().String())
	return errors.Join(serve.HTTP(ctx, ln, s.Handler(), log), s.Close())
}

// settings joins file, environment and flags, and reports every mistake.
func (c *Command) settings(getenv func(string) string) (settings, error) {
	set := settings{Listen: "127.0.0.1:9011", Data: "wherry-data", LogLevel: "info"}
	name, file := "flags and environment", []byte{}
	if c.Config != "" {
		var err error
		if file, err = os.ReadFile(c.Config); err != nil {
			return set, fmt.Errorf("read the settings: %w", err)
		}
		name = c.Config
	}
	all := &merged{settings: set, command: c}
	err := yamlfile.Read(name, file, getenv, all)
	return all.settings, err
}

// merged lays flags and environment over the file before it is checked.
type merged struct {
	settings `yaml:",inline"`
	command  *Command
}

// Check implements yamlfile.Checker.
func (m *merged) Check(report func(path, format string, args ...any)) {
	for set, given := range map[*string]string{
		&m.Listen: m.command.Listen, &m.Data: m.command.Data, &m.Database: m.command.Database,
		&m.Kickstart: m.command.Kickstart, &m.LogLevel: m.command.LogLevel,
	} {
		if given != "" {
			*set = given
		}
	}
	m.AllowPrivateConnectors = m.AllowPrivateConnectors || m.command.AllowPrivateConnectors
	m.settings.Check(report)
}

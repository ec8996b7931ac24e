package server

import (
	"context"
	"errors"
	"log/slog"
	"os"

	"wherry/internal/console"
	"wherry/internal/exit"
	"wherry/internal/serve"
)

// Place is the flags that say where everything is.
type Place struct {
	Config   string `placeholder:"FILE" type:"path" env:"WHERRY_SERVER_CONFIG" help:"Settings as YAML, under the names of these flags."`
	Data     string `placeholder:"DIR" type:"path" env:"WHERRY_SERVER_DATA" help:"Folder of the SQLite database. Default: ./wherry-data."`
	Database string `placeholder:"URL" env:"WHERRY_SERVER_DATABASE" help:"postgres:// URL, instead of SQLite."`
	KeyFile  string `placeholder:"FILE" type:"path" env:"WHERRY_SERVER_KEY_FILE" help:"Keys that encrypt the secrets in the database, unless WHERRY_SERVER_KEY holds them. Default: wherry-server.key in the data folder, made at the first start."`
}

// Command serves: it is `wherry server`. A flag wins over the environment, the
// environment over the file, the file over the default.
type Command struct {
	Place
	Listen                 string `placeholder:"ADDR" env:"WHERRY_SERVER_LISTEN" help:"Where to listen: host:port. Default: 127.0.0.1:9011."`
	Kickstart              string `placeholder:"FILE" type:"path" env:"WHERRY_SERVER_KICKSTART" help:"Kickstart file that sets a fresh instance up."`
	AllowPrivateConnectors *bool  `negatable:"" env:"WHERRY_SERVER_ALLOW_PRIVATE_CONNECTORS" help:"Let connectors call loopback and private addresses."`
	ImportLimit            int64  `placeholder:"MB" env:"WHERRY_SERVER_IMPORT_LIMIT" help:"Largest request to import users, in MB. Default: 1024."`
	LogLevel               string `placeholder:"LEVEL" env:"WHERRY_SERVER_LOG_LEVEL" help:"debug, info, warn or error. Default: info."`
}

// Run serves until ctx ends.
func (c *Command) Run(ctx context.Context, out *console.Console) error {
	set, err := c.settings(os.Getenv)
	if err != nil {
		return exit.With(exit.Usage, err, "mend what is listed and start again; wherry server serve --help explains each setting")
	}
	level, _ := set.logLevel() // checked above
	log := slog.New(slog.NewJSONHandler(out.Err, &slog.HandlerOptions{Level: level}))

	ln, err := serve.Listen(ctx, "--listen", set.Listen)
	if err != nil {
		return err
	}
	s, err := New(ctx, Config{
		Data: set.Data, Database: set.Database, Key: set.Key, KeyFile: set.KeyFile, Kickstart: set.Kickstart,
		AllowPrivateConnectors: set.AllowPrivateConnectors, ImportBytes: set.ImportLimit << 20, Getenv: os.Getenv, Log: log,
	})
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	log.InfoContext(ctx, "listening", "address", ln.Addr().String())
	return errors.Join(serve.HTTP(ctx, ln, s.Handler(), log), s.Close())
}

package lambda

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"wherry/internal/secret"
	"wherry/toolkit/config"
	"wherry/toolkit/connector"
)

// The variables that say where the settings are. Without them it is
// wherry.yaml beside the program. NAME_REF, a reference as secret_ref takes it,
// says where AWS keeps what ${NAME} stands for in the settings.
const (
	pathVariable = "WHERRY_CONFIG"
	textVariable = "WHERRY_CONFIG_YAML"
	refSuffix    = "_REF"
)

// load reads the settings, and every secret that they name.
func load(ctx context.Context, getenv func(string) string, log *slog.Logger) (connector.Config, error) {
	ask, err := newVault(ctx)
	if err != nil {
		return connector.Config{}, err
	}
	settings, err := readSettings(ctx, getenv, ask)
	if err != nil {
		return connector.Config{}, err
	}
	return connector.Config{Settings: settings, Secrets: secretsOf(settings.Connector, ask, log), Log: log}, nil
}

func readSettings(ctx context.Context, getenv func(string) string, ask vault) (*config.Config, error) {
	dir, err := programDir()
	if err != nil {
		return nil, err
	}
	env := &environment{ctx: ctx, getenv: getenv, ask: ask}
	var c *config.Config
	if text := getenv(textVariable); text != "" {
		c, err = config.Parse(filepath.Join(dir, textVariable), []byte(text), env.value)
	} else {
		path := getenv(pathVariable)
		if path == "" {
			path = filepath.Join(dir, "wherry.yaml")
		}
		c, err = config.Load(path, env.value)
	}
	if env.failed != nil {
		return nil, errors.Join(env.failed...)
	}
	return c, err
}

func programDir() (string, error) {
	program, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find the program's own folder: %w", err)
	}
	return filepath.Dir(program), nil
}

// environment gives the values of ${NAME}, some of which AWS keeps.
type environment struct {
	ctx    context.Context
	getenv func(string) string
	ask    vault
	failed []error
}

func (e *environment) value(name string) string {
	ref := e.getenv(name + refSuffix)
	if v := e.getenv(name); v != "" || ref == "" {
		return v
	}
	ctx, cancel := context.WithTimeout(e.ctx, firstRead)
	defer cancel()
	s, err := e.ask(ctx, ref)
	if err != nil {
		e.failed = append(e.failed, fmt.Errorf("%s%s: %w", name, refSuffix, err))
	}
	return strings.TrimSpace(s.Reveal())
}

// secretsOf are the header secrets of a reference, or nil for those that the
// settings hold themselves.
func secretsOf(s config.Connector, ask vault, log *slog.Logger) connector.Secrets {
	if s.SecretRef == "" {
		return nil
	}
	h := &held{
		read: func(ctx context.Context) (secret.String, error) { return ask(ctx, s.SecretRef) },
		log:  log, now: time.Now,
	}
	if s.PreviousSecret != "" {
		h.fixed = []secret.String{s.PreviousSecret}
	}
	return h
}

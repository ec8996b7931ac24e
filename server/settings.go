package server

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strconv"
	"strings"

	"wherry/internal/secret"
	"wherry/internal/yamlfile"
)

// settings is what can be set, under the names of the flags.
type settings struct {
	Listen                 string `yaml:"listen"`
	Data                   string `yaml:"data"`
	Database               string `yaml:"database"`
	KeyFile                string `yaml:"key-file"`
	Kickstart              string `yaml:"kickstart"`
	AllowPrivateConnectors bool   `yaml:"allow-private-connectors"`
	ImportLimit            int64  `yaml:"import-limit"` // in MB; 0: the default
	LogLevel               string `yaml:"log-level"`

	Key secret.String `yaml:"-"` // from the environment alone
}

func defaultSettings() settings {
	return settings{Listen: "127.0.0.1:9011", Data: "wherry-data", LogLevel: "info"}
}

// check reports each setting that cannot be right.
func (s *settings) check(report func(path, format string, args ...any)) {
	if !isAddress(s.Listen) {
		report("listen", "want host:port, such as 127.0.0.1:9011")
	}
	if s.Data == "" {
		report("data", "want the name of a folder")
	}
	if s.Database != "" && !strings.HasPrefix(s.Database, "postgres://") && !strings.HasPrefix(s.Database, "postgresql://") {
		report("database", "want a URL that begins with postgres://; leave it out for SQLite")
	}
	if s.Kickstart != "" {
		if _, err := os.Stat(s.Kickstart); err != nil {
			report("kickstart", "there is no such file")
		}
	}
	if s.ImportLimit < 0 || s.ImportLimit > maxImportMB {
		report("import-limit", "want a number of MB, 1 to %d", maxImportMB)
	}
	if _, err := s.logLevel(); err != nil {
		report("log-level", "want debug, info, warn or error")
	}
}

// maxImportMB is more than anybody sends in one request.
const maxImportMB = 1 << 20

func isAddress(text string) bool {
	_, port, err := net.SplitHostPort(text)
	if err != nil {
		return false
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return err == nil
}

func (s *settings) logLevel() (level slog.Level, err error) {
	err = level.UnmarshalText([]byte(s.LogLevel))
	return level, err
}

// settings joins file, environment and flags, and reports every mistake.
func (c *Command) settings(getenv func(string) string) (settings, error) {
	m := &merged{settings: defaultSettings(), command: c}
	m.Key = secret.String(getenv(keyVariable))
	var file []byte
	if c.Config != "" {
		var err error
		if file, err = os.ReadFile(c.Config); err != nil {
			return m.settings, fmt.Errorf("read the settings: %w", err)
		}
	}
	err := yamlfile.Read(c.Config, file, getenv, m)
	problems, ok := errors.AsType[yamlfile.Problems](err)
	if err != nil && !ok {
		return m.settings, err
	}
	if problems = append(problems, m.problems...); len(problems) > 0 {
		return m.settings, problems
	}
	return m.settings, nil
}

// merged lays flags and environment over the file before anything is checked:
// what they replace cannot be a mistake, and theirs have no line in the file.
type merged struct {
	settings `yaml:",inline"`
	command  *Command
	problems yamlfile.Problems // in flags and environment
}

// Check implements yamlfile.Checker.
func (m *merged) Check(report func(path, format string, args ...any)) {
	replaced := map[string]bool{}
	for path, over := range map[string]struct {
		set   *string
		given string
	}{
		"listen": {&m.Listen, m.command.Listen}, "data": {&m.Data, m.command.Data}, "database": {&m.Database, m.command.Database},
		"key-file":  {&m.KeyFile, m.command.KeyFile},
		"kickstart": {&m.Kickstart, m.command.Kickstart}, "log-level": {&m.LogLevel, m.command.LogLevel},
	} {
		if over.given != "" {
			*over.set, replaced[path] = over.given, true
		}
	}
	if m.command.AllowPrivateConnectors != nil {
		m.AllowPrivateConnectors = *m.command.AllowPrivateConnectors
	}
	if m.command.ImportLimit != 0 {
		m.ImportLimit, replaced["import-limit"] = m.command.ImportLimit, true
	}
	m.check(func(path, format string, args ...any) {
		if !replaced[path] {
			report(path, format, args...)
			return
		}
		place := "--" + path + ", or " + environmentName(path)
		m.problems = append(m.problems, yamlfile.Problem{File: place, Path: "", Message: fmt.Sprintf(format, args...)})
	})
}

// environmentName is the variable for a setting.
func environmentName(path string) string {
	return "WHERRY_SERVER_" + strings.ToUpper(strings.ReplaceAll(path, "-", "_"))
}

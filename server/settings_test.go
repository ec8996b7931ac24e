package server

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// parse reads a command line as the program does.
func parse(t *testing.T, args ...string) *Command {
	t.Helper()
	var c Command
	parser, err := kong.New(&c, kong.Exit(func(int) { t.Fatal("kong wants to leave") }))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(args); err != nil {
		t.Fatal(err)
	}
	return &c
}

func settingsFile(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "server.yaml")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestOrderOfSettings: a flag beats the environment, which beats the file,
// which beats the default. It sets the environment, so it is not parallel.
func TestOrderOfSettings(t *testing.T) {
	file := settingsFile(t, "listen: 127.0.0.1:1\nlog-level: ${LEVEL}\nallow-private-connectors: true\n")
	getenv := func(name string) string { return map[string]string{"LEVEL": "warn"}[name] }
	for _, tt := range []struct {
		name string
		env  map[string]string
		args []string
		want settings
	}{
		{"default", nil, nil, defaultSettings()},
		{"file", nil, []string{"--config", file}, settings{Listen: "127.0.0.1:1", Data: "wherry-data", LogLevel: "warn", AllowPrivateConnectors: true}},
		{
			"file named by the environment",
			map[string]string{"WHERRY_SERVER_CONFIG": file},
			nil,
			settings{Listen: "127.0.0.1:1", Data: "wherry-data", LogLevel: "warn", AllowPrivateConnectors: true},
		},
		{
			"environment",
			map[string]string{
				"WHERRY_SERVER_LISTEN": "127.0.0.1:2", "WHERRY_SERVER_ALLOW_PRIVATE_CONNECTORS": "false", "WHERRY_SERVER_DATABASE": "postgres://a",
			},
			[]string{"--config", file},
			settings{Listen: "127.0.0.1:2", Data: "wherry-data", Database: "postgres://a", LogLevel: "warn"},
		},
		{
			"flags",
			map[string]string{"WHERRY_SERVER_LISTEN": "127.0.0.1:2", "WHERRY_SERVER_LOG_LEVEL": "error"},
			[]string{"--config", file, "--listen", "127.0.0.1:3", "--data", "/data", "--no-allow-private-connectors", "--kickstart", file},
			settings{Listen: "127.0.0.1:3", Data: "/data", LogLevel: "error", Kickstart: file},
		},
		{"flag without a value", nil, []string{"--allow-private-connectors"}, settings{Listen: "127.0.0.1:9011", Data: "wherry-data", LogLevel: "info", AllowPrivateConnectors: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for name, value := range tt.env {
				t.Setenv(name, value)
			}
			got, err := parse(t, tt.args...).settings(getenv)
			if err != nil || got != tt.want {
				t.Errorf("%+v, %v; want %+v", got, err, tt.want)
			}
		})
	}
}

// TestMistakesInSettings: all of them come at once, each with its place.
func TestMistakesInSettings(t *testing.T) {
	t.Parallel()
	getenv := func(string) string { return "" }
	for _, tt := range []struct {
		name, file string
		args       []string
		want       []string // lines, in their order
	}{
		{
			"in the file", "listen: 9011\nlisen: x\ndatabase: mysql://x\nkickstart: /none\nlog-level: loud\ndata: ''\nallow-private-connectors: maybe", nil,
			[]string{
				"server.yaml:1: listen: want", `server.yaml:2: lisen: unknown setting; did you mean "listen"?`, "server.yaml:3: database: want a URL",
				"server.yaml:4: kickstart: there is no such file", "server.yaml:5: log-level: want debug", "server.yaml:6: data: want", "server.yaml:7: allow-private-connectors: want true or false",
			},
		},
		{"variable", "listen: ${NOT_SET}", nil, []string{"server.yaml:1: listen: the environment variable NOT_SET is not set"}},
		{"not YAML", "listen: [", nil, []string{"server.yaml:1: "}},
		{
			"in flags", "",
			[]string{"--listen", "9011", "--database", "x", "--kickstart", "/none", "--log-level", "loud"},
			[]string{
				"--listen, or WHERRY_SERVER_LISTEN: want host:port", "--database, or WHERRY_SERVER_DATABASE: want",
				"--kickstart, or WHERRY_SERVER_KICKSTART: there is", "--log-level, or WHERRY_SERVER_LOG_LEVEL: want",
			},
		},
		{
			"in both; what a flag replaces is none", "listen: 9011\nlog-level: loud",
			[]string{"--listen", "127.0.0.1:70000"},
			[]string{"server.yaml:2: log-level: want", "--listen, or WHERRY_SERVER_LISTEN: want"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			args := tt.args
			if tt.file != "" {
				args = append(args, "--config", settingsFile(t, tt.file))
			}
			_, err := parse(t, args...).settings(getenv)
			if err == nil {
				t.Fatal("no mistake was found")
			}
			lines := strings.Split(err.Error(), "\n")
			if len(lines) != len(tt.want) {
				t.Fatalf("%d mistakes, want %d:\n%v", len(lines), len(tt.want), err)
			}
			for i, want := range tt.want {
				if !strings.Contains(lines[i], want) {
					t.Errorf("line %d is %q, want %q", i, lines[i], want)
				}
			}
		})
	}
	if _, err := parse(t, "--config", "/none.yaml").settings(getenv); err == nil || !strings.Contains(err.Error(), "/none.yaml") {
		t.Errorf("no file: %v", err)
	}
}

// TestTheExampleIsRead, in the folder of the example, whose kickstart file is
// beside it.
func TestTheExampleIsRead(t *testing.T) {
	t.Chdir("../examples")
	set, err := parse(t, "--config", "server.yaml").settings(func(name string) string {
		return map[string]string{"DATABASE_URL": "postgres://db.example.com/wherry"}[name]
	})
	if err != nil || set.Kickstart != "kickstart.json" || set.ImportLimit != 512 || set.Database != "postgres://db.example.com/wherry" {
		t.Errorf("%+v, %v", set, err)
	}
}

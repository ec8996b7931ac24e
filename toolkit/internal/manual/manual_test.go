package manual_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"wherry/internal/need"
	"wherry/toolkit/internal/manual"
)

// ferry is a command line with everything that a description has to cope with.
type ferry struct {
	Quiet bool `short:"q" help:"Say little."`
	Cross struct {
		Rate  int    `default:"10" env:"FERRY_RATE" help:"Boats | hour; it's -1 for as many as there are."`
		Tide  string `enum:"high,low" default:"high" help:"When to go."`
		Inner string `hidden:"" help:"Nobody needs this."`
	} `cmd:"" help:"Cross the river."`
	Dock struct {
		Build struct {
			Wood string `arg:"" help:"Of what." enum:"oak,elm"`
		} `cmd:"" help:"Build a dock."`
	} `cmd:"" help:"Look after docks."`
	Engine struct{} `cmd:"" hidden:"" help:"For those who mend it."`
}

func described(t *testing.T) manual.Command {
	t.Helper()
	parser, err := kong.New(&ferry{}, kong.Name("ferry"), kong.Description("Carries people."))
	if err != nil {
		t.Fatal(err)
	}
	return manual.Read(parser.Model)
}

func TestMarkdown(t *testing.T) {
	t.Parallel()
	page, err := manual.Markdown(described(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"## ferry cross\n", "    ferry cross [flags]\n", "| `ferry dock` | Look after docks. |\n", "| `-q, --quiet` | Say little. |\n",
		`| ` + "`--rate=RATE`" + ` | Boats \| hour; it's -1 for as many as there are. Default: 10. Environment: FERRY_RATE. |`,
		"| `WOOD` | Of what. One of oak, elm. |\n",
	} {
		if !strings.Contains(page, line) {
			t.Errorf("%q is missing in\n%s", line, page)
		}
	}
	for _, hidden := range []string{"inner", "engine", "Engine"} {
		if strings.Contains(page, hidden) {
			t.Errorf("%q is hidden, and there", hidden)
		}
	}
}

func TestManPages(t *testing.T) {
	t.Parallel()
	pages, err := manual.Man(described(t), "ferry 1.0")
	if err != nil {
		t.Fatal(err)
	}
	for name, line := range map[string]string{
		"ferry.1": `.B ferry dock`, "ferry-cross.1": `Boats | hour; it's \-1 for`, "ferry-dock.1": "Look after docks.", "ferry-dock-build.1": ".B WOOD",
	} {
		if !strings.Contains(pages[name], line) {
			t.Errorf("%s lacks %q:\n%s", name, line, pages[name])
		}
	}
	if len(pages) != 4 {
		t.Errorf("%d pages, not 4", len(pages))
	}
}

func TestCompletion(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ typed, offered, not string }{
		{"", "cross", "engine"},
		{"do", "dock", "cross"},
		{"--q", "--quiet", "--rate"},
		{"cross --", "--rate", "--inner"},
		{"cross --tide ", "low", "dock"},
		{"cross --q", "--quiet", "--rate"},
		{"dock ", "build", "cross"},
		{"dock build e", "elm", "oak"},
	} {
		for shell, complete := range shells {
			t.Run(shell+" "+tt.typed, func(t *testing.T) {
				t.Parallel()
				program := need.Program(t, "apt-get install "+shell, shell)
				script, err := manual.Completion(described(t), shell)
				if err != nil {
					t.Fatal(err)
				}
				offered := complete(t, program, script, tt.typed)
				if !has(offered, tt.offered) || has(offered, tt.not) {
					t.Errorf("%q offers %q", tt.typed, offered)
				}
			})
		}
	}
	if _, err := manual.Completion(described(t), "csh"); err == nil {
		t.Error("there is a completion for csh")
	}
}

func has(offered, word string) bool {
	for line := range strings.Lines(offered) {
		if first, _, _ := strings.Cut(strings.TrimSpace(line), "\t"); first == word {
			return true
		}
	}
	return false
}

// shells are how each shell is asked what it offers behind a line.
var shells = map[string]func(t *testing.T, program, script, typed string) string{
	"bash": func(t *testing.T, program, script, typed string) string {
		return output(t, program, "-c", script+`
			read -ra COMP_WORDS <<< "ferry $0"
			[[ "$0" == "" || "$0" == *" " ]] && COMP_WORDS+=("")
			COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
			_ferry; printf '%s\n' "${COMPREPLY[@]}"`, typed)
	},
	"fish": func(t *testing.T, program, script, typed string) string {
		return output(t, program, "--no-config", "-c", script+"\ncomplete -C 'ferry "+typed+"'")
	},
	// Completion in zsh wants a terminal; its functions are put in the place of
	// those that draw.
	"zsh": func(t *testing.T, program, script, typed string) string {
		file := filepath.Join(t.TempDir(), "_ferry")
		if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
			t.Fatal(err)
		}
		return output(t, program, "-f", "-c", `
			compdef() { }
			_files() { }
			_describe() { for each in ${(P)2}; do [[ ${each%%:*} == ${words[CURRENT]}* ]] && print -r -- ${each%%:*}; done; true }
			source $1
			words=(ferry ${=2}); [[ -z $2 || $2 == *" " ]] && words+=("")
			CURRENT=$#words
			_ferry`, "zsh", file, typed)
	},
}

func output(t *testing.T, program string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

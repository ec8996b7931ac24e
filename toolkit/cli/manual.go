package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/alecthomas/kong"

	"wherry/internal/buildinfo"
	"wherry/internal/console"
	"wherry/internal/exit"
	"wherry/toolkit/internal/manual"
)

type completionCommand struct {
	Shell string `arg:"" enum:"bash,fish,zsh" help:"The shell."`
}

func (c completionCommand) Help() string {
	return `Bash: source <(wherry completion bash). Fish: wherry completion fish > ~/.config/fish/completions/wherry.fish.
Zsh: wherry completion zsh > a file called _wherry in a folder of $fpath.`
}

func (c completionCommand) Run(k *kong.Context, out *console.Console) error {
	script, err := manual.Completion(manual.Read(k.Model), c.Shell)
	if err != nil {
		return err
	}
	return out.Emit(map[string]string{"shell": c.Shell, "script": script}, func(w io.Writer) { fmt.Fprint(w, script) })
}

// manualCommand is for those who package the program.
type manualCommand struct {
	Out string `required:"" type:"path" placeholder:"FOLDER" help:"Where to write the files."`
}

func (c manualCommand) Run(k *kong.Context, out *console.Console) error {
	files, err := c.files(manual.Read(k.Model))
	if err != nil {
		return err
	}
	for name, text := range files {
		file := filepath.Join(c.Out, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return exit.With(exit.Failed, err, "choose another folder with --out")
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil { //nolint:gosec // for everybody to read
			return exit.With(exit.Failed, err, "choose another folder with --out")
		}
	}
	out.Note("Wrote %d files into %s.", len(files), c.Out)
	return nil
}

func (c manualCommand) files(command manual.Command) (map[string]string, error) {
	files := map[string]string{}
	pages, err := manual.Man(command, "wherry "+buildinfo.Version())
	if err != nil {
		return nil, err
	}
	for name, page := range pages {
		files[filepath.Join("man", name)] = page
	}
	for _, shell := range manual.Shells {
		if files[filepath.Join("completions", "wherry."+shell)], err = manual.Completion(command, shell); err != nil {
			return nil, err
		}
	}
	files["commands.md"], err = manual.Markdown(command)
	return files, err
}

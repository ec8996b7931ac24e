package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/alecthomas/kong"

	"wherry/internal/archive"
	"wherry/internal/console"
	"wherry/internal/exit"
	"wherry/toolkit/config"
	"wherry/toolkit/internal/deploy"
)

// deployCommand is `wherry deploy` and its targets.
type deployCommand struct {
	CloudFormation deployFunction `cmd:"" name:"cloudformation" help:"A Lambda function, as a CloudFormation template."`
	CDKGo          deployFunction `cmd:"" name:"cdk-go" help:"A Lambda function, as a CDK app in Go."`
	CDKTypeScript  deployFunction `cmd:"" name:"cdk-ts" help:"A Lambda function, as a CDK app in TypeScript."`
	Terraform      deployFunction `cmd:"" name:"terraform" help:"A Lambda function, as a Terraform module."`
	Container      deployImage    `cmd:"" name:"container" help:"A container, with Compose."`
	Kubernetes     deployImage    `cmd:"" name:"kubernetes" help:"Containers in Kubernetes."`
	Systemd        deployUnit     `cmd:"" name:"systemd" help:"A service of systemd."`
	AppClient      deployClient   `cmd:"" name:"app-client" help:"Cognito's side: the app client that the connector signs users in with."`
}

// deployFlags are those of every target.
type deployFlags struct {
	Config string `default:"wherry.yaml" placeholder:"FILE" help:"The configuration."`
	Out    string `required:"" placeholder:"DIR" help:"Where to write the files."`
	Force  bool   `help:"Write over files that are there."`
	Name   string `default:"wherry-connector" help:"What everything is called that is made."`
}

type deployFunction struct {
	deployFlags
	Lambda     string `placeholder:"ZIP" help:"The function as it was released or built. Default: dist/wherry-lambda-ARCH.zip."`
	Arch       string `enum:"arm64,amd64" default:"arm64" help:"The processor that it is built for: arm64 or amd64."`
	Front      string `enum:"url,rest-api" default:"url" help:"What FusionAuth calls: url (a function URL) or rest-api (API Gateway)."`
	LogDays    int    `default:"30" placeholder:"N" help:"How long logs are kept."`
	AlarmTopic string `placeholder:"ARN" help:"The SNS topic that hears of alarms. Default: they show in the console only."`
}

func (c *deployFunction) Run(k *kong.Context, out *console.Console, p Process) error {
	release, err := os.ReadFile(cmp.Or(c.Lambda, "dist/wherry-lambda-"+c.Arch+".zip"))
	if err != nil {
		return exit.With(exit.Usage, fmt.Errorf("read the function: %w", err),
			"build it with make lambda or take it from the release, and name it with --lambda")
	}
	return c.write(k, out, p, deploy.Options{
		Release: release, Arch: c.Arch, RestAPI: c.Front == "rest-api", LogDays: c.LogDays, AlarmTopic: c.AlarmTopic,
	})
}

type deployImage struct {
	deployFlags
	Image    string `default:"localhost:5000/wherry:latest" placeholder:"NAME" help:"What the image is called, registry included."`
	Arch     string `enum:"amd64,arm64" default:"amd64" help:"The processor that it is built for: amd64 or arm64."`
	Replicas int    `default:"2" placeholder:"N" help:"How many run at a time, in Kubernetes."`
}

func (c *deployImage) Run(k *kong.Context, out *console.Console, p Process) error {
	return c.write(k, out, p, deploy.Options{Image: c.Image, Arch: c.Arch, Replicas: c.Replicas})
}

type deployUnit struct {
	deployFlags
	Listen string `default:"127.0.0.1:9080" placeholder:"HOST:PORT" help:"Where FusionAuth, or a proxy, reaches the connector."`
	Admin  string `default:"127.0.0.1:9081" placeholder:"HOST:PORT" help:"Where /healthz, /readyz and /metrics are."`
}

func (c *deployUnit) Run(k *kong.Context, out *console.Console, p Process) error {
	return c.write(k, out, p, deploy.Options{Listen: c.Listen, Admin: c.Admin})
}

type deployClient struct{ deployFlags }

func (c *deployClient) Run(k *kong.Context, out *console.Console, p Process) error {
	return c.write(k, out, p, deploy.Options{})
}

// written is the answer under --json.
type written struct {
	Files []string `json:"files"`
	Notes []string `json:"notes,omitempty"`
	Next  []string `json:"next"`
}

func (c *deployFlags) write(k *kong.Context, out *console.Console, p Process, o deploy.Options) error {
	getenv := func(name string) string { return cmp.Or(p.Getenv(name), deploy.Unset(name)) }
	settings, err := config.Load(c.Config, getenv)
	if err != nil {
		return err
	}
	o.Target, o.Name = deploy.Target(k.Selected().Name), c.Name
	result, err := deploy.Files(settings, o)
	if err != nil {
		return err
	}
	w := written{Notes: result.Notes, Next: append([]string{"cd " + c.Out}, result.Next...)}
	if w.Files, err = c.put(result.Files); err != nil {
		return err
	}
	return out.Emit(w, func(to io.Writer) { w.print(to, out) })
}

// put writes files, all of them or, if one is in the way, none.
func (c *deployFlags) put(files []archive.File) ([]string, error) {
	var paths, there []string
	for _, f := range files {
		path := filepath.Join(c.Out, filepath.FromSlash(f.Name))
		paths = append(paths, path)
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			there = append(there, path)
		}
	}
	if len(there) > 0 && !c.Force {
		return nil, exit.With(exit.Usage, fmt.Errorf("there already: %s", strings.Join(there, ", ")),
			"choose another folder with --out, or write over them with --force")
	}
	for i, f := range files {
		if err := os.MkdirAll(filepath.Dir(paths[i]), 0o755); err != nil {
			return nil, fmt.Errorf("make a folder: %w", err)
		}
		if err := os.WriteFile(paths[i], f.Data, f.Mode); err != nil {
			return nil, fmt.Errorf("write a file: %w", err)
		}
	}
	return paths, nil
}

func (w written) print(to io.Writer, out *console.Console) {
	for _, f := range w.Files {
		fmt.Fprintln(to, "wrote", f)
	}
	for _, n := range w.Notes {
		fmt.Fprintln(to, "note:", n)
	}
	fmt.Fprintf(to, "\n%s\n\n", out.Style("1", "Next:"))
	for _, line := range w.Next {
		fmt.Fprintln(to, "    "+line)
	}
}

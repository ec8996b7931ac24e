package deploy

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wherry/internal/need"
)

// TestCDK synthesises both apps with the CDK's own command line. They must
// make the same stack, in which everything is as it should be.
func TestCDK(t *testing.T) {
	t.Parallel()
	node := need.Node(t, ".")
	for name, v := range variants {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			typescript := writeFunction(t, "cdk-ts", v)
			samePackages(t, typescript)
			tpl := synth(t, node, typescript)
			check(t, tpl, v)

			golang := writeFunction(t, "cdk-go", v)
			need.Modules(t, golang)
			if diff := cmp.Diff(tpl, synth(t, node, golang)); diff != "" {
				t.Errorf("the app in Go makes another stack than the one in TypeScript: %s", diff)
			}
		})
	}
}

// samePackages puts our npm packages below an app that asks for the same.
func samePackages(t *testing.T, app string) {
	t.Helper()
	var ours, theirs struct{ Dependencies, DevDependencies map[string]string }
	readJSON(t, "package.json", &ours)
	readJSON(t, filepath.Join(app, "package.json"), &theirs)
	for name, version := range theirs.Dependencies {
		theirs.DevDependencies[name] = version
	}
	if diff := cmp.Diff(ours.DevDependencies, theirs.DevDependencies); diff != "" {
		t.Fatalf("the app asks for other packages than are tested here: %s", diff)
	}
	here, err := filepath.Abs("node_modules")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(here, filepath.Join(app, "node_modules")); err != nil {
		t.Fatal(err)
	}
}

// synth is cdk synth, without anything that would call home.
func synth(t *testing.T, node, app string) template {
	t.Helper()
	cdk, err := filepath.Abs("node_modules/aws-cdk/bin/cdk")
	if err != nil {
		t.Fatal(err)
	}
	env := []string{"CI=true", "CDK_DISABLE_CLI_TELEMETRY=true", "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=true"}
	run(t, app, env, node, cdk, "synth", "--quiet", "--no-notices", "--no-version-reporting")
	var tpl template
	readJSON(t, filepath.Join(app, "cdk.out", "wherry-connector.template.json"), &tpl)
	for name, r := range tpl.Resources {
		if strings.HasPrefix(r.Type, "AWS::CDK::") {
			delete(tpl.Resources, name)
		}
	}
	return tpl
}

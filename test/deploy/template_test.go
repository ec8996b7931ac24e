package deploy

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/google/go-cmp/cmp"

	"wherry/internal/need"
)

type object = map[string]any

// template is a CloudFormation template, as far as it is looked at.
type template struct {
	Resources map[string]resource
	Outputs   map[string]any
}

type resource struct {
	Type       string
	Properties object
}

// of lists the properties of all resources of a type, by their names.
func (t template) of(kind string) map[string]object {
	found := map[string]object{}
	for name, r := range t.Resources {
		if r.Type == kind {
			found[name] = r.Properties
		}
	}
	return found
}

// only is the one resource of a type.
func (t template) only(tb testing.TB, kind string) object {
	tb.Helper()
	found := t.of(kind)
	if len(found) != 1 {
		tb.Fatalf("%d resources of %s, want one", len(found), kind)
	}
	for _, p := range found {
		return p
	}
	return nil
}

// check looks at what matters in a template, whoever wrote or synthesised it.
func check(t *testing.T, tpl template, v variant) {
	t.Helper()
	checkPolicies(t, tpl, v)
	checkFunction(t, tpl)
	checkFront(t, tpl, v)
	checkAlarms(t, tpl, v)
	group := tpl.only(t, "AWS::Logs::LogGroup")
	if fmt.Sprint(group["RetentionInDays"]) != "30" {
		t.Errorf("logs are kept for %v days", group["RetentionInDays"])
	}
	for name, secret := range tpl.of("AWS::SecretsManager::Secret") {
		if _, given := secret["SecretString"]; given {
			t.Errorf("%s: a value stands in the template", name)
		}
	}
}

// checkPolicies sees that the role may do what the settings need, by name, and
// nothing to everything.
func checkPolicies(t *testing.T, tpl template, v variant) {
	t.Helper()
	documents := tpl.of("AWS::IAM::Policy")
	for name, role := range tpl.of("AWS::IAM::Role") {
		if _, managed := role["ManagedPolicyArns"]; managed {
			t.Errorf("%s: a managed policy allows more than is needed", name)
		}
		list, _ := role["Policies"].([]any)
		for _, p := range list {
			documents[name] = p.(object)
		}
	}
	actions := map[string]bool{}
	for name, p := range documents {
		for _, s := range p["PolicyDocument"].(object)["Statement"].([]any) {
			statement := s.(object)
			for _, action := range sequence(statement["Action"]) {
				actions[fmt.Sprint(action)] = true
			}
			for _, on := range sequence(statement["Resource"]) {
				if strings.Contains(fmt.Sprint(on), "*") {
					t.Errorf("%s: may %v on %v", name, statement["Action"], on)
				}
			}
		}
	}
	want := []string{"logs:CreateLogStream", "logs:PutLogEvents", "secretsmanager:GetSecretValue"}
	if v.restAPI {
		want = append(want, "cognito-idp:AdminInitiateAuth", "cognito-idp:AdminGetUser", "cognito-idp:AdminListGroupsForUser")
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(actions))); diff != "" {
		t.Errorf("actions: %s", diff)
	}
}

// sequence is the list that IAM lets be a single value.
func sequence(v any) []any {
	if list, ok := v.([]any); ok {
		return list
	}
	return []any{v}
}

func checkFunction(t *testing.T, tpl template) {
	t.Helper()
	f := tpl.only(t, "AWS::Lambda::Function")
	for property, want := range map[string]string{"Runtime": "provided.al2023", "Architectures": "[arm64]", "Handler": "bootstrap", "Timeout": "10"} {
		if got := fmt.Sprint(f[property]); got != want {
			t.Errorf("%s: %s, want %s", property, got, want)
		}
	}
	if _, own := f["LoggingConfig"].(object)["LogGroup"]; !own {
		t.Error("the function does not log into the group that forgets")
	}
	secrets := tpl.of("AWS::SecretsManager::Secret")
	for name, value := range f["Environment"].(object)["Variables"].(object) {
		ref, _ := value.(object)["Ref"].(string)
		if _, known := secrets[ref]; !known || !strings.HasSuffix(name, "_REF") {
			t.Errorf("%s: %v is not where a secret is", name, value)
		}
	}
}

func checkFront(t *testing.T, tpl template, v variant) {
	t.Helper()
	allowed := map[string]bool{}
	for _, p := range tpl.of("AWS::Lambda::Permission") {
		allowed[fmt.Sprintf("%v %v %v %v", p["Principal"], p["Action"], p["FunctionUrlAuthType"], p["InvokedViaFunctionUrl"])] = true
	}
	if !v.restAPI {
		want := map[string]bool{"* lambda:InvokeFunctionUrl NONE <nil>": true, "* lambda:InvokeFunction <nil> true": true}
		if diff := cmp.Diff(want, allowed); diff != "" {
			t.Errorf("a function URL takes both permissions: %s", diff)
		}
		tpl.only(t, "AWS::Lambda::Url")
		return
	}
	if diff := cmp.Diff(map[string]bool{"apigateway.amazonaws.com lambda:InvokeFunction <nil> <nil>": true}, allowed); diff != "" {
		t.Error(diff)
	}
	if methods := tpl.of("AWS::ApiGateway::Method"); len(methods) != 2 {
		t.Errorf("%d methods, want POST on / and on /pools/NAME", len(methods))
	}
	settings := tpl.only(t, "AWS::ApiGateway::Stage")["MethodSettings"].([]any)[0].(object)
	if settings["DataTraceEnabled"] != false || settings["LoggingLevel"] != "OFF" {
		t.Errorf("API Gateway would log passwords: %v", settings)
	}
}

func checkAlarms(t *testing.T, tpl template, v variant) {
	t.Helper()
	patterns := map[any]any{}
	for _, f := range tpl.of("AWS::Logs::MetricFilter") {
		patterns[f["MetricTransformations"].([]any)[0].(object)["MetricName"]] = f["FilterPattern"]
	}
	heard := map[any]bool{}
	for name, a := range tpl.of("AWS::CloudWatch::Alarm") {
		heard[a["MetricName"]] = true
		if _, counted := patterns[a["MetricName"]]; !counted && a["MetricName"] != "Errors" {
			t.Errorf("%s: nobody counts %v", name, a["MetricName"])
		}
		if actions := fmt.Sprint(a["AlarmActions"]); v.restAPI && actions != "["+topic+"]" {
			t.Errorf("%s: goes to %s", name, actions)
		}
	}
	for _, metric := range []string{"Outage", "TurnedAway", "Fault", "Errors"} {
		if !heard[metric] {
			t.Errorf("no alarm for %s", metric)
		}
	}
}

// TestCloudFormation looks at the template as it is written, and at what the
// CDK's CfnInclude understands of it, which must be the same.
func TestCloudFormation(t *testing.T) {
	t.Parallel()
	for name, v := range variants {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(writeFunction(t, "cloudformation", v), "template.yaml")
			tpl := readTemplate(t, file)
			check(t, tpl, v)
			compareIncluded(t, file, tpl)
		})
	}
}

func compareIncluded(t *testing.T, file string, tpl template) {
	t.Helper()
	node, out := need.Node(t, "."), t.TempDir()
	run(t, ".", []string{"CDK_OUTDIR=" + out}, node, "include.js", file)
	var included template
	readJSON(t, filepath.Join(out, "included.template.json"), &included)
	if diff := cmp.Diff(tpl, included); diff != "" {
		t.Errorf("CfnInclude read something else: %s", diff)
	}
}

// readTemplate reads YAML with CloudFormation's short forms.
func readTemplate(t *testing.T, file string) template {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := parser.ParseBytes(data, 0)
	if err != nil {
		t.Fatal(err)
	}
	all := long(t, parsed.Docs[0].Body).(object)
	tpl := template{Resources: map[string]resource{}, Outputs: all["Outputs"].(object)}
	for name, r := range all["Resources"].(object) {
		properties, _ := r.(object)["Properties"].(object)
		tpl.Resources[name] = resource{r.(object)["Type"].(string), properties}
	}
	return tpl
}

// long writes !Ref X as {"Ref": "X"}, and so on, below a node.
func long(t *testing.T, n ast.Node) any {
	t.Helper()
	switch n := n.(type) {
	case *ast.MappingNode:
		m := object{}
		for _, v := range n.Values {
			m[v.Key.String()] = long(t, v.Value)
		}
		return m
	case *ast.MappingValueNode:
		return object{n.Key.String(): long(t, n.Value)}
	case *ast.SequenceNode:
		list := []any{}
		for _, v := range n.Values {
			list = append(list, long(t, v))
		}
		return list
	case *ast.TagNode:
		return function(n.Start.Value, long(t, n.Value))
	}
	var v any
	if err := yaml.NodeToValue(n, &v); err != nil {
		t.Fatal(err)
	}
	if number, ok := v.(uint64); ok {
		return float64(number) // as JSON has it
	}
	return v
}

func function(tag string, value any) any {
	if tag == "!Ref" {
		return object{"Ref": value}
	}
	return object{"Fn::" + strings.TrimPrefix(tag, "!"): value}
}

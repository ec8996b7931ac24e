package plan_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"wherry/toolkit/internal/plan"
)

func withScript(source string) plan.Settings {
	return plan.Settings{Mapping: plan.Mapping{Script: "map.js", ScriptSource: source}}
}

func TestScript(t *testing.T) {
	t.Parallel()
	disabled := false
	jane := user("jane", attrs{
		"email": "jane@example.com", "email_verified": "true", "phone_number": "+14325551212", "phone_number_verified": "true",
		"given_name": "Jane", "birthdate": "05/30/1976",
	})
	jane.Status, jane.Enabled, jane.Created = "FORCE_CHANGE_PASSWORD", &disabled, noon
	jane.Groups, jane.UserMFASettingList = []string{"admins", pool + "_Google"}, []string{"SMS_MFA"}
	const ok = `, username: json.Username`
	for _, tt := range []struct {
		name, source string
		want         wants
		remarks      []string
	}{
		{
			"in place of the defaults", `function processUserJSON(json) { return {email: "J@example.com"} }`,
			wants{"email": "j@example.com", "firstName": "", "data.birthdate": "", "mobilePhone": "", "username": ""},
			nil,
		},
		{
			"over the essentials", `const processUserJSON = json => ({user: {username: json.Username, data: {a: 1}}})`,
			wants{
				"id": sub, "active": "false", "passwordChangeRequired": "true", "twoFactor": `{"methods":[{"method":"sms","mobilePhone":"+14325551212"}]}`,
				"registrations": `[{"applicationId":"` + app + `","roles":["admins"]}]`, "data.a": "1", "data.cognito.sub": sub,
			},
			nil,
		},
		{
			"all that is known", `exports.processUserJSON = json => ({data: {all: [json.UserStatus, json.Enabled, json.UserCreateDate, json.UserMFASettingList, json.Groups, json.UserAttributes.length]}` + ok + `})`,
			wants{"data.all": `["FORCE_CHANGE_PASSWORD",false,"2026-11-22T12:00:00.000Z",["SMS_MFA"],["admins"],7]`},
			nil,
		},
		{"disabled stays so", `function processUserJSON(json) { return {active: true` + ok + `} }`, wants{"active": "false"}, []string{"active"}},
		{"null takes away", `function processUserJSON(json) { return {twoFactor: null, registrations: null` + ok + `} }`, wants{"twoFactor": "", "registrations": ""}, nil},
		{"undefined is not there", `function processUserJSON(json) { return {registrations: undefined, data: {a: undefined, b: null}` + ok + `} }`, wants{"data.a": "", "data.b": ""}, nil},
		{"what FusionAuth would refuse", `function processUserJSON(json) { return {birthDate: json.UserAttributes[0].Value` + ok + `} }`, wants{"birthDate": "", "data.birthDate": "05/30/1976"}, []string{"birthDate"}},
		{"id that is none", `function processUserJSON(json) { return {id: json.Username` + ok + `} }`, wants{"id": "76dad1cc-9478-513f-8311-57dfba2b3c50"}, []string{"id", "id"}},
		{"property that is not sent", `function processUserJSON(json) { return {tenantId: "x"` + ok + `} }`, wants{"tenantId": ""}, []string{"tenantId"}},
		{"data.cognito is ours", `function processUserJSON(json) { return {data: {cognito: "x"}` + ok + `} }`, wants{"data.cognito.sub": sub}, []string{"data.cognito"}},
		{"clock", `function processUserJSON(json) { return {data: {at: new Date().toISOString()}` + ok + `} }`, wants{"data.at": "2026-11-22T12:00:00.000Z"}, nil},
		{"modern JavaScript", `class A { #x = 1; get x() { return this.#x ?? 0 } } function processUserJSON(json) { return {data: {x: new A()?.x, ...{y: 2n ** 3n == 8n}}` + ok + `} }`, wants{"data.x": "1", "data.y": "true"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := withScript(tt.source)
			s.Applications = []plan.Application{{ID: app, Roles: plan.Roles{From: "groups"}}}
			r, err := newMapper(t, s, plan.Schema{}).Map(t.Context(), jane, plan.Trip{})
			if err != nil {
				t.Fatal(err, r.Remarks)
			}
			expect(t, r, tt.want)
			expectRemarks(t, r, tt.remarks...)
		})
	}
}

func TestScriptsThatFailForAUser(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, body string
		want       error
	}{
		{"endless loop", `for (;;);`, plan.ErrTime},
		{"endless loop that catches", `for (;;) { try { for (;;); } catch (e) {} finally { continue } }`, plan.ErrTime},
		{"endless recursion", `const f = () => f() + 1; return f()`, plan.ErrScript},
		{"recursion through a getter", `const o = {get a() { return this.a }}; return o.a`, plan.ErrScript},
		{"one long text", `return {email: "x".repeat(2 ** 30)}`, plan.ErrScript},
		{"one long padding", `return {email: "x".padStart(2 ** 30)}`, plan.ErrScript},
		{"exception with the user in it", `throw new Error("bad user " + json.Username)`, plan.ErrScript},
		{"no exception but a text", `throw json.Username`, plan.ErrScript},
		{"nothing", ``, plan.ErrScript},
		{"a text", `return "jane"`, plan.ErrScript},
		{"a list", `return []`, plan.ErrScript},
		{"null", `return null`, plan.ErrScript},
		{"a circle", `const o = {}; o.o = o; return o`, plan.ErrScript},
		{"a promise", `return Promise.resolve({})`, plan.ErrScript},
		{"kind of value", `return {email: 7}`, plan.ErrValue},
		{"kind of data", `return {data: "x", username: "jane"}`, plan.ErrValue},
		{"no identity", `return {}`, plan.ErrNoIdentity},
		{"file", `require("fs").readFileSync("/etc/passwd")`, plan.ErrScript},
		{"network", `return fetch("http://example.com")`, plan.ErrScript},
		{"module loaded before", `return {email: sdk.thing}`, plan.ErrScript},
		{"raw memory", `new ArrayBuffer(2 ** 32)`, plan.ErrScript},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := newMapper(t, withScript(`const sdk = require("sdk"); function processUserJSON(json) { `+tt.body+` }`), plan.Schema{})
			r, err := m.Map(t.Context(), user("jane", attrs{}), plan.Trip{})
			if !errors.Is(err, tt.want) {
				t.Fatalf("got %v, want %v", err, tt.want)
			}
			if strings.Contains(err.Error(), "jane") {
				t.Errorf("the error names the user: %v", err)
			}
			if len(r.Remarks) == 0 {
				t.Error("no remark says why")
			}
		})
	}
}

func TestScriptStopsWithItsCaller(t *testing.T) {
	t.Parallel()
	m := newMapper(t, withScript(`function processUserJSON(json) { for (;;); }`), plan.Schema{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := m.Map(ctx, user("jane", attrs{}), plan.Trip{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestScriptsThatNewRefuses(t *testing.T) {
	t.Parallel()
	for name, source := range map[string]string{
		"syntax":      `function processUserJSON(json) {`,
		"no function": `function processUser(json) {}`,
		"exception":   `undefinedThing.x; function processUserJSON(json) {}`,
		"module":      `import x from "y"; function processUserJSON(json) {}`,
		"loop":        `for (;;); function processUserJSON(json) {}`,
		"not one":     `const processUserJSON = 7`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := plan.New(withScript(source), plan.Schema{})
			if problems, ok := errors.AsType[plan.Problems](err); !ok || len(problems) != 1 || problems[0].Path != "mapping.script" {
				t.Errorf("got %v", err)
			}
		})
	}
}

// Nothing of one user may be seen by the next, nor by one at the same time.
func TestScriptForgets(t *testing.T) {
	t.Parallel()
	m := newMapper(t, withScript(`
		const seen = [];
		function processUserJSON(json) {
			seen.push(json.Username); Object.prototype.leak = (Object.prototype.leak || "") + json.Username;
			return {username: json.Username, data: {seen: seen.join(), leak: {}.leak}};
		}`), plan.Schema{})
	var crowd sync.WaitGroup
	for i := range 50 {
		crowd.Go(func() {
			name := fmt.Sprint("user", i)
			r, err := m.Map(t.Context(), user(name, attrs{}), plan.Trip{})
			if err != nil || r.User.Data["seen"] != name || r.User.Data["leak"] != name {
				t.Errorf("%s: %v %v", name, r.User.Data, err)
			}
		})
	}
	crowd.Wait()
}

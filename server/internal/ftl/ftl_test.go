package ftl_test

import (
	"errors"
	"strings"
	"testing"

	"wherry/server/internal/ftl"
)

var values = map[string]any{
	"user":  map[string]any{"email": "ada@example.com", "firstName": "Ada & <Co>", "verified": true, "data": map[string]any{"n": 3.0, "a-b": "dash"}},
	"code":  "A1B2C3",
	"state": map[string]any{"b": "x y", "a": "1&2"},
	"list":  []any{"one", "two"},
	"none":  []any{},
}

func TestRender(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ text, want string }{
		"plain":                  {"Hello {you}, 100 % [sic] <b># $5", "Hello {you}, 100 % [sic] <b># $5"},
		"value":                  {"${user.email} ${ code }", "ada@example.com A1B2C3"},
		"key in brackets":        {`${user["data"]["a-b"]} ${list[1]}`, "dash two"},
		"default":                {`${user.lastName!"?"} ${user.lastName!}|${(a.b.c)!'-'} ${user.email!"x"}`, "? |- ada@example.com"},
		"default that is a path": {`${user.lastName!user.email}`, "ada@example.com"},
		"escapes in texts":       {`${"a\"b" + 'c\'d' + "\n" + '\${'}`, "a\"bc'd\n${"},
		"url":                    {`${state.a?url} ${state.b?url('UTF-8')}`, "1%262 x%20y"},
		"built-ins":              {`${code?lower_case} ${"ada"?cap_first} ${" a "?trim} ${list?size} ${list?join(", ")} ${list?first}${list?last} ${code?length} ${"a.b"?replace(".", "-")}`, "a1b2c3 Ada a 2 one, two onetwo 6 a-b"},
		"booleans":               {`${user.verified?string("yes", "no")} ${user.verified?c} ${(1 == 2)?then("a", "b")} ${code?starts_with("A")?string}`, "yes true b true"},
		"if":                     {`[#if user.verified]yes[#else]no[/#if]<#if !user.verified>yes<#elseif user.data.n gt 2>three<#else>no</#if>`, "yesthree"},
		"exists":                 {`[#if user.lastName??]a[#elseif (x.y)??]b[#else]c[/#if][#if user.email?has_content && !(q.r)?has_content]d[/#if]`, "cd"},
		"list":                   {"[#list list as l]${l};[/#list][#list none as n]x[#else]none[/#list]", "one;two;none"},
		"map":                    {"[#list state as k, v]&${k}=${v?url}[/#list]", "&a=1%262&b=x%20y"},
		"keys":                   {"[#list state?keys as k]${k}=${state[k]};[/#list]", "a=1&2;b=x y;"},
		"list restores":          {"[#list list as code]${code}[/#list]${code}", "onetwoA1B2C3"},
		"assign":                 {`[#assign url = "https://example.com/" + code + "?n=" + (user.data.n + 1)]${url}`, "https://example.com/A1B2C3?n=4"},
		"as FusionAuth's own": {
			`[#assign url = "https://example.com/${code}?client_id=${(application.oauthConfiguration.clientId)!''}&e=${user.email?url}" /]
[#list state!{} as key, value][#if key != "b" && value??][#assign url = url + "&" + key?url + "=" + value?url/][/#if][/#list][#list nothing!{} as k, v]x[/#list]${url}`,
			"\nhttps://example.com/A1B2C3?client_id=&e=ada%40example.com&a=1%262",
		},
		"comment and setting": {`[#-- ${nothing} [#if --][#setting url_escaping_charset="UTF-8"]a<#-- x -->b`, "ab"},
		"a bracket in a text": {`[#if "]" == ']']a[/#if]<#if "a>b"?contains(">")>b</#if>`, "ab"},
		"comparing":           {`[#if code == "A1B2C3" && 1 < 2 && 2 >= 2 || false]a[/#if][#if code != "x"]b[/#if]`, "ab"},
		"nothing is escaped":  {"${user.firstName}", "Ada & <Co>"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := render(t, tt.text, ftl.Plain); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func render(t *testing.T, text string, escape ftl.Escape) string {
	t.Helper()
	parsed, err := ftl.Parse(text, escape)
	if err != nil {
		t.Fatal(err)
	}
	got, err := parsed.Render(values)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestHTMLIsEscapedOnce(t *testing.T) {
	t.Parallel()
	const want = "Ada &amp; &lt;Co&gt;"
	got := render(t, "${user.firstName} ${user.firstName?html} ${user.firstName?no_esc} [#assign x = user.firstName]${x}", ftl.HTML)
	if got != want+" "+want+" Ada & <Co> "+want {
		t.Error(got)
	}
}

func TestWhatIsNotKnownIsRefusedWithItsLine(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ text, want string }{
		"directive":        {"a\nb [#macro x]", `line 2: the directive "#macro"`},
		"include":          {"[#include 'x']", `"#include"`},
		"macro call":       {"\n\n[@hello/]", "line 3: macros"},
		"built-in":         {"${user.email?eval}", `"?eval"`},
		"new":              {`${"freemarker.template.utility.Execute"?new()("id")}`, `"?new"`},
		"method call":      {"${user.getClass()}", "not known"},
		"old numbers":      {"#{user.n}", "#{…} is not known"},
		"open if":          {"[#if true]", "has to be closed"},
		"close nothing":    {"[/#if]", "no block is open"},
		"else alone":       {"[#else]", "no block is open"},
		"open ${":          {"${user.email", "not known"},
		"empty":            {"${}", "a value is wanted"},
		"two values":       {"${a b}", `not known: "b}`},
		"arithmetic":       {"${1 - 2}", "not known"},
		"text inside text": {`${"a ${b"}`, "not known"},
		"map":              {"${{'a': 1}}", "only the empty one"},
		"list without as":  {"[#list a]x[/#list]", "as item"},
		"setting":          {`[#setting locale="de_DE"]`, "url_escaping_charset"},
		"format":           {`${user.n?string.currency}`, ""},
		"open comment":     {"[#-- x", "does not end"},
		"open text":        {`${"a}`, "does not end"},
		"too deep":         {"${" + strings.Repeat("(", 100) + "1" + strings.Repeat(")", 100) + "}", "parentheses"},
		"blocks too deep":  {strings.Repeat("[#if true]", 100) + strings.Repeat("[/#if]", 100), "too many blocks"},
		"too many values":  {`${a?then(1)}`, "does not take 1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			parsed, err := ftl.Parse(tt.text, ftl.HTML)
			if tt.want == "" { // it parses as a part of a text, which fails when it is rendered
				if _, err = parsed.Render(values); err == nil {
					t.Error("rendered")
				}
				return
			}
			if _, ok := errors.AsType[*ftl.SyntaxError](err); !ok || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

func TestWhatCannotBeRendered(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ text, want string }{
		"missing":               {"a\n${user.lastName}", "line 2: something has no value"},
		"missing on the way":    {"${a.b!'x'}", "something has no value"},
		"condition that is not": {"[#if code]x[/#if]", "true or false"},
		"boolean":               {"${user.verified}", "?string"},
		"object":                {"${user}", "cannot be written"},
		"list of a text":        {"[#list code as c]x[/#list]", "nothing that can be listed"},
		"unlike":                {`[#if code == 1]x[/#if]`, "cannot be compared"},
		"too long":              {"[#assign a = 'aaaaaaaaaa'][#assign l = 1]" + strings.Repeat("[#assign a = a + a]", 20) + "${a}", "too long"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			parsed, err := ftl.Parse(tt.text, ftl.Plain)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := parsed.Render(values); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"${a.b!'c'?url}", "[#if a??]b[#else]c[/#if]", "<#list a as b, c>x</#list>", `[#assign a = "]"]`, "[#-- --]", "${a[0]", "[/"} {
		f.Add(seed)
	}
	f.Fuzz(func(_ *testing.T, text string) {
		if parsed, err := ftl.Parse(text, ftl.HTML); err == nil {
			_, _ = parsed.Render(values)
		}
	})
}

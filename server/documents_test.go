package server_test

import (
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// documentKinds is every kind of object that is nothing but a document, in an
// order in which each finds those that it names. Whole ones are in
// testdata/documents.
var documentKinds = []documentKind{
	{name: "lambda", plural: "lambdas", path: "/api/lambda", searched: true},
	{name: "webhook", plural: "webhooks", path: "/api/webhook", searched: true},
	{name: "emailTemplate", plural: "emailTemplates", path: "/api/email/template", unique: []string{"name"}, searched: true},
	{name: "theme", plural: "themes", path: "/api/theme", unique: []string{"name"}, searched: true},
	{name: "messenger", plural: "messengers", path: "/api/messenger", unique: []string{"name"}},
	{name: "messageTemplate", plural: "messageTemplates", path: "/api/message/template", unique: []string{"name"}},
	{name: "consent", plural: "consents", path: "/api/consent", unique: []string{"name"}, searched: true},
	{name: "field", plural: "fields", path: "/api/form/field", unique: []string{"name"}},
	{name: "form", plural: "forms", path: "/api/form", unique: []string{"name"}},
	{name: "ipAccessControlList", plural: "ipAccessControlLists", path: "/api/ip-acl", unique: []string{"name"}, searched: true},
	{name: "userAction", plural: "userActions", path: "/api/user-action", unique: []string{"name"}, deleted: "?hardDelete=true"},
	{name: "userActionReason", plural: "userActionReasons", path: "/api/user-action-reason", unique: []string{"code", "text"}},
}

type documentKind struct {
	name, plural, path string
	unique             []string // properties that no two have in common
	deleted            string   // the query of a deletion for good
	searched           bool
}

// What the documents in testdata name.
const (
	emailTemplateID = "dddddddd-0000-0000-0000-000000000001"
	consentID       = "dddddddd-0000-0000-0000-000000000002"
	fieldID         = "dddddddd-0000-0000-0000-000000000003"

	makeEmailTemplate = "POST /api/email/template/" + emailTemplateID + ` {"emailTemplate":{"name":"Given","defaultSubject":"s","defaultHtmlTemplate":"h","defaultTextTemplate":"t"}}`
	makeConsent       = "POST /api/consent/" + consentID + ` {"consent":{"name":"Given"}}`
	makeField         = "POST /api/form/field/" + fieldID + ` {"field":{"name":"Given","key":"user.firstName"}}`
)

func TestDocuments(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		for _, request := range []string{makeEmailTemplate, makeConsent, makeField} {
			i.do(request).must(t)
		}
		for _, kind := range documentKinds {
			t.Run(kind.name, func(t *testing.T) { kind.drive(t, i) })
		}
	})
}

const documentID = "cccccccc-0000-0000-0000-000000000001"

// drive takes a document through its life.
func (k documentKind) drive(t *testing.T, i *instance) {
	one := k.path + "/" + strings.ToUpper(documentID)
	body := k.whole(t)
	made := i.do("POST " + one + " " + body).must(t)
	k.wantWhole(t, body, made)
	if made.text(k.name+".id") != documentID || made.at(k.name+".insertInstant") != made.at(k.name+".lastUpdateInstant") {
		t.Errorf("id and instants: %s", made.body)
	}
	if read := i.do("GET " + one).must(t); read.body != made.body {
		t.Errorf("made %s\nread %s", made.body, read.body)
	}
	k.wantWhole(t, body, i.do("PUT "+one+" "+made.body).must(t))
	k.patches(t, i, one, body)
	k.refuses(t, i, one, body)
	if k.searched {
		k.searches(t, i)
	}
	i.do("DELETE " + one + k.deleted).must(t)
	for _, request := range []string{"GET " + one, "DELETE " + one + k.deleted, "PUT " + one + " " + body, "PATCH " + one + " " + body} {
		if r := i.do(request); r.status != 404 {
			t.Errorf("%.60s: status %d after the deletion", request, r.status)
		}
	}
	if again := i.do("POST " + k.path + " " + body).must(t); len(again.text(k.name+".id")) != len(documentID) {
		t.Errorf("no id was made up: %s", again.body)
	}
}

// whole is a request with every property.
func (k documentKind) whole(t *testing.T) string {
	t.Helper()
	raw, err := os.ReadFile("testdata/documents/" + k.name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// wantWhole fails the test for each property of the request that the answer
// does not have.
func (k documentKind) wantWhole(t *testing.T, request string, r response) {
	t.Helper()
	for name, value := range (response{body: request}).at(k.name).(map[string]any) {
		if got := r.at(k.name + "." + name); !reflect.DeepEqual(got, value) {
			t.Errorf("%s: sent %v, came back as %v", name, value, got)
		}
	}
}

// patches changes the document in the three dialects.
func (k documentKind) patches(t *testing.T, i *instance, one, body string) {
	t.Helper()
	for kind, change := range map[string]string{
		"application/json":             `{"` + k.name + `":{"zPatched":"application/json"}}`,
		"application/merge-patch+json": `{"` + k.name + `":{"zPatched":"application/merge-patch+json"}}`,
		"application/json-patch+json":  `[{"op":"add","path":"/` + k.name + `/zPatched","value":"application/json-patch+json"}]`,
	} {
		r := i.send(call{do: "PATCH " + one + " " + change, kind: kind}).must(t)
		r.want(t, values{k.name + ".zPatched": kind})
		k.wantWhole(t, body, r)
	}
}

func (k documentKind) refuses(t *testing.T, i *instance, one, body string) {
	t.Helper()
	scenarios := []scenario{
		{name: "id taken", do: "POST " + one + " " + body, status: 400, codes: k.taken("id")},
		{name: "no object", do: "POST " + k.path + ` {}`, status: 400, codes: "[missing]" + k.name},
		{name: "a number", do: "PUT " + one + ` {"` + k.name + `":7}`, status: 400, codes: "[couldNotConvert]" + k.name},
		{name: "a property of the wrong type", do: "PATCH " + one + ` {"` + k.name + `":{"lastUpdateInstant":"now"}}`, status: 400, codes: "[couldNotConvert]" + k.name + ".lastUpdateInstant"},
		{name: "no id", do: "GET " + k.path + "/x", status: 400, codes: "[couldNotConvert]" + k.name + "Id"},
		{name: "a key of one tenant", do: "GET " + one, as: tenantKey, status: 401},
		{name: "a key of one tenant, list", do: "GET " + k.path, as: tenantKey, status: 401},
		{name: "a key for other endpoints", do: "POST " + one + " " + body, as: readerKey, status: 401},
		{name: "a tenant header narrows nothing", do: "GET " + one, tenant: tenantID, status: 200, want: values{k.name + ".id": documentID}},
	}
	if len(k.unique) > 0 {
		scenarios = append(scenarios, scenario{name: "values taken", do: "POST " + k.path + " " + body, status: 400, codes: k.taken()})
	}
	for _, s := range scenarios {
		t.Run(s.name, func(t *testing.T) { s.run(t, i) })
	}
	if all := i.do("GET " + k.path).must(t); !strings.Contains(all.body, documentID) {
		t.Errorf("not in the list: %s", all.body)
	}
}

// taken lists the codes of what a second document has in common with the
// first: more, and everything that is unique.
func (k documentKind) taken(more ...string) string {
	var codes []string
	for _, property := range append(more, k.unique...) {
		codes = append(codes, "[duplicate]"+k.name+"."+property)
	}
	slices.Sort(codes)
	return strings.Join(codes, " ")
}

func (k documentKind) searches(t *testing.T, i *instance) {
	t.Helper()
	search := k.path + "/search"
	all := i.do("GET " + search + "?numberOfResults=1000&orderBy=id").must(t)
	total, err := all.at("total").(json.Number).Int64()
	if err != nil || total < 1 || all.at(k.plural+"."+itoa(total-1)) == absent || all.at(k.plural+"."+itoa(total)) != absent {
		t.Errorf("total %d of %s", total, all.body)
	}
	first, last := all.text(k.plural+".0.id"), all.text(k.plural+"."+itoa(total-1)+".id")
	i.do("GET "+search+"?orderBy=id%20desc&numberOfResults=1").must(t).want(t, values{k.plural + ".0.id": last, k.plural + ".1": absent, "total": total})
	i.do("POST "+search+` {"search":{"orderBy":"id desc","numberOfResults":1,"startRow":`+itoa(total-1)+`}}`).must(t).
		want(t, values{k.plural + ".0.id": first, k.plural + ".1": absent, "total": total})
	i.do("GET "+search).must(t).want(t, values{"total": total})
	if r := i.do("GET " + search + "?orderBy=zUnknown"); r.status != 400 || r.codes() != "[invalid]search.orderBy" {
		t.Errorf("an unknown column: status %d: %s", r.status, r.body)
	}
	if r := i.send(call{do: "GET " + search, as: tenantKey}); r.status != 401 {
		t.Errorf("a key of one tenant may search: status %d", r.status)
	}
}

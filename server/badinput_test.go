package server_test

import (
	"database/sql"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	_ "modernc.org/sqlite" // the driver called sqlite

	"wherry/server"
)

// writer is an endpoint that stores what stands under a name in the body.
type writer struct {
	path, name string
	methods    string // POST unless said otherwise
	plain      bool   // a text is an object too
	streamed   bool   // the first mistake is told, whatever comes behind it
}

var writers = func() []writer {
	all := []writer{
		{path: "/api/tenant", name: "tenant"},
		{path: "/api/tenant/" + tenantID, name: "tenant", methods: "PUT PATCH"},
		{path: "/api/application", name: "application"},
		{path: "/api/application/" + applicationID, name: "application", methods: "PUT PATCH"},
		{path: "/api/application/" + applicationID + "/role", name: "role", plain: true},
		{path: "/api/connector", name: "connector"},
		{path: "/api/connector/" + connectorID, name: "connector", methods: "PUT PATCH"},
		{path: "/api/api-key", name: "apiKey"},
		{path: "/api/user", name: "user"},
		{path: "/api/user/" + janeID, name: "user", methods: "PUT PATCH"},
		{path: "/api/user/registration", name: "registration"},
		{path: "/api/user/registration/" + janeID, name: "registration"},
		{path: "/api/user/registration/" + janeID + "/" + applicationID, name: "registration", methods: "PUT PATCH"},
		{path: "/api/user/import", name: "users", streamed: true},
		{path: "/api/user/action", name: "action"},
		{path: "/api/user/comment", name: "userComment"},
		{path: "/api/user/consent", name: "userConsent"},
		{path: "/api/group", name: "group"},
		{path: "/api/group/member", name: "members", methods: "POST PUT"},
		{path: "/api/entity/type", name: "entityType"},
		{path: "/api/entity", name: "entity"},
		{path: "/api/key/generate", name: "key"},
		{path: "/api/key/import", name: "key"},
		{path: "/api/identity-provider", name: "identityProvider"},
		{path: "/api/identity-provider/link", name: "identityProviderLink"},
		{path: "/api/system-configuration", name: "systemConfiguration", methods: "PUT PATCH"},
		{path: "/api/integration", name: "integrations", methods: "PUT PATCH"},
	}
	for _, k := range documentKinds {
		all = append(all, writer{path: k.path, name: k.name})
	}
	return all
}()

// badBodies is what no endpoint may take, with NAME for the name of the object.
// What the message has to say is beside it.
var badBodies = map[string]struct{ body, says string }{
	"cut off":            {`{"NAME":{"data":{"a":`, "ends too early"},
	"not JSON":           {`{"NAME":{"data":{'a':1}}}`, "byte"},
	"two documents":      {`{"NAME":{}} {"NAME":{}}`, "behind"},
	"not an object":      {`["NAME"]`, ""},
	"of a wrong type":    {`{"NAME":true}`, "NAME"},
	"a text":             {`{"NAME":"text"}`, "NAME"},
	"a number":           {`{"NAME":17}`, "NAME"},
	"the name twice":     {`{"NAME":{},"NAME":{}}`, "twice"},
	"a name twice":       {`{"NAME":{"data":{"a":1,"a":2}}}`, "twice"},
	"NUL":                {`{"NAME":{"data":{"a":"b\u0000c"}}}`, `\\u0000`},
	"NUL in a name":      {`{"NAME":{"data":{"b\u0000c":1}}}`, `\\u0000`},
	"invalid UTF-8":      {"{\"NAME\":{\"data\":{\"a\":\"\xff\xfe\"}}}", "UTF-8"},
	"half a surrogate":   {`{"NAME":{"data":{"a":"\ud800"}}}`, ""},
	"deep nesting":       {`{"NAME":{"data":{"a":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}}}`, "nested"},
	"deep objects":       {`{"NAME":{"data":` + strings.Repeat(`{"a":`, 5000) + "1" + strings.Repeat("}", 5000) + `}}`, "nested"},
	"a huge exponent":    {`{"NAME":{"data":{"a":1e999999}}}`, "exponent"},
	"a number like a π":  {`{"NAME":{"data":{"a":3.` + strings.Repeat("1", 5000) + `}}}`, "characters"},
	"not a number":       {`{"NAME":{"data":{"a":NaN}}}`, ""},
	"a number with a +":  {`{"NAME":{"data":{"a":+1}}}`, ""},
	"an unfinished text": {`{"NAME":{"data":{"a":"b` + "\n" + `"}}}`, ""},
}

// TestBadInput sends everything that is bad to every endpoint that stores
// something: a 400 that says why, and nothing of it in the database.
func TestBadInput(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(t *testing.T) (i *instance, driver, dsn string){"sqlite": onFile, "postgres": onSchema} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i, driver, dsn := start(t)
			before := dump(t, driver, dsn)
			for _, w := range writers {
				t.Run(strings.ReplaceAll(w.path, "/", " "), func(t *testing.T) { w.refusesAll(t, i) })
			}
			after := dump(t, driver, dsn)
			delete(before, "jobs") // the server schedules its own meanwhile
			delete(after, "jobs")
			if diff := cmp.Diff(before, after); diff != "" {
				t.Errorf("something is left in the database: %s", diff)
			}
			if logged := i.log.String(); strings.Contains(logged, `"ERROR"`) {
				t.Errorf("refusals are no failures: %s", logged)
			}
		})
	}
}

func (w writer) refusesAll(t *testing.T, i *instance) {
	t.Helper()
	if w.methods == "" {
		w.methods = "POST"
	}
	for method := range strings.FieldsSeq(w.methods) {
		for name, bad := range badBodies {
			if name == "a text" && w.plain {
				continue
			}
			kinds := []string{"application/json"}
			if method == "PATCH" && !strings.HasPrefix(bad.body, "[") {
				kinds = append(kinds, "application/merge-patch+json")
			}
			for _, kind := range kinds {
				r := i.send(call{do: method + " " + w.path + " " + strings.ReplaceAll(bad.body, "NAME", w.name), as: managerOrSuper(w.path), kind: kind})
				says := strings.Contains(r.body, strings.ReplaceAll(bad.says, "NAME", w.name)) || w.streamed
				if r.status != 400 || r.codes() == "" || !says {
					t.Errorf("%s, %s, %s: status %d: %.300s", method, kind, name, r.status, r.body)
				}
			}
		}
	}
}

func onFile(t *testing.T) (i *instance, driver, dsn string) {
	dir := kickstartedData(t)
	file := (&url.URL{Path: filepath.Join(dir, databaseFile)}).EscapedPath()
	return open(t, server.Config{Data: dir, Key: sampleKey}), "sqlite", "file:" + file + "?_pragma=query_only(ON)"
}

func onSchema(t *testing.T) (i *instance, driver, dsn string) {
	dsn = schema(t)
	return open(t, server.Config{Database: dsn, Kickstart: sampleKickstart, Getenv: sampleEnv}), "pgx", dsn
}

// dump is everything that is in a database, table by table.
func dump(t *testing.T, driver, dsn string) map[string][]string {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	tables := column(t, db, map[string]string{
		"sqlite": "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'",
		"pgx":    "select tablename from pg_tables where schemaname = current_schema()",
	}[driver])
	all := map[string][]string{}
	for _, table := range tables {
		rows := "select x::text from " + table + " x"
		if driver == "sqlite" {
			rows = "select " + strings.Join(quoted(column(t, db, "select name from pragma_table_info('"+table+"')")), " || ' ' || ") + " from " + table
		}
		found := column(t, db, rows)
		slices.Sort(found)
		all[table] = found
	}
	return all
}

func quoted(columns []string) []string {
	for i, c := range columns {
		columns[i] = "quote(" + c + ")"
	}
	return columns
}

// column is the first column of what a query finds.
func column(t *testing.T, db *sql.DB, query string) (texts []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		texts = append(texts, text)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return texts
}

// TestLongValues: what is indexed or shown in lists has to be short.
func TestLongValues(t *testing.T) {
	t.Parallel()
	i := start(t)
	long := strings.Repeat("ä", 256)
	for _, request := range []string{
		"tenant /api/tenant name", "application /api/application name", "connector /api/connector name", "apiKey /api/api-key name",
		"group /api/group name", "role /api/application/" + applicationID + "/role name", "entityType /api/entity/type name", "entity /api/entity name",
		"user /api/user username", "user /api/user firstName", "user /api/user lastName", "user /api/user fullName", "user /api/user middleName",
		"user /api/user mobilePhone", "user /api/user imageUrl", "user /api/user timezone", "user /api/user parentEmail", "user /api/user email", "user /api/user phoneNumber",
		"registration /api/user/registration/" + janeID + " username", "registration /api/user/registration/" + janeID + " timezone",
		"lambda /api/lambda name", "theme /api/theme name", "emailTemplate /api/email/template name", "messenger /api/messenger name", "consent /api/consent name",
		"form /api/form name", "field /api/form/field name", "ipAccessControlList /api/ip-acl name", "userAction /api/user-action name",
		"userActionReason /api/user-action-reason text", "userActionReason /api/user-action-reason code", "identityProvider /api/identity-provider name",
		"webhook /api/webhook url", "key /api/key/generate name",
	} {
		part := strings.Fields(request)
		r := i.send(call{do: "POST " + part[1] + ` {"` + part[0] + `":{"` + part[2] + `":"` + long + `"}}`, as: managerOrSuper(part[1])})
		if codes := strings.Fields(r.codes()); r.status != 400 || !slices.ContainsFunc(codes, func(code string) bool { return strings.HasSuffix(code, "]"+part[0]+"."+part[2]) }) {
			t.Errorf("%s: status %d, %q", request, r.status, r.codes())
		}
		if r := i.do("GET /api/user?username=" + url.QueryEscape(long)); r.status != 404 {
			t.Errorf("%s: a trace is left: %s", request, r.body)
		}
	}
}

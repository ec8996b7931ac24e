package server_test

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Three more users than the one that is there, one of them in another tenant.
var crowd = []string{
	anotherTenant,
	`POST /api/user/aaaaaaaa-0000-0000-0000-000000000001 {"user":{"email":"ada@example.com","firstName":"Ada","data":{"plan":"Gold","seats":3,"address":{"city":"London"}},"tenantId":"` + tenantID + `"}}`,
	`POST /api/user/registration/aaaaaaaa-0000-0000-0000-000000000001 {"registration":{"applicationId":"` + applicationID + `","roles":["writer"]}}`,
	`POST /api/user/aaaaaaaa-0000-0000-0000-000000000002 {"user":{"email":"grace@example.com","username":"Grace","data":{"plan":"Silver","seats":12},"tenantId":"` + tenantID + `"}}`,
	`POST /api/user/aaaaaaaa-0000-0000-0000-000000000003 {"user":{"email":"ada@example.com","data":{"plan":"Gold"},"tenantId":"` + anotherTenantID + `"}}`,
}

const adaID, graceID, otherAdaID = "aaaaaaaa-0000-0000-0000-000000000001", "aaaaaaaa-0000-0000-0000-000000000002", "aaaaaaaa-0000-0000-0000-000000000003"

// asText writes a query of Elasticsearch as clients send it: as text.
func asText(query string) string {
	text, err := json.Marshal(query)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// byQuery is a search for users, sorted by their e-mail addresses.
func byQuery(query string) string {
	return `POST /api/user/search {"search":{"query":` + asText(query) + `,"sortFields":[{"name":"email"}]}}`
}

// byString is a search by a query string in the address.
func byString(text string) string {
	return "GET /api/user/search?queryString=" + url.QueryEscape(text) + "&sortFields%5B0%5D.name=email"
}

func TestUserSearch(t *testing.T) {
	t.Parallel()
	find := func(ids ...string) values {
		want := values{"total": len(ids), "expandable": []any{}, "nextResults": absent, "users." + string(rune('0'+len(ids))): absent}
		for i, id := range ids {
			want["users."+string(rune('0'+i))+".id"] = id
		}
		return want
	}
	searches := []scenario{
		{name: "everybody", do: byString("*"), status: 200, want: values{"total": 5}},
		{name: "everybody, asked for nothing", do: "GET /api/user/search", status: 200, want: values{"total": 5}},
		{name: "everybody of a tenant", tenant: anotherTenantID, do: byString("*"), status: 200, want: find(otherAdaID)},
		{name: "everybody that a key sees", as: tenantKey, do: byString("data.plan:gold"), status: 200, want: find(adaID)},
		{name: "an address", do: byString("ADA@example.com"), status: 200, want: values{"total": 2}},
		{name: "a part of a name", do: byString("rac"), status: 200, want: find(graceID)},
		{name: "a prefix", tenant: tenantID, do: byString("email:ada*"), status: 200, want: find(adaID)},
		{name: "data", do: byString("data.plan:silver"), status: 200, want: find(graceID)},
		{name: "data below data", do: byString("data.address.city:london"), status: 200, want: find(adaID)},
		{name: "a range", do: byString("data.seats:[4 TO *]"), status: 200, want: find(graceID)},
		{name: "and, not", do: byString("data.plan:gold AND NOT tenantId:" + anotherTenantID), status: 200, want: find(adaID)},
		{name: "what is not there", tenant: tenantID, do: byString("NOT _exists_:data.plan AND _exists_:registrations AND username:jane"), status: 200, want: find(janeID)},
		{name: "a registration", tenant: tenantID, do: byString("registrations.roles:writer"), status: 200, want: find(adaID)},
		{
			name: "a query of Elasticsearch", do: byQuery(`{"bool":{"must":[[{"nested":{"path":"registrations","query":{"bool":{"must":[` +
				`{"match":{"registrations.applicationId":"` + applicationID + `"}},{"match":{"registrations.roles":"writer"}}]}}}}]]}}`),
			status: 200, want: find(adaID),
		},
		{name: "a query is stronger than a query string", do: `POST /api/user/search {"search":{"query":` + asText(`{"term":{"username":"grace"}}`) + `,"queryString":"*"}}`, status: 200, want: find(graceID)},
		{name: "ids", do: "GET /api/user/search?ids=" + graceID + "&ids=" + nobodyID + "&ids=" + adaID, status: 200, want: find(graceID, adaID)},
		{name: "ids are stronger than everything", do: `POST /api/user/search {"search":{"ids":["` + strings.ToUpper(adaID) + `"],"query":"x","startRow":1}}`, status: 200, want: find(adaID)},
		{name: "ids of another tenant", tenant: tenantID, do: "GET /api/user/search?ids=" + otherAdaID, status: 200, want: find()},
		{
			name: "a page", do: `POST /api/user/search {"search":{"queryString":"email:*","numberOfResults":1,"startRow":1,"sortFields":[{"name":"email","order":"desc"}]}}`, tenant: tenantID,
			status: 200, want: values{"users.0.email": "grace@example.com", "users.1": absent},
		},
		{name: "nothing but a total", do: "GET /api/user/search?numberOfResults=0&accurateTotal=true", status: 200, want: values{"users": []any{}, "total": 5, "nextResults": absent}},
		{
			name: "expanded: one", do: `POST /api/user/search {"search":{"ids":["` + adaID + `"]},"expand":["registrations"]}`, status: 200,
			want: values{"expandable": []string{"memberships"}, "users.0.registrations.0.applicationId": applicationID},
		},
		{
			name: "expanded: none", do: `POST /api/user/search {"search":{"ids":["` + adaID + `"]},"expand":[]}`, status: 200,
			want: values{"expandable": []string{"memberships", "registrations"}, "users.0.registrations": []any{}},
		},
		{name: "expanded: what cannot be", do: "GET /api/user/search?expand=passwords", status: 400, codes: "[invalid]expand"},
		{name: "flushed", do: "PUT /api/user/search", status: 200},
		{name: "the password is not found, and not shown", do: byString("salt:*"), status: 400, codes: "[invalid]queryString"},
		{name: "a field that is not there", do: byString("shoeSize:5"), status: 400, codes: "[invalid]queryString"},
		{name: "what is not supported", do: `POST /api/user/search {"search":{"queryString":"email:/a.*/"}}`, status: 400, codes: "[invalid]search.queryString"},
		{name: "a query that is none", do: byQuery(`{"fuzzy":{"email":"ada"}}`), status: 400, codes: "[invalid]search.query"},
		{name: "a query that is no text", do: `POST /api/user/search {"search":{"query":{"match_all":{}}}}`, status: 400, codes: "[couldNotConvert]search.query"},
		{name: "a field to sort by that is not there", do: "GET /api/user/search?sortFields%5B0%5D.name=password", status: 400, codes: "[invalid]sortFields"},
		{name: "too far", do: "GET /api/user/search?startRow=9990&numberOfResults=25", status: 400, codes: "[invalid]startRow"},
		{name: "backwards", do: `POST /api/user/search {"search":{"startRow":-1,"numberOfResults":-1}}`, status: 400, codes: "[invalid]search.numberOfResults [invalid]search.startRow"},
		{name: "a token of our own making", do: "GET /api/user/search?nextResults=e30", status: 400, codes: "[invalid]nextResults"},
		{name: "an id that is none", do: "GET /api/user/search?ids=x", status: 400, codes: "[couldNotConvert]ids"},
		{name: "no search", do: "POST /api/user/search {}", status: 400, codes: "[missing]search"},
		{name: "key without the permission", as: readerKey, do: "GET /api/user/search", status: 401},
	}
	onEach(t, func(t *testing.T, i *instance) {
		for _, request := range crowd {
			i.do(request).must(t)
		}
		for _, s := range searches {
			t.Run(s.name, func(t *testing.T) { s.run(t, i) })
		}
	})
}

// TestPagesOfUsers follows the tokens from page to page.
func TestPagesOfUsers(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		for _, request := range crowd {
			i.do(request).must(t)
		}
		for _, query := range []string{"*", "email:*", "data.seats:>0 OR email:*"} {
			seen := map[string]bool{}
			r := i.do(`POST /api/user/search {"search":{"queryString":"` + query + `","numberOfResults":2,"sortFields":[{"name":"tenantId"},{"name":"username","missing":"_first"}]}}`).must(t)
			for pages := 1; ; pages++ {
				seen[r.text("users.0.id")], seen[r.text("users.1.id")] = true, true
				token := r.text("nextResults")
				if token == "" {
					break
				}
				r = i.do(`POST /api/user/search {"search":{"nextResults":"` + token + `","numberOfResults":2}}`).must(t)
				if r.digits("total") != i.do(byString(query)).digits("total") || pages > 3 {
					t.Fatalf("%s: page %d: %s", query, pages, r.body)
				}
			}
			if delete(seen, ""); len(seen) != 5 {
				t.Errorf("%s: %d users on the pages", query, len(seen))
			}
			if r := i.send(call{do: "GET /api/user/search?nextResults=" + r.text("nextResults"), tenant: anotherTenantID}).must(t); r.digits("total") != "1" {
				t.Errorf("a tenant does not narrow a continued search: %s", r.body)
			}
		}
	})
}

// TestSearchExamples: the requests of FusionAuth's documentation are understood.
func TestSearchExamples(t *testing.T) {
	t.Parallel()
	examples, err := filepath.Glob("testdata/search/*.json")
	if err != nil || len(examples) == 0 {
		t.Fatal("there are no examples", err)
	}
	i := start(t)
	for _, name := range examples {
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if r := i.do("POST /api/user/search " + string(body)); r.status != 200 || r.at("total") == absent {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}
}

func TestBulkDelete(t *testing.T) {
	t.Parallel()
	deletes := func(want values, ids ...string) values {
		want["total"], want["userIds"] = len(ids), ids
		return want
	}
	soft, dry := values{"dryRun": false, "hardDelete": false}, values{"dryRun": true, "hardDelete": true}
	check(t, []scenario{
		{name: "by ids", given: crowd, do: "DELETE /api/user/bulk?userId=" + adaID + "&userId=" + graceID, status: 200, want: deletes(soft, adaID, graceID)},
		{name: "by ids: deactivated", given: append(crowd, "DELETE /api/user/bulk?userId="+adaID), do: "GET /api/user/" + adaID, status: 200, want: values{"user.active": false}},
		{name: "by ids in the body", given: crowd, do: `DELETE /api/user/bulk {"dryRun":true,"hardDelete":true,"userIds":["` + adaID + `"]}`, status: 200, want: deletes(dry, adaID)},
		{name: "for good", given: append(crowd, `DELETE /api/user/bulk {"hardDelete":true,"queryString":"data.plan:gold"}`), do: "GET /api/user/search?queryString=email:*", status: 200, want: values{"total": 3}},
		{name: "a dry run", given: append(crowd, `DELETE /api/user/bulk {"dryRun":true,"hardDelete":true,"queryString":"*"}`), do: "GET /api/user/search", status: 200, want: values{"total": 5, "users.0.active": true}},
		{name: "by a query", given: crowd, do: `DELETE /api/user/bulk {"query":` + asText(`{"match":{"data.plan":"silver"}}`) + `}`, status: 200, want: values{"total": 1, "userIds.0": graceID}},
		{name: "by a query in the address", given: crowd, do: "DELETE /api/user/bulk?dryRun=true&queryString=data.plan:silver", status: 200, want: values{"total": 1, "userIds.0": graceID, "dryRun": true}},
		{name: "limited", given: crowd, do: "DELETE /api/user/bulk?queryString=*&limit=2&dryRun=true", status: 200, want: values{"total": 2, "userIds.2": absent}},
		{name: "of another tenant", given: crowd, tenant: tenantID, do: "DELETE /api/user/bulk?hardDelete=true&queryString=tenantId:" + anotherTenantID, status: 200, want: values{"total": 0, "userIds": []any{}}},
		{name: "of another tenant, by id", given: crowd, as: tenantKey, do: "DELETE /api/user/bulk?userId=" + otherAdaID, status: 200, want: values{"total": 0, "userIds": []any{}}},
		{name: "ids are stronger", given: crowd, do: "DELETE /api/user/bulk?dryRun=true&queryString=*&userId=" + adaID, status: 200, want: values{"total": 1}},
		{name: "an id given twice, and nobody's", given: crowd, do: "DELETE /api/user/bulk?userId=" + adaID + "&userId=" + adaID + "&userId=" + nobodyID, status: 200, want: values{"total": 1}},
		{name: "nobody in particular", do: "DELETE /api/user/bulk?hardDelete=true", status: 400, codes: "[missing]userIds"},
		{name: "a limit that is none", do: `DELETE /api/user/bulk {"queryString":"*","limit":0}`, status: 400, codes: "[invalid]limit"},
		{name: "a query that is none", do: "DELETE /api/user/bulk?query=x", status: 400, codes: "[invalid]query"},
		{name: "an id that is none", do: "DELETE /api/user/bulk?userId=x", status: 400, codes: "[couldNotConvert]userId"},
		{name: "key without the permission", as: readerKey, do: "DELETE /api/user/bulk?userId=" + janeID, status: 401},
	})
}

func TestBulkDeleteOnEach(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		for _, request := range crowd {
			i.do(request).must(t)
		}
		i.do("DELETE /api/user/bulk?hardDelete=true&queryString=data.plan:gold").must(t).want(t, values{"total": 2})
		i.do("GET /api/user/search?queryString=data.plan:gold").must(t).want(t, values{"total": 0, "users": []any{}})
		i.do("GET /api/user/search").must(t).want(t, values{"total": 3})
	})
}

func TestEntitySearch(t *testing.T) {
	t.Parallel()
	given := []string{anotherTenant, makeType, inDefault(makeEntity), inDefault(makeRobot)}
	onEach(t, func(t *testing.T, i *instance) {
		for _, request := range given {
			i.do(request).must(t)
		}
		for _, s := range []scenario{
			{name: "all", do: "GET /api/entity/search?queryString=*&sortFields%5B0%5D.name=name", status: 200, want: values{"total": 2, "entities.0.name": "Raviga", "entities.0.type.name": "Company", "entities.1.name": "Robot", "expandable": absent}},
			{name: "by name", do: "GET /api/entity/search?queryString=ROBOT", status: 200, want: values{"total": 1, "entities.0.id": robotID}},
			{name: "by type", do: `POST /api/entity/search {"search":{"query":` + asText(`{"term":{"type.name":"company"}}`) + `}}`, status: 200, want: values{"total": 2}},
			{name: "ids", do: "GET /api/entity/search?ids=" + robotID, status: 200, want: values{"total": 1, "entities.0.id": robotID}},
			{name: "of another tenant", tenant: anotherTenantID, do: "GET /api/entity/search", status: 200, want: values{"total": 0, "entities": []any{}}},
			{name: "of another tenant, by id", tenant: anotherTenantID, do: "GET /api/entity/search?ids=" + robotID, status: 200, want: values{"total": 0}},
			{name: "a field of users", do: "GET /api/entity/search?queryString=email:a", status: 400, codes: "[invalid]queryString"},
			{name: "a field to sort by that is not there", do: "GET /api/entity/search?sortFields%5B0%5D.name=clientSecret", status: 400, codes: "[invalid]sortFields"},
			{name: "flushed", do: "PUT /api/entity/search", status: 200},
		} {
			t.Run(s.name, func(t *testing.T) { s.run(t, i) })
		}
		first := i.do("GET /api/entity/search?numberOfResults=1").must(t)
		second := i.do("GET /api/entity/search?numberOfResults=1&nextResults=" + first.text("nextResults")).must(t)
		if a, b := first.text("entities.0.id"), second.text("entities.0.id"); a == b || a == "" || b == "" || second.at("nextResults") != absent {
			t.Errorf("two pages: %s\n%s", first.body, second.body)
		}
	})
}

// inDefault names the tenant of an entity, which there has to be when there is
// more than one.
func inDefault(request string) string {
	return strings.Replace(request, `{"entity":{`, `{"entity":{"tenantId":"`+tenantID+`",`, 1)
}

func TestKeySearch(t *testing.T) {
	t.Parallel()
	given := []string{
		`POST /api/key/generate {"key":{"algorithm":"ES256","name":"Elliptic"}}`, `POST /api/key/generate {"key":{"algorithm":"HS256","name":"shared"}}`,
	}
	check(t, []scenario{
		{name: "by name", given: given, do: "GET /api/key/search?name=SHA*", status: 200, want: values{"total": 1, "keys.0.name": "shared", "keys.0.secretMaterial": absent}},
		{name: "by type", given: given, do: `POST /api/key/search {"search":{"type":"EC"}}`, status: 200, want: values{"total": 1, "keys.0.name": "Elliptic"}},
		{name: "by algorithm", given: given, do: "GET /api/key/search?algorithm=HS256", status: 200, want: values{"total": 1, "keys.0.name": "shared"}},
		{name: "sorted", given: given, do: "GET /api/key/search?orderBy=name%20DESC&numberOfResults=1", status: 200, want: values{"keys.0.name": "shared", "keys.1": absent}},
		{name: "by a column that is not there", do: "GET /api/key/search?orderBy=secret", status: 400, codes: "[invalid]search.orderBy"},
		{name: "key of one tenant", as: tenantKey, do: "GET /api/key/search", status: 401},
	})
}

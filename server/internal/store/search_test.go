package store

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"wherry/server/internal/fa"
	"wherry/server/internal/search"
)

// crowd makes a hundred users in two tenants, every third one by an import, all
// with something to be found by.
func crowd(t *testing.T, db *DB) {
	t.Helper()
	must(t, db.Tenants.Create(t.Context(), tenant(1, "One")), db.Tenants.Create(t.Context(), tenant(2, "Two")),
		db.Applications.Create(t.Context(), application(3, id(1), "Payroll")), db.Applications.Create(t.Context(), application(4, id(1), "Wiki")))
	group := fa.NewGroup()
	group.ID, group.TenantID, group.Name = id(5), id(1), "Editors"
	must(t, db.Groups.Create(t.Context(), &group))
	im, err := db.NewImport()
	must(t, err)
	defer func() { must(t, im.Close()) }()
	for n := range 100 {
		u := somebody(n)
		if n%3 != 0 {
			must(t, db.CreateUser(t.Context(), u))
			continue
		}
		_, err := im.Add([]*fa.Account{u})
		must(t, err)
	}
	must(t, im.Write(t.Context(), nil))
}

func somebody(n int) *fa.Account {
	u := user(100+n, id(1+n/90), fmt.Sprintf("user%02d@example.com", n))
	u.FirstName, u.InsertInstant = []string{"Ada", "Bob", "Änne"}[n%3], start.UnixMilli()+int64(n)
	if n%10 == 0 {
		u.Username = fmt.Sprintf("Name_%02d%%", n)
	}
	if n%25 == 0 {
		u.Email, u.LastLoginInstant = "", start.UnixMilli()-int64(n)
		u.Username = fmt.Sprintf("Name_%02d%%", n)
	}
	u.Data = fa.Data{"n": []byte(fmt.Sprint(n)), "plan": []byte(`"` + []string{"Gold", "Silver"}[n%2] + `"`), "deep": []byte(fmt.Sprintf(`{"list":[{"tag":"t%d"}]}`, n%7))}
	if n%5 == 0 && n < 90 {
		r := registration(id(3+n%2), "reader")
		r.Verified = n%4 == 0
		u.Registrations = []fa.Registration{r}
	}
	if n == 7 {
		m := fa.Membership{GroupID: id(5), ID: id(999)}
		u.Memberships = []fa.Membership{m}
	}
	return u
}

// searches maps queries to how many of the crowd are found, in tenant One and in
// all.
var searches = map[string][2]int{
	"*": {90, 100}, "user07@example.com": {1, 1}, "user9*@example.com": {0, 10}, "email:user0*": {9, 9}, "email:*7@example.com": {9, 10}, "email:user?7@example.com": {9, 10},
	"email:[user10@example.com TO user19@example.com]": {10, 10}, "email:{user10@example.com TO user19@example.com}": {8, 8}, "-email:user0*": {81, 91}, "NOT email:*": {4, 4},
	"_exists_:username": {11, 12}, `username:name_10%`: {1, 1}, `username:name_1*`: {1, 1}, `username:n*%`: {11, 12}, `username:nameX*`: {0, 0}, "login:user11*": {1, 1}, "login:name_00*": {1, 1},
	"data.n:17": {1, 1}, "data.n:17.0": {1, 1}, "data.n:(17 OR 18 OR 95)": {2, 3}, "data.plan:gold": {45, 50}, "data.plan:GOLD AND data.n:[0 TO 9]": {5, 5},
	"data.plan:gold AND data.deep.list.tag:t3": {6, 7}, "data.plan:gold AND data.plan:silver": {0, 0}, "data.plan:gold OR data.plan:silver": {90, 100}, "data.plan:gold -data.n:2": {44, 49},
	"data.plan:gold AND email:user1*": {5, 5}, "data.plan:g*": {45, 50}, "data.nothing:*": {0, 0}, "data.deep.list.tag:*": {90, 100}, "data.n:>=90": {0, 10},
	"firstName:ada": {30, 34}, "firstName:ÄNNE": {30, 33}, "firstName:a*": {30, 34}, "ad": {30, 34}, "active:true": {90, 100}, "active:false": {0, 0}, "verified:false": {90, 100},
	"tenantId:00000000-0000-0000-0000-000000000002": {0, 10}, "id:00000000-0000-0000-0000-000000000107": {1, 1},
	"registrations.applicationId:00000000-0000-0000-0000-000000000003": {9, 9}, "registrations.roles:reader": {18, 18}, "_exists_:registrations": {18, 18}, "-_exists_:registrations": {72, 82},
	"registrations.applicationId:00000000-0000-0000-0000-000000000003 AND registrations.verified:true": {5, 5},
	"memberships.groupId:00000000-0000-0000-0000-000000000005":                                         {1, 1}, "memberships.id:*": {1, 1},
	`{"nested":{"path":"registrations","query":{"bool":{"must":[{"match":{"registrations.applicationId":"00000000-0000-0000-0000-000000000003"}},{"match":{"registrations.verified":false}}]}}}}`: {4, 4},
	`{"bool":{"must_not":[{"nested":{"path":"registrations","query":{"match":{"registrations.verified":true}}}}]}}`:                                                                               {85, 95},
	`{"bool":{"should":[{"term":{"data.plan":"gold"}},{"term":{"firstName":"ada"}},{"prefix":{"email":"user0"}}],"minimum_should_match":2}}`:                                                      {20, 22},
	`{"bool":{"should":[{"term":{"data.plan":"gold"}},{"prefix":{"email":"user0"}}]}}`:                                                                                                            {50, 55},
	`{"terms":{"data.n":[1,2,"x"]}}`: {2, 2}, `{"ids":{"values":["00000000-0000-0000-0000-000000000107","nobody"]}}`: {1, 1}, `{"bool":{"should":[]}}`: {90, 100}, `{"match":{"fullName":""}}`: {0, 0},
	fmt.Sprintf("insertInstant:[%d TO %d]", start.UnixMilli()+10, start.UnixMilli()+19): {10, 10}, "lastLoginInstant:*": {4, 4}, "insertInstant:2026-11-22": {90, 100},
	`"'; drop table users; --"`: {0, 0}, "email:" + strings.Repeat("a*", 15_000): {0, 0},
}

func asked(t *testing.T, text string) search.Query {
	t.Helper()
	parse := search.Users.ParseString
	if text[0] == '{' {
		parse = search.Users.ParseJSON
	}
	q, err := parse(text)
	must(t, err)
	return q
}

func TestSearches(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		crowd(t, db)
		for text, want := range searches {
			for i, tenant := range []string{string(id(1)), ""} {
				r := search.Request{Tenant: tenant, Query: asked(t, text), NumberOfResults: 200}
				found, total, next, err := db.SearchUsers(t.Context(), r)
				if err != nil || total != want[i] || len(found) != total || next != nil {
					t.Errorf("%.200s in tenant %q: found %d of %d, want %d: next %v, %v", text, tenant, len(found), total, want[i], next, err)
				}
				for _, u := range found {
					if tenant != "" && string(u.TenantID) != tenant {
						t.Errorf("%.200s finds somebody of tenant %s", text, u.TenantID)
					}
				}
			}
		}
	})
}

// TestPlansAgreeWithDocuments: what the database answers alone is what the
// documents say.
func TestPlansAgreeWithDocuments(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		crowd(t, db)
		exact := 0
		for text := range searches {
			r := search.Request{Query: asked(t, text), NumberOfResults: 200}
			p, err := db.planFor(t.Context(), "", r.Query)
			must(t, err)
			if p.exact {
				exact++
			}
			_, planned, err := db.findUsers(t.Context(), r)
			must(t, err)
			everybody, err := db.planFor(t.Context(), "", search.All{})
			must(t, err)
			everybody.exact = false
			if _, total, err := db.sift(t.Context(), r, everybody); err != nil || total != planned {
				t.Errorf("%.200s: planned %d, looked at %d: %v", text, planned, total, err)
			}
		}
		if exact < 25 {
			t.Errorf("only %d plans were exact", exact)
		}
	})
}

var orders = map[string]struct {
	sort  []search.Sort
	query string
}{
	"none":                     {nil, "*"},
	"none, by documents":       {nil, "data.n:[0 TO 95]"},
	"none, by terms":           {nil, "data.plan:gold"},
	"e-mail":                   {[]search.Sort{{Name: "email"}}, "*"},
	"e-mail downwards":         {[]search.Sort{{Name: "email", Order: "desc"}}, "*"},
	"missing first":            {[]search.Sort{{Name: "username", Missing: "_first"}}, "*"},
	"missing first, downwards": {[]search.Sort{{Name: "username", Order: "desc", Missing: "_first"}}, "*"},
	"several":                  {[]search.Sort{{Name: "tenantId", Order: "desc"}, {Name: "username"}, {Name: "insertInstant", Order: "desc"}}, "*"},
	"by documents":             {[]search.Sort{{Name: "lastLoginInstant", Order: "desc", Missing: "_last"}, {Name: "email"}}, "*"},
	"of terms":                 {[]search.Sort{{Name: "email", Order: "desc"}}, "data.plan:gold"},
	"of terms, by documents":   {[]search.Sort{{Name: "lastLoginInstant"}, {Name: "email"}}, "data.plan:gold"},
	"registrations":            {[]search.Sort{{Name: "registrations.applicationId"}, {Name: "id"}}, "*"},
}

// TestPaging: the pages, whichever way they are turned, are the whole in its
// order.
func TestPaging(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		crowd(t, db)
		for name, c := range orders {
			order := slices.Clone(c.sort) // the databases' tests run at once
			must(t, search.Users.CheckSort(order))
			whole := search.Request{Query: asked(t, c.query), Sort: order, NumberOfResults: 200}
			all, total, _, err := db.SearchUsers(t.Context(), whole)
			must(t, err)
			if len(all) != total || total < 50 {
				t.Errorf("%s: %d of %d", name, len(all), total)
			}
			want := idsOf(all)
			byRow, byToken := []fa.ID{}, []fa.ID{}
			page := whole
			page.NumberOfResults = 7
			for page.StartRow = 0; page.StartRow < total; page.StartRow += 7 {
				some, _, _, err := db.SearchUsers(t.Context(), page)
				must(t, err)
				byRow = append(byRow, idsOf(some)...)
			}
			page.StartRow = 0
			for {
				some, n, next, err := db.SearchUsers(t.Context(), page)
				must(t, err)
				if n != total {
					t.Errorf("%s: the total is %d, then %d", name, total, n)
				}
				byToken = append(byToken, idsOf(some)...)
				if page.After = throughToken(t, next, order); next == nil {
					break
				}
			}
			if fmt.Sprint(byRow) != fmt.Sprint(want) {
				t.Errorf("%s: by rows %v\nwant %v", name, byRow, want)
			}
			if fmt.Sprint(byToken) != fmt.Sprint(want) {
				t.Errorf("%s: by tokens %v\nwant %v", name, byToken, want)
			}
		}
	})
}

func idsOf(users []*fa.User) (ids []fa.ID) {
	for _, u := range users {
		ids = append(ids, u.ID)
	}
	return ids
}

// throughToken is a position as it comes back from a client.
func throughToken(t *testing.T, at search.Position, order []search.Sort) search.Position {
	t.Helper()
	if at == nil {
		return nil
	}
	token, err := search.Continuation{Last: at, QueryString: "*", Sort: order}.Token()
	must(t, err)
	c, err := search.Users.ParseToken(token)
	must(t, err)
	return c.Last
}

// TestTermsFollowTheUser: a change is found at once, and what was there before
// is not found any more, whether the user came alone or with others.
func TestTermsFollowTheUser(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		crowd(t, db)
		ctx := t.Context()
		found := func(text string) int {
			_, total, _, err := db.SearchUsers(ctx, search.Request{Query: asked(t, text), NumberOfResults: 10})
			must(t, err)
			return total
		}
		rows := count(t, db, "user_terms")
		for _, n := range []fa.ID{id(100 + 30), id(100 + 31)} {
			_, err := db.UpdateUser(ctx, n, func(u *fa.Account) error {
				u.Data = fa.Data{"plan": []byte(`"bronze"`), "n": u.Data["n"]}
				return nil
			})
			must(t, err)
		}
		if bronze, gold, silver := found("data.plan:bronze"), found("data.plan:gold"), found("data.plan:silver"); bronze != 2 || gold != 49 || silver != 49 {
			t.Errorf("bronze %d, gold %d, silver %d", bronze, gold, silver)
		}
		if n := found("data.n:(30 31)"); n != 2 {
			t.Errorf("what stays is found %d times", n)
		}
		for n := range 100 {
			must(t, db.DeleteUser(ctx, id(100+n)))
		}
		if n := count(t, db, "user_terms"); n != 0 || rows == 0 {
			t.Errorf("%d rows of terms, %d when all users are gone", rows, n)
		}
	})
}

// TestUsersOfABlockChangeAtOnce: none of the changes is lost, although the users
// share rows of terms.
func TestUsersOfABlockChangeAtOnce(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		crowd(t, db)
		outcomes := together(8, func(i int) error {
			_, err := db.UpdateUser(t.Context(), id(100+3*i), func(u *fa.Account) error {
				u.Data["plan"], u.LastName = []byte(`"bronze"`), "Example"
				return nil
			})
			return err
		})
		for _, text := range []string{"data.plan:bronze", "lastName:example"} {
			if _, total, _, err := db.SearchUsers(t.Context(), search.Request{Query: asked(t, text)}); err != nil || total != 8 {
				t.Errorf("%s finds %d, %v; %v", text, total, err, outcomes)
			}
		}
	})
}

func TestTotalsStopUnlessTheyAreAccurate(t *testing.T) {
	t.Parallel()
	s := &sieve{Request: search.Request{NumberOfResults: 1}}
	for n := range int64(search.MaxTotal + 5) {
		if s.full() != (n >= search.MaxTotal) {
			t.Fatalf("full after %d: %v", n, s.full())
		}
		s.take(hit{search.Position{n}, n})
	}
	if page, total := s.page(); total != search.MaxTotal || len(page.hits) != 1 || page.next[0] != int64(0) {
		t.Errorf("%v, %d", page, total)
	}
	if s.AccurateTotal = true; s.full() {
		t.Error("full, but the total has to be accurate")
	}
	if _, total := s.page(); total != search.MaxTotal+5 {
		t.Errorf("%d in all", total)
	}
}

func TestUsersByID(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		crowd(t, db)
		asked := []fa.ID{id(195), id(1), id(107), id(105)}
		for tenant, want := range map[fa.ID][]fa.ID{"": {id(195), id(107), id(105)}, id(1): {id(107), id(105)}} {
			found, err := db.UsersByID(t.Context(), tenant, asked)
			if err != nil || fmt.Sprint(idsOf(found)) != fmt.Sprint(want) {
				t.Errorf("in %q: %v, %v", tenant, idsOf(found), err)
			}
		}
		found, err := db.UsersByID(t.Context(), "", asked)
		must(t, err)
		if len(found[1].Memberships) != 1 || len(found[2].Registrations) != 1 || len(found[0].Registrations) != 0 {
			t.Errorf("incomplete: %+v", found)
		}
	})
}

func TestSearchUserIDs(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		crowd(t, db)
		for text, c := range map[string]struct{ limit, want int }{"data.plan:gold": {1000, 45}, "email:user0*": {5, 5}, "*": {0, 0}, "data.n:[0 TO 50]": {10, 10}} {
			ids, err := db.SearchUserIDs(t.Context(), id(1), asked(t, text), c.limit)
			if err != nil || len(ids) != c.want {
				t.Errorf("%s: %d ids, %v", text, len(ids), err)
			}
		}
	})
}

func TestSearchEntities(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		ctx := t.Context()
		must(t, db.Tenants.Create(ctx, tenant(1, "One")), db.Tenants.Create(ctx, tenant(2, "Two")))
		kind := fa.NewEntityType()
		kind.ID, kind.Name = id(11), "Company"
		must(t, db.EntityTypes.Create(ctx, &kind))
		for n := range 20 {
			e := fa.NewEntity()
			e.ID, e.TenantID, e.Type.ID, e.Name, e.ClientID = id(100+n), id(1+n%2), id(11), fmt.Sprintf("Firm %02d", n), fmt.Sprintf("client-%d", n)
			text, err := json.Marshal(n % 5)
			must(t, err)
			e.Data = fa.Data{"size": text}
			must(t, db.Entities.Create(ctx, &e))
		}
		for text, want := range map[string]int{"*": 20, "firm": 20, "firm 03": 0, `"firm 03"`: 1, "company": 20, "client-7": 1, "data.size:3": 4, "clientId:client-1*": 11, "data.size:[3 TO *]": 8} {
			q, err := search.Entities.ParseString(text)
			must(t, err)
			found, total, _, err := db.SearchEntities(ctx, search.Request{Query: q, NumberOfResults: 100})
			if err != nil || total != want || len(found) != want {
				t.Errorf("%s: %d of %d, want %d, %v", text, len(found), total, want, err)
			}
		}
		order := []search.Sort{{Name: "name", Order: "desc"}}
		must(t, search.Entities.CheckSort(order))
		r := search.Request{Tenant: string(id(2)), Query: search.All{}, Sort: order, NumberOfResults: 3}
		var names []string
		for {
			found, total, next, err := db.SearchEntities(ctx, r)
			must(t, err)
			if total != 10 {
				t.Fatalf("total %d", total)
			}
			for _, e := range found {
				names = append(names, e.Name)
			}
			if r.After = next; next == nil {
				break
			}
		}
		if fmt.Sprint(names) != "[Firm 19 Firm 17 Firm 15 Firm 13 Firm 11 Firm 09 Firm 07 Firm 05 Firm 03 Firm 01]" {
			t.Errorf("%v", names)
		}
	})
}

// TestMoreThanAreCounted: with more users than are counted the order is that of
// their numbers all the same, and so are the pages.
func TestMoreThanAreCounted(t *testing.T) {
	onEach(t, func(t *testing.T, db *DB) {
		ctx := t.Context()
		must(t, db.Tenants.Create(ctx, tenant(1, "One")))
		_, err := db.writer.ExecContext(ctx, `with recursive more (n) as (select 1 union all select n + 1 from more where n < $1)
			insert into users (id, tenant_id, email, active, insert_instant, doc, number)
			select 'id-' || (20000 - n), $2, 'user' || (20000 - n) || '@example.com', true, n, '{"id":"00000000-0000-0000-0000-000000000001"}', n from more`,
			search.MaxTotal+50, id(1))
		must(t, err)
		for _, text := range []string{"*", "email:user*", "active:true"} {
			r := search.Request{Tenant: string(id(1)), Query: asked(t, text), NumberOfResults: 2}
			for n := int64(2); n < 7; n += 2 {
				_, total, next, err := db.SearchUsers(ctx, r)
				if err != nil || total != search.MaxTotal || fmt.Sprint(next) != fmt.Sprint(search.Position{n}) {
					t.Fatalf("%s: %d in all, the page ends at %v, want %d: %v", text, total, next, n, err)
				}
				r.After = next
			}
			r.AccurateTotal = true
			if _, total, _, err := db.SearchUsers(ctx, r); err != nil || total != search.MaxTotal+50 {
				t.Errorf("%s: accurately %d, %v", text, total, err)
			}
		}
	})
}

package api

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"wherry/server/internal/fa"
	"wherry/server/internal/search"
)

// indexSearch is a search of users or entities, which have a language of their
// own: of ids, query and queryString, the first one that is given counts.
//
// Source: https://fusionauth.io/docs/apis/users#search-for-users
type indexSearch struct {
	AccurateTotal   bool          `json:"accurateTotal"`
	IDs             []fa.ID       `json:"ids"`
	NextResults     string        `json:"nextResults"`
	NumberOfResults int           `json:"numberOfResults"`
	Query           string        `json:"query"`
	QueryString     string        `json:"queryString"`
	SortFields      []search.Sort `json:"sortFields"`
	StartRow        int           `json:"startRow"`
	Rest            fa.Rest       `json:",embed"`

	expand []string // nil: everything
	path   string   // what stands before the names of properties: "search.", or nothing
}

// farthest is how far into the results startRow leads, as in Elasticsearch.
const farthest = 10_000

func readIndexSearch(r *http.Request) (s indexSearch, err error) {
	s = indexSearch{NumberOfResults: 25}
	if r.Method != http.MethodPost {
		err = s.readQuery(r.URL.Query())
	} else {
		err = s.readBody(r)
	}
	if err != nil {
		return s, err
	}
	return s, s.validate()
}

func (s *indexSearch) readBody(r *http.Request) error {
	s.path = "search."
	body, err := read(r)
	if err != nil {
		return err
	}
	if raw, ok := body["expand"]; ok {
		if err := fa.DecodeAt("expand", raw, &s.expand); err != nil {
			return err
		}
	}
	return body.decode("search", s)
}

func (s *indexSearch) readQuery(q url.Values) error {
	var errs fa.Errors
	s.Query, s.QueryString, s.NextResults = q.Get("query"), q.Get("queryString"), q.Get("nextResults")
	s.AccurateTotal = q.Get("accurateTotal") == "true"
	s.NumberOfResults = int(number(&errs, q, "numberOfResults", int64(s.NumberOfResults)))
	s.StartRow = int(number(&errs, q, "startRow", 0))
	s.expand = q["expand"]
	s.IDs = idsIn(&errs, q, "ids")
	for i := 0; ; i++ {
		at := "sortFields[" + strconv.Itoa(i) + "]."
		if !q.Has(at + "name") {
			break
		}
		s.SortFields = append(s.SortFields, search.Sort{Name: q.Get(at + "name"), Order: q.Get(at + "order"), Missing: q.Get(at + "missing")})
	}
	return errs.OrNil()
}

// idsIn reads every value of a parameter as an id.
func idsIn(errs *fa.Errors, q url.Values, name string) (ids []fa.ID) {
	for _, text := range q[name] {
		id, err := fa.ParseID(text)
		if err != nil {
			errs.Field(name, "couldNotConvert", "[%s] is not a UUID.", text)
		}
		ids = append(ids, id)
	}
	return ids
}

func (s *indexSearch) validate() error {
	var errs fa.Errors
	for name, n := range map[string]int{"numberOfResults": s.NumberOfResults, "startRow": s.StartRow} {
		if n < 0 {
			errs.Field(s.path+name, "invalid", "The [%s%s] property must not be negative.", s.path, name)
		}
	}
	if s.NumberOfResults > farthest || s.StartRow > farthest-s.NumberOfResults {
		errs.Field(s.path+"startRow", "invalid", "The [%[1]sstartRow] and [%[1]snumberOfResults] properties must not add up to more than %[2]d. "+
			"To go further, pass [nextResults] from the response as [%[1]snextResults].", s.path, farthest)
	}
	for _, name := range s.expand {
		if !slices.Contains(expandable, name) {
			errs.Field("expand", "invalid", "[%s] cannot be expanded. There are [%s].", name, strings.Join(expandable, ", "))
		}
	}
	return errs.OrNil()
}

// expandable is what a search of users can leave out.
var expandable = []string{"memberships", "registrations"}

// request is the search in the index of a tenant, or of all when it is empty.
func (s *indexSearch) request(x *search.Index, tenant fa.ID) (search.Request, error) {
	r := search.Request{
		Tenant: string(tenant), Sort: s.SortFields, StartRow: s.StartRow, NumberOfResults: s.NumberOfResults, AccurateTotal: s.AccurateTotal,
	}
	if s.NextResults != "" {
		c, err := x.ParseToken(s.NextResults)
		if err != nil {
			return r, fa.FieldError(s.path+"nextResults", "invalid", "The [%snextResults] property cannot be used: %v.", s.path, err)
		}
		s.Query, s.QueryString = c.Query, c.QueryString
		r.After, r.Sort, r.StartRow, r.AccurateTotal = c.Last, c.Sort, 0, c.AccurateTotal
	}
	if err := x.CheckSort(r.Sort); err != nil {
		return r, fa.FieldError(s.path+"sortFields", "invalid", "The [%ssortFields] property cannot be used: %v.", s.path, err)
	}
	var err error
	r.Query, err = parseQuery(x, s.path, s.Query, s.QueryString)
	return r, err
}

// parseQuery reads the one of the two that is given; path stands before their
// names.
func parseQuery(x *search.Index, path, query, queryString string) (search.Query, error) {
	name, text, parse := path+"queryString", queryString, x.ParseString
	if query != "" {
		name, text, parse = path+"query", query, x.ParseJSON
	}
	q, err := parse(text)
	if err != nil {
		return nil, fa.FieldError(name, "invalid", "The [%s] property cannot be used: %v.", name, err)
	}
	return q, nil
}

// respond answers with what was found, and with a token for the page after.
func (s *indexSearch) respond(w http.ResponseWriter, name string, found any, total int, r search.Request, next search.Position) error {
	answer := map[string]any{name: found, "total": total}
	if next != nil {
		token, err := search.Continuation{Last: next, QueryString: s.QueryString, Query: s.Query, Sort: r.Sort, AccurateTotal: r.AccurateTotal}.Token()
		if err != nil {
			return fmt.Errorf("continue a search: %w", err)
		}
		answer["nextResults"] = token
	}
	if name == "users" {
		answer["expandable"] = s.leftOut()
	}
	return respond(w, http.StatusOK, answer)
}

// leftOut is what the answer does not have although there might be some.
func (s *indexSearch) leftOut() []string {
	left := []string{}
	for _, name := range expandable {
		if s.expand != nil && !slices.Contains(s.expand, name) {
			left = append(left, name)
		}
	}
	return left
}

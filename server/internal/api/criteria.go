package api

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"wherry/server/internal/fa"
)

// criteria is what searches can ask for; each looks at those that it knows.
type criteria struct {
	Algorithm       string  `json:"algorithm"`
	ApplicationID   fa.ID   `json:"applicationId"`
	Body            string  `json:"body"`
	Comment         string  `json:"comment"`
	CommenterID     fa.ID   `json:"commenterId"`
	Description     string  `json:"description"`
	End             int64   `json:"end"`
	EntityID        fa.ID   `json:"entityId"`
	Event           string  `json:"event"`
	EventResult     string  `json:"eventResult"`
	EventType       string  `json:"eventType"`
	GroupID         fa.ID   `json:"groupId"`
	Message         string  `json:"message"`
	Name            string  `json:"name"`
	NewValue        string  `json:"newValue"`
	NumberOfResults int     `json:"numberOfResults"`
	OldValue        string  `json:"oldValue"`
	OrderBy         string  `json:"orderBy"`
	Reason          string  `json:"reason"`
	Start           int64   `json:"start"`
	Source          string  `json:"source"`
	StartRow        int     `json:"startRow"`
	State           string  `json:"state"`
	TenantID        fa.ID   `json:"tenantId"`
	Type            string  `json:"type"`
	URL             string  `json:"url"`
	User            string  `json:"user"`
	UserID          fa.ID   `json:"userId"`
	Rest            fa.Rest `json:",embed"`
}

// readCriteria reads a search: the parameters of a GET, or "search" in the
// body of a POST.
func readCriteria(r *http.Request) (criteria, error) {
	c, _, err := readCriteriaBeside(r)
	return c, err
}

// readNewestFirst is readCriteria for what happened one after the other, with
// the order that it asks for.
func readNewestFirst(r *http.Request) (c criteria, order fa.Order, err error) {
	if c, err = readCriteria(r); err == nil {
		order, err = c.sorting("insertInstant DESC")
	}
	return c, order, err
}

// readCriteriaBeside is readCriteria with what a body has beside the search.
func readCriteriaBeside(r *http.Request) (c criteria, beside envelope, err error) {
	c.NumberOfResults = 25
	if r.Method != http.MethodPost {
		return c, nil, c.readQuery(r.URL.Query())
	}
	if beside, err = read(r); err != nil {
		return c, nil, err
	}
	if err := beside.decode("search", &c); err != nil {
		return c, nil, err
	}
	return c, beside, c.validate()
}

func (c *criteria) readQuery(q url.Values) error {
	var errs fa.Errors
	c.Message, c.Name, c.OrderBy = q.Get("message"), q.Get("name"), q.Get("orderBy")
	c.Algorithm, c.State, c.Type = q.Get("algorithm"), q.Get("state"), q.Get("type")
	c.Event, c.EventResult, c.EventType = q.Get("event"), q.Get("eventResult"), q.Get("eventType")
	c.NewValue, c.OldValue, c.Reason, c.User = q.Get("newValue"), q.Get("oldValue"), q.Get("reason"), q.Get("user")
	c.Body, c.Description, c.Source, c.URL = q.Get("body"), q.Get("description"), q.Get("source"), q.Get("url")
	c.Comment, c.CommenterID = q.Get("comment"), idIn(&errs, q, "commenterId")
	c.ApplicationID, c.EntityID, c.GroupID = idIn(&errs, q, "applicationId"), idIn(&errs, q, "entityId"), idIn(&errs, q, "groupId")
	c.TenantID, c.UserID = idIn(&errs, q, "tenantId"), idIn(&errs, q, "userId")
	c.Start, c.End = number(&errs, q, "start", 0), number(&errs, q, "end", 0)
	c.NumberOfResults = int(number(&errs, q, "numberOfResults", int64(c.NumberOfResults)))
	c.StartRow = int(number(&errs, q, "startRow", 0))
	return errs.OrNil()
}

// idIn reads an id from a parameter; the empty one when there is none.
func idIn(errs *fa.Errors, q url.Values, name string) fa.ID {
	if q.Get(name) == "" {
		return ""
	}
	id, err := fa.ParseID(q.Get(name))
	if err != nil {
		errs.Field(name, "couldNotConvert", "[%s] is not a UUID.", q.Get(name))
	}
	return id
}

func number(errs *fa.Errors, q url.Values, name string, otherwise int64) int64 {
	if !q.Has(name) {
		return otherwise
	}
	n, err := strconv.ParseInt(q.Get(name), 10, 64)
	if err != nil || n < 0 {
		errs.Field(name, "couldNotConvert", "[%s] is not a number from 0.", q.Get(name))
	}
	return n
}

func (c *criteria) validate() error {
	var errs fa.Errors
	for path, n := range map[string]int64{
		"search.numberOfResults": int64(c.NumberOfResults), "search.startRow": int64(c.StartRow), "search.start": c.Start, "search.end": c.End,
	} {
		if n < 0 {
			errs.Field(path, "invalid", "The [%s] property must not be negative.", path)
		}
	}
	return errs.OrNil()
}

// order reads "column ASC, other DESC", of columns that can be sorted by.
func (c *criteria) order(otherwise string, known func(column string) bool) (fa.Order, error) {
	order, err := c.sorting(otherwise)
	if err != nil {
		return nil, err
	}
	for _, o := range order {
		if !known(o.Property) {
			return nil, unsortable(o.Property)
		}
	}
	return order, nil
}

// sorting is order for those who know by themselves what they can sort by.
func (c *criteria) sorting(otherwise string) (fa.Order, error) {
	text := c.OrderBy
	if strings.TrimSpace(text) == "" {
		text = otherwise
	}
	var order fa.Order
	for term := range strings.SplitSeq(text, ",") {
		column, direction, _ := strings.Cut(strings.TrimSpace(term), " ")
		direction = strings.ToLower(strings.TrimSpace(direction))
		if !slices.Contains([]string{"", "asc", "desc"}, direction) {
			return nil, unsortable(strings.TrimSpace(term))
		}
		order = append(order, fa.OrderBy{Property: column, Descending: direction == "desc"})
	}
	return order, nil
}

func unsortable(term string) error {
	return fa.FieldError("search.orderBy", "invalid", "[%s] is not a column that can be sorted by.", term)
}

package api

import (
	"context"
	"encoding/csv"
	"iter"
	"net/http"

	"wherry/server/internal/fa"
)

// LoginRecords serves /api/system/login-record and /api/user/recent-login.
//
// Sources: https://fusionauth.io/docs/apis/login#search-login-records,
// https://fusionauth.io/docs/apis/users#retrieve-recent-logins
type LoginRecords struct {
	Store interface {
		Logins(ctx context.Context, s fa.LoginSearch) iter.Seq2[fa.LoginRecord, error]
		SearchLogins(ctx context.Context, s fa.LoginSearch, count bool) (found []fa.LoginRecord, total int, err error)
	}
	Zone Zone
}

// Mount registers the endpoints.
func (h *LoginRecords) Mount(m *Mux) {
	const path = "/api/system/login-record"
	m.Handle("GET "+path+"/search", h.search)
	m.Handle("POST "+path+"/search", h.search)
	m.Handle("GET "+path+"/export", h.export)
	m.Handle("POST "+path+"/export", h.export)
	m.Handle("GET /api/user/recent-login", h.recent)
}

func loginSearch(c caller, asked criteria) fa.LoginSearch {
	return fa.LoginSearch{
		ApplicationID: asked.ApplicationID, TenantID: c.tenant, UserID: asked.UserID, Start: asked.Start, End: asked.End,
		Limit: asked.NumberOfResults, Offset: asked.StartRow,
	}
}

func (h *LoginRecords) search(w http.ResponseWriter, r *http.Request) error {
	c, beside, err := readCriteriaBeside(r)
	if err != nil {
		return err
	}
	count := r.URL.Query().Get("retrieveTotal") == "true" || beside.flag("retrieveTotal")
	found, total, err := h.Store.SearchLogins(r.Context(), loginSearch(callerOf(r), c), count)
	if err != nil {
		return err
	}
	body := map[string]any{"logins": found}
	if count {
		body["total"] = total
	}
	return respond(w, http.StatusOK, body)
}

func (h *LoginRecords) recent(w http.ResponseWriter, r *http.Request) error {
	var errs fa.Errors
	q := r.URL.Query()
	s := fa.LoginSearch{
		TenantID: callerOf(r).tenant, UserID: idIn(&errs, q, "userId"),
		Limit: int(number(&errs, q, "limit", 10)), Offset: int(number(&errs, q, "offset", 0)),
	}
	if err := errs.OrNil(); err != nil {
		return err
	}
	found, _, err := h.Store.SearchLogins(r.Context(), s, false)
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"logins": found})
}

func (h *LoginRecords) export(w http.ResponseWriter, r *http.Request) error {
	e, err := readExport(r, h.Zone)
	if err != nil {
		return err
	}
	return e.write(w, "login-records.csv", func(out *csv.Writer) error {
		if err := out.Write([]string{
			"User Id", "Identity value", "Identity type", "Time", "Application Id", "IP Address",
			"City", "Country", "Zipcode", "Region", "Latitude", "Longitude",
		}); err != nil {
			return err
		}
		for l, err := range h.Store.Logins(r.Context(), loginSearch(callerOf(r), e.criteria)) {
			if err != nil {
				return err
			}
			if err := out.Write([]string{
				string(l.UserID), cell(l.LoginID), l.LoginIDType, e.instant(l.Instant), string(l.ApplicationID), cell(l.IPAddress),
				"", "", "", "", "", "",
			}); err != nil {
				return err
			}
		}
		return nil
	})
}

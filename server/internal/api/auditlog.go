package api

import (
	"context"
	"encoding/csv"
	"iter"
	"net/http"
	"strconv"

	"wherry/server/internal/fa"
)

// AuditLogs serves /api/system/audit-log.
//
// Source: https://fusionauth.io/docs/apis/audit-logs
type AuditLogs struct {
	Store interface {
		AuditLog(ctx context.Context, id int64) (fa.AuditLog, error)
		AuditLogs(ctx context.Context, s fa.AuditSearch) iter.Seq2[fa.AuditLog, error]
		SearchAuditLog(ctx context.Context, s fa.AuditSearch) ([]fa.AuditLog, int, error)
	}
	Log interface {
		AddAuditLog(ctx context.Context, a *fa.AuditLog) error
	}
	Zone Zone
}

// Mount registers the endpoints.
func (h *AuditLogs) Mount(m *Mux) {
	const path = "/api/system/audit-log"
	m.Handle("POST "+path, h.post)
	m.Handle("GET "+path+"/{auditLogId}", h.get)
	m.Handle("GET "+path+"/search", h.search)
	m.Handle("POST "+path+"/search", h.search)
	m.Handle("GET "+path+"/export", h.export)
	m.Handle("POST "+path+"/export", h.export)
}

func (h *AuditLogs) post(w http.ResponseWriter, r *http.Request) error {
	body, err := read(r)
	if err != nil {
		return err
	}
	var a fa.AuditLog
	if err := body.decode("auditLog", &a); err != nil {
		return err
	}
	if err := a.Validate(); err != nil {
		return err
	}
	if tenant := callerOf(r).tenant; tenant != "" {
		a.TenantID = tenant
	}
	if err := h.Log.AddAuditLog(r.Context(), &a); err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"auditLog": a})
}

func (h *AuditLogs) get(w http.ResponseWriter, r *http.Request) error {
	id, err := pathNumber(r, "auditLogId")
	if err != nil {
		return err
	}
	a, err := h.Store.AuditLog(r.Context(), id)
	if err == nil && !callerOf(r).sees(a.TenantID) {
		err = fa.ErrNotFound
	}
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"auditLog": a})
}

func (h *AuditLogs) search(w http.ResponseWriter, r *http.Request) error {
	c, order, err := readNewestFirst(r)
	if err != nil {
		return err
	}
	s := auditSearch(callerOf(r), c)
	s.Limit, s.Offset, s.Order = c.NumberOfResults, c.StartRow, order
	found, total, err := h.Store.SearchAuditLog(r.Context(), s)
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"auditLogs": found, "total": total})
}

func auditSearch(c caller, asked criteria) fa.AuditSearch {
	s := fa.AuditSearch{
		Message: asked.Message, NewValue: asked.NewValue, OldValue: asked.OldValue, Reason: asked.Reason, User: asked.User,
		TenantID: asked.TenantID, Start: asked.Start, End: asked.End,
	}
	if c.tenant != "" {
		s.TenantID = c.tenant
	}
	return s
}

func (h *AuditLogs) export(w http.ResponseWriter, r *http.Request) error {
	e, err := readExport(r, h.Zone)
	if err != nil {
		return err
	}
	return e.write(w, "audit-log.csv", func(out *csv.Writer) error {
		if err := out.Write([]string{"Id", "Time", "User", "Message", "Reason", "Old value", "New value", "Data"}); err != nil {
			return err
		}
		for a, err := range h.Store.AuditLogs(r.Context(), auditSearch(callerOf(r), e.criteria)) {
			if err != nil {
				return err
			}
			data := []byte{}
			if len(a.Data) > 0 {
				if data, err = fa.Encode(a.Data); err != nil {
					return err
				}
			}
			if err := out.Write([]string{
				strconv.FormatInt(a.ID, 10), e.instant(a.InsertInstant), cell(a.InsertUser), cell(a.Message), cell(a.Reason),
				cell(string(a.OldValue)), cell(string(a.NewValue)), string(data),
			}); err != nil {
				return err
			}
		}
		return nil
	})
}

// pathNumber reads a number from the path.
func pathNumber(r *http.Request, name string) (int64, error) {
	n, err := strconv.ParseInt(r.PathValue(name), 10, 64)
	if err != nil {
		return 0, fa.FieldError(name, "couldNotConvert", "[%s] is not a number.", r.PathValue(name))
	}
	return n, nil
}

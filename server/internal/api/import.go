package api

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// Import serves /api/user/import.
//
// Source: https://fusionauth.io/docs/apis/users#import-users
type Import struct {
	Importer interface {
		Import(ctx context.Context, request *fa.ImportRequest, tenantOf identity.TenantOf) error
	}
	MaxBytes int64 // what a request may weigh

	mux *Mux
}

// Mount registers the endpoint.
func (h *Import) Mount(m *Mux) {
	h.mux = m
	m.handleLarge("POST /api/user/import", h.MaxBytes, h.post)
}

func (h *Import) post(_ http.ResponseWriter, r *http.Request) error {
	if _, err := contentType(r, typeJSON); err != nil {
		return err
	}
	tenantOf := func(ctx context.Context, named fa.ID) (*fa.Tenant, error) {
		return h.mux.tenantFor(ctx, cmp.Or(callerOf(r).tenant, named))
	}
	err := h.Importer.Import(r.Context(), fa.ReadImport(r.Body), tenantOf)
	if err == nil {
		return nil
	}
	// Most clients read an answer only when they have sent everything.
	_, broken := io.Copy(io.Discard, r.Body)
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(broken, &tooLarge):
		return broken
	case errors.Is(err, fa.ErrCutOff):
		return fa.GeneralError("invalidJSON", "The request was cut off.")
	}
	return err
}

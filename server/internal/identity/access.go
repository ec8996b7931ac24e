package identity

import (
	"cmp"
	"context"
	"errors"

	"wherry/server/internal/fa"
)

// ErrAddress says that something may not be used from where a request came.
var ErrAddress = errors.New("not from this address")

// AccessLists says from which addresses something may be used.
type AccessLists struct {
	Lists Lookup[fa.IPAccessControlList]
}

// Admit returns ErrAddress if the list with that id does not allow the address.
// No list allows all of them, one that is gone none.
func (l AccessLists) Admit(ctx context.Context, id fa.ID, address string) error {
	if id == "" {
		return nil
	}
	list, err := l.Lists.Get(ctx, id)
	if errors.Is(err, fa.ErrNotFound) || err == nil && !list.Allows(address) {
		return ErrAddress
	}
	return err
}

// AdmitTo is Admit for whoever wants to see pages, by the list of the application,
// which may be nil, or else of the tenant. The address is the connection's.
func (l AccessLists) AdmitTo(ctx context.Context, t *fa.Tenant, a *fa.Application) error {
	id := t.AccessControlConfiguration.UIIPAccessControlListID
	if a != nil {
		id = cmp.Or(a.AccessControlConfiguration.UIIPAccessControlListID, id)
	}
	return l.Admit(ctx, id, EventInfoOf(ctx).IPAddress)
}

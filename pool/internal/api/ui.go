package api

import (
	"cmp"

	"wherry/pool/internal/model"
)

type uiIn struct {
	UserPoolId string `shape:"UserPoolIdType,required"`
	ClientId   string `shape:"ClientIdType"` // default: ALL
}

type uiOut struct{ UICustomization *model.UICustomization }

// getUICustomization tells a client's own look or, without one, that of ALL;
// when nothing is set there are only names.
func (a *API) getUICustomization(_ *Call, in *uiIn) (uiOut, error) {
	p, err := a.Store.Pool(in.UserPoolId)
	if err != nil {
		return uiOut{}, err
	}
	client := cmp.Or(in.ClientId, "ALL")
	for _, id := range []string{client, "ALL"} {
		if ui, ok := p.UI.Get(id); ok {
			return uiOut{ui}, nil
		}
	}
	return uiOut{&model.UICustomization{UserPoolID: p.ID, ClientID: client}}, nil
}

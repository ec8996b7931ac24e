package api

import (
	"maps"

	"wherry/pool/internal/model"
	"wherry/pool/internal/refuse"
	"wherry/pool/internal/store"
)

type providerIn struct {
	UserPoolId   string `shape:"UserPoolIdType,required"`
	ProviderName string `shape:"ProviderNameType,required"`
}

type providerOut struct{ IdentityProvider *model.Provider }

// provider finds an identity provider of a pool.
func (a *API) provider(in providerIn) (*store.Pool, *model.Provider, error) {
	p, err := a.Store.Pool(in.UserPoolId)
	if err != nil {
		return nil, nil, err
	}
	v, ok := p.Providers.Get(in.ProviderName)
	if !ok {
		return nil, nil, refuse.With("ResourceNotFound", "Identity provider %s does not exist.", in.ProviderName)
	}
	return p, v, nil
}

func (a *API) describeIdentityProvider(_ *Call, in *providerIn) (providerOut, error) {
	_, v, err := a.provider(*in)
	return shownProvider(v), err
}

// shownProvider keeps back the one secret that Cognito keeps back too.
func shownProvider(v *model.Provider) providerOut {
	if v == nil {
		return providerOut{}
	}
	shown := *v
	shown.ProviderDetails = maps.Clone(v.ProviderDetails)
	delete(shown.ProviderDetails, "private_key")
	return providerOut{&shown}
}

type listIdentityProvidersIn struct {
	UserPoolId string `shape:"UserPoolIdType,required"`
	MaxResults int    `shape:"ListProvidersLimitType"`
	NextToken  string `shape:"PaginationKey"`
}

type listIdentityProvidersOut struct {
	Providers []providerBrief
	NextToken string `json:",omitempty"`
}

type providerBrief struct {
	ProviderName, ProviderType     string
	LastModifiedDate, CreationDate model.Instant
}

func (a *API) listIdentityProviders(c *Call, in *listIdentityProvidersIn) (listIdentityProvidersOut, error) {
	p, err := a.Store.Pool(in.UserPoolId)
	if err != nil {
		return listIdentityProvidersOut{}, err
	}
	l, err := a.Pager.open(c, in.NextToken, p.ID)
	if err != nil {
		return listIdentityProvidersOut{}, err
	}
	providers, next := named(l, pageSize(in.MaxResults), p.Providers.After)
	out := listIdentityProvidersOut{make([]providerBrief, len(providers)), next}
	for i, v := range providers {
		out.Providers[i] = providerBrief{v.ProviderName, v.ProviderType, v.LastModifiedDate, v.CreationDate}
	}
	return out, nil
}

type createIdentityProviderIn struct {
	providerIn
	ProviderType     string            `shape:"IdentityProviderTypeType,required"`
	ProviderDetails  map[string]string `shape:",required"`
	AttributeMapping map[string]string
	IdpIdentifiers   []string
}

func (a *API) createIdentityProvider(_ *Call, in *createIdentityProviderIn) (providerOut, error) {
	p, err := a.Store.Pool(in.UserPoolId)
	if err != nil {
		return providerOut{}, err
	}
	now := model.At(a.Now())
	v := &model.Provider{
		UserPoolID: p.ID, ProviderName: in.ProviderName, ProviderType: in.ProviderType, ProviderDetails: in.ProviderDetails,
		AttributeMapping: withUsername(in.AttributeMapping), IdpIdentifiers: in.IdpIdentifiers, CreationDate: now, LastModifiedDate: now,
	}
	if !p.Providers.Create(in.ProviderName, v) {
		return providerOut{}, refuse.With("DuplicateProvider", "A provider with the name %s already exists in the user pool.", in.ProviderName)
	}
	return shownProvider(v), nil
}

// withUsername adds what every mapping has.
func withUsername(mapping map[string]string) map[string]string {
	all := map[string]string{"username": "sub"}
	maps.Copy(all, mapping)
	return all
}

type updateIdentityProviderIn struct {
	providerIn
	ProviderDetails  map[string]string
	AttributeMapping map[string]string
	IdpIdentifiers   []string
}

func (a *API) updateIdentityProvider(_ *Call, in *updateIdentityProviderIn) (providerOut, error) {
	p, _, err := a.provider(in.providerIn)
	if err != nil {
		return providerOut{}, err
	}
	v, _ := p.Providers.Update(in.ProviderName, func(v *model.Provider) {
		if in.ProviderDetails != nil {
			v.ProviderDetails = in.ProviderDetails
		}
		if in.AttributeMapping != nil {
			v.AttributeMapping = withUsername(in.AttributeMapping)
		}
		if in.IdpIdentifiers != nil {
			v.IdpIdentifiers = in.IdpIdentifiers
		}
		v.LastModifiedDate = model.At(a.Now())
	})
	return shownProvider(v), nil
}

func (a *API) deleteIdentityProvider(_ *Call, in *providerIn) (nothing, error) {
	p, _, err := a.provider(*in)
	if err != nil {
		return nothing{}, err
	}
	p.Providers.Delete(in.ProviderName)
	return nothing{}, nil
}

package api

import (
	"wherry/pool/internal/model"
	"wherry/pool/internal/refuse"
	"wherry/pool/internal/store"
)

type domainIn struct {
	Domain string `shape:"DomainType,required"`
}

// describeDomainOut is {} inside for a domain that nobody has.
type describeDomainOut struct{ DomainDescription any }

func (a *API) describeUserPoolDomain(_ *Call, in *domainIn) (describeDomainOut, error) {
	if d, ok := a.Store.Domain(in.Domain); ok {
		return describeDomainOut{d}, nil
	}
	return describeDomainOut{nothing{}}, nil
}

type createDomainIn struct {
	domainIn
	UserPoolId          string `shape:"UserPoolIdType,required"`
	ManagedLoginVersion int
	CustomDomainConfig  *model.CustomDomain
}

type createDomainOut struct {
	CloudFrontDomain    string `json:",omitempty"`
	ManagedLoginVersion int    `json:",omitempty"`
}

func (a *API) createUserPoolDomain(_ *Call, in *createDomainIn) (createDomainOut, error) {
	p, err := a.Store.Pool(in.UserPoolId)
	if err != nil {
		return createDomainOut{}, err
	}
	if _, taken := a.Store.Domain(in.Domain); taken {
		return createDomainOut{}, refuse.InvalidParameter("Domain already associated with another user pool.")
	}
	d := &model.Domain{
		UserPoolID: p.ID, AWSAccountID: store.Account, Domain: in.Domain, Status: "ACTIVE",
		CustomDomainConfig: in.CustomDomainConfig, ManagedLoginVersion: max(1, in.ManagedLoginVersion),
	}
	if in.CustomDomainConfig != nil {
		d.CloudFrontDistribution = "d111111abcdef8.cloudfront.net"
	}
	p.AddDomain(d)
	return createDomainOut{d.CloudFrontDistribution, d.ManagedLoginVersion}, nil
}

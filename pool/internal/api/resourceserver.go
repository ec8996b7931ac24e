package api

import (
	"wherry/pool/internal/model"
	"wherry/pool/internal/refuse"
)

type resourceServerOut struct{ ResourceServer *model.ResourceServer }

type listResourceServersIn struct {
	UserPoolId string `shape:"UserPoolIdType,required"`
	MaxResults int    `shape:"ListResourceServersLimitType"`
	NextToken  string `shape:"PaginationKey"`
}

type listResourceServersOut struct {
	ResourceServers []*model.ResourceServer
	NextToken       string `json:",omitempty"`
}

const fullServerPage = 50

func (a *API) listResourceServers(c *Call, in *listResourceServersIn) (listResourceServersOut, error) {
	p, err := a.Store.Pool(in.UserPoolId)
	if err != nil {
		return listResourceServersOut{}, err
	}
	l, err := a.Pager.open(c, in.NextToken, p.ID)
	if err != nil {
		return listResourceServersOut{}, err
	}
	servers, next := named(l, min(pageSize(in.MaxResults), fullServerPage), p.Servers.After)
	return listResourceServersOut{servers, next}, nil
}

type resourceServerIn struct {
	UserPoolId string `shape:"UserPoolIdType,required"`
	Identifier string `shape:"ResourceServerIdentifierType,required"`
}

func (a *API) describeResourceServer(_ *Call, in *resourceServerIn) (resourceServerOut, error) {
	p, err := a.Store.Pool(in.UserPoolId)
	if err != nil {
		return resourceServerOut{}, err
	}
	v, ok := p.Servers.Get(in.Identifier)
	if !ok {
		return resourceServerOut{}, noServer(in.Identifier)
	}
	return resourceServerOut{v}, nil
}

func noServer(identifier string) error {
	return refuse.With("ResourceNotFound", "Resource server %s does not exist.", identifier)
}

type writeResourceServerIn struct {
	resourceServerIn
	Name   string `shape:"ResourceServerNameType,required"`
	Scopes []model.Scope
}

func (a *API) createResourceServer(_ *Call, in *writeResourceServerIn) (resourceServerOut, error) {
	p, err := a.Store.Pool(in.UserPoolId)
	if err != nil {
		return resourceServerOut{}, err
	}
	v := &model.ResourceServer{UserPoolID: p.ID, Identifier: in.Identifier, Name: in.Name, Scopes: in.Scopes}
	if !p.Servers.Create(in.Identifier, v) {
		return resourceServerOut{}, refuse.InvalidParameter("%s already exists in user pool %s.", in.Identifier, p.ID)
	}
	return resourceServerOut{v}, nil
}

func (a *API) updateResourceServer(_ *Call, in *writeResourceServerIn) (resourceServerOut, error) {
	p, err := a.Store.Pool(in.UserPoolId)
	if err != nil {
		return resourceServerOut{}, err
	}
	v, ok := p.Servers.Update(in.Identifier, func(v *model.ResourceServer) { v.Name, v.Scopes = in.Name, in.Scopes })
	if !ok {
		return resourceServerOut{}, noServer(in.Identifier)
	}
	return resourceServerOut{v}, nil
}

func (a *API) deleteResourceServer(_ *Call, in *resourceServerIn) (nothing, error) {
	p, err := a.Store.Pool(in.UserPoolId)
	if err != nil {
		return nothing{}, err
	}
	if !p.Servers.Delete(in.Identifier) {
		return nothing{}, noServer(in.Identifier)
	}
	return nothing{}, nil
}

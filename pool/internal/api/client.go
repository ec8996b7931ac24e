package api

import (
	"slices"
	"strings"

	"wherry/pool/internal/model"
	"wherry/pool/internal/refuse"
)

type clientIn struct {
	UserPoolId string `shape:"UserPoolIdType,required"`
	ClientId   string `shape:"ClientIdType,required"`
}

type clientOut struct{ UserPoolClient *model.Client }

func (a *API) describeUserPoolClient(_ *Call, in *clientIn) (clientOut, error) {
	_, client, err := a.client(in.UserPoolId, in.ClientId)
	return clientOut{client}, err
}

type listUserPoolClientsIn struct {
	UserPoolId string `shape:"UserPoolIdType,required"`
	MaxResults int    `shape:"QueryLimit"`
	NextToken  string `shape:"PaginationKey"`
}

// listUserPoolClientsOut tells ids and names only.
type listUserPoolClientsOut struct {
	UserPoolClients []clientBrief
	NextToken       string `json:",omitempty"`
}

type clientBrief struct{ ClientId, UserPoolId, ClientName string }

func (a *API) listUserPoolClients(c *Call, in *listUserPoolClientsIn) (listUserPoolClientsOut, error) {
	p, err := a.Store.Pool(in.UserPoolId)
	if err != nil {
		return listUserPoolClientsOut{}, err
	}
	l, err := a.Pager.open(c, in.NextToken, p.ID)
	if err != nil {
		return listUserPoolClientsOut{}, err
	}
	clients, next := named(l, pageSize(in.MaxResults), p.Clients.After)
	out := listUserPoolClientsOut{make([]clientBrief, len(clients)), next}
	for i, v := range clients {
		out.UserPoolClients[i] = clientBrief{v.ClientID, v.UserPoolID, v.ClientName}
	}
	return out, nil
}

type createUserPoolClientIn struct {
	UserPoolId     string `shape:"UserPoolIdType,required"`
	ClientName     string `shape:"ClientNameType,required"`
	GenerateSecret bool
	model.Client
}

func (a *API) createUserPoolClient(_ *Call, in *createUserPoolClientIn) (clientOut, error) {
	p, err := a.Store.Pool(in.UserPoolId)
	if err != nil {
		return clientOut{}, err
	}
	client := in.Client
	now := model.At(a.Now())
	client.ClientID, client.ClientName = random(lower, 26), in.ClientName
	client.CreationDate, client.LastModifiedDate = now, now
	if in.GenerateSecret {
		client.ClientSecret = random(lower, 51)
	}
	if err := checkFlows(client.ExplicitAuthFlows); err != nil {
		return clientOut{}, err
	}
	a.Store.AddClient(p, client)
	_, added, err := a.client(p.ID, client.ClientID)
	return clientOut{added}, err
}

// checkFlows refuses flow names of both generations in one list.
func checkFlows(flows []string) error {
	modern := func(name string) bool { return strings.HasPrefix(name, "ALLOW_") }
	if slices.ContainsFunc(flows, modern) && slices.ContainsFunc(flows, func(name string) bool { return !modern(name) }) {
		return refuse.InvalidParameter("Cannot set values with and without ALLOW_ prefix together in ExplicitAuthFlows.")
	}
	return nil
}

type updateUserPoolClientIn struct {
	clientIn
	ClientName string `shape:"ClientNameType"`
	model.Client
}

// updateUserPoolClient sets all that can be set; what the request leaves out
// goes back to its default, as in Cognito.
func (a *API) updateUserPoolClient(_ *Call, in *updateUserPoolClientIn) (clientOut, error) {
	p, old, err := a.client(in.UserPoolId, in.ClientId)
	if err != nil {
		return clientOut{}, err
	}
	if err := checkFlows(in.ExplicitAuthFlows); err != nil {
		return clientOut{}, err
	}
	client := in.Client
	client.ClientID, client.ClientSecret, client.CreationDate = old.ClientID, old.ClientSecret, old.CreationDate
	if client.ClientName = in.ClientName; client.ClientName == "" {
		client.ClientName = old.ClientName
	}
	client.LastModifiedDate = model.At(a.Now())
	a.Store.AddClient(p, client)
	_, changed, err := a.client(p.ID, client.ClientID)
	return clientOut{changed}, err
}

func (a *API) deleteUserPoolClient(_ *Call, in *clientIn) (nothing, error) {
	p, _, err := a.client(in.UserPoolId, in.ClientId)
	if err != nil {
		return nothing{}, err
	}
	a.Store.RemoveClient(p, in.ClientId)
	return nothing{}, nil
}

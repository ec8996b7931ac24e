package api

import (
	"wherry/pool/internal/model"
	"wherry/pool/internal/refuse"
	"wherry/pool/internal/store"
)

// protected refuses what only pools with threat protection have.
func protected(p *store.Pool) error {
	if addOns := p.Settings.Get().UserPoolAddOns; addOns == nil || addOns.AdvancedSecurityMode == "OFF" {
		return refuse.With("UserPoolAddOnNotEnabled", "User pool add-ons are not enabled for the user pool.")
	}
	return nil
}

type adminListEventsIn struct {
	userIn
	MaxResults int    `shape:"QueryLimitType"`
	NextToken  string `shape:"PaginationKey"`
}

type eventsOut struct {
	AuthEvents []model.AuthEvent
	NextToken  string `json:",omitempty"`
}

func (a *API) adminListUserAuthEvents(c *Call, in *adminListEventsIn) (eventsOut, error) {
	p, user, err := a.user(c, in.userIn)
	if err != nil {
		return eventsOut{}, err
	}
	if err := protected(p); err != nil {
		return eventsOut{}, err
	}
	l, err := a.Pager.open(c, in.NextToken, p.ID, in.Username)
	if err != nil {
		return eventsOut{}, err
	}
	events, next := numbered(l, pageSize(in.MaxResults), within(user.AuthEvents))
	return eventsOut{events, next}, nil
}

type riskIn struct {
	UserPoolId string `shape:"UserPoolIdType,required"`
	ClientId   string `shape:"ClientIdType"`
}

type riskOut struct{ RiskConfiguration *model.RiskConfiguration }

// describeRiskConfiguration tells a client's own configuration or, without one,
// the pool's.
func (a *API) describeRiskConfiguration(_ *Call, in *riskIn) (riskOut, error) {
	p, err := a.Store.Pool(in.UserPoolId)
	if err != nil {
		return riskOut{}, err
	}
	if err := protected(p); err != nil {
		return riskOut{}, err
	}
	for _, id := range []string{in.ClientId, ""} {
		if risk, ok := p.Risk.Get(id); ok {
			return riskOut{risk}, nil
		}
	}
	return riskOut{&model.RiskConfiguration{UserPoolID: p.ID, ClientID: in.ClientId}}, nil
}

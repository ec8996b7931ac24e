package api

import "wherry/pool/internal/model"

type adminListDevicesIn struct {
	userIn
	Limit           int    `shape:"QueryLimitType"`
	PaginationToken string `shape:"SearchPaginationTokenType"`
}

type devicesOut struct {
	Devices         []model.Device
	PaginationToken string `json:",omitempty"`
}

func (a *API) adminListDevices(c *Call, in *adminListDevicesIn) (devicesOut, error) {
	p, user, err := a.user(c, in.userIn)
	if err != nil {
		return devicesOut{}, err
	}
	l, err := a.Pager.open(c, in.PaginationToken, p.ID, in.Username)
	if err != nil {
		return devicesOut{}, err
	}
	devices, next := numbered(l, pageSize(in.Limit), within(user.Devices))
	return devicesOut{devices, next}, nil
}

package signin

import (
	"slices"

	"wherry/pool/internal/model"
	"wherry/pool/internal/refuse"
	"wherry/pool/internal/srp"
)

// remembers tells whether a user has the device that a request named.
func remembers(u *model.User, key string) bool {
	return key != "" && slices.ContainsFunc(u.Devices, func(d model.Device) bool { return d.DeviceKey == key })
}

// askDevice asks a remembered device to prove itself.
func (s *Service) askDevice(a *attempt) (Result, error) {
	return s.challenge(a, session{challenge: "DEVICE_SRP_AUTH", device: a.device}, map[string]string{"DEVICE_KEY": a.device})
}

// deviceSRP answers DEVICE_SRP_AUTH. The stand-in remembers devices, but none
// of their secrets: it goes through the motions with a made-up one.
func (s *Service) deviceSRP(a *attempt, v *session, r *Answer) (Result, error) {
	if err := need(r.Responses, "SRP_A", "DEVICE_KEY"); err != nil {
		return Result{}, retry{err}
	}
	if r.Responses["DEVICE_KEY"] != v.device {
		return Result{}, refuse.With("ResourceNotFound", "Device does not exist.")
	}
	login := srp.Login{Pool: a.pool.ID, Client: a.client.ClientID, User: v.device}
	c, err := s.SRP.Challenge(login, s.SRP.Simulate(a.pool.ID, v.device), r.Responses["SRP_A"], s.Now().Add(a.client.SessionLifetime()))
	if err != nil {
		return Result{}, refuse.WrongPassword()
	}
	return s.challenge(a, session{challenge: "DEVICE_PASSWORD_VERIFIER", device: v.device}, map[string]string{
		"SALT": c.Salt, "SRP_B": c.B, "SECRET_BLOCK": c.SecretBlock, "DEVICE_KEY": v.device, "USERNAME": a.user.Username,
	})
}

// deviceVerifier answers DEVICE_PASSWORD_VERIFIER: nobody knows a password
// that was made up.
func (s *Service) deviceVerifier(a *attempt, _ *session, _ *Answer) (Result, error) {
	return Result{}, refuse.WrongPassword()
}

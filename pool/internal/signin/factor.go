package signin

import (
	"encoding/json"
	"slices"

	"wherry/pool/internal/model"
	"wherry/pool/internal/outbox"
	"wherry/pool/internal/refuse"
)

// askFactor asks for a second factor where pool and user want one.
func (s *Service) askFactor(a *attempt) (Result, error) {
	if remembers(a.user.User, a.device) {
		return s.askDevice(a)
	}
	mode := a.pool.Settings.Get().MfaConfiguration
	if mode == "OFF" {
		return s.finish(a)
	}
	factors := factorsOf(a, mode == "ON")
	switch {
	case len(factors) == 0 && mode == "ON":
		return s.askSetup(a)
	case len(factors) == 0:
		return s.finish(a)
	case len(factors) == 1:
		return s.ask(a, factors[0])
	case slices.Contains(factors, a.user.MFA.Preferred):
		return s.ask(a, a.user.MFA.Preferred)
	default:
		return s.challenge(a, session{challenge: "SELECT_MFA_TYPE"}, map[string]string{"MFAS_CAN_CHOOSE": list(factors)})
	}
}

// factorsOf is the second factors that a user can be asked for. Where factors
// are required, a verified phone is one even if the user never chose it.
func factorsOf(a *attempt, required bool) []string {
	var factors []string
	for _, f := range []string{model.SMSMFA, model.SoftwareTokenMFA, model.EmailOTP} {
		if slices.Contains(a.user.MFA.Enabled, f) && reachable(a.user.User, f) ||
			f == model.SMSMFA && a.user.MFA.LegacySMS && reachable(a.user.User, f) {
			factors = append(factors, f)
		}
	}
	texts := a.pool.MFA.Get().SMS != nil || a.pool.Settings.Get().SmsConfiguration != nil
	if len(factors) == 0 && required && texts && a.user.Verified("phone_number") {
		factors = append(factors, model.SMSMFA)
	}
	return factors
}

func reachable(u *model.User, factor string) bool {
	switch factor {
	case model.SoftwareTokenMFA:
		return u.MFA.TOTPSecret != ""
	case model.SMSMFA:
		_, ok := u.Attribute("phone_number")
		return ok
	default:
		_, ok := u.Attribute("email")
		return ok
	}
}

// ask asks for one factor, and sends its code where it has one to send.
func (s *Service) ask(a *attempt, factor string) (Result, error) {
	if factor == model.SoftwareTokenMFA {
		return s.challenge(a, session{challenge: factor}, nil)
	}
	medium, to := mediumOf(a.user.User, factor)
	code := s.Code()
	s.send(a, medium, to, factor, code)
	return s.challenge(a, session{challenge: factor, code: code}, map[string]string{
		"CODE_DELIVERY_DELIVERY_MEDIUM": medium,
		"CODE_DELIVERY_DESTINATION":     outbox.Mask(to),
	})
}

func mediumOf(u *model.User, factor string) (medium, to string) {
	if factor == model.SMSMFA || factor == "SMS_OTP" {
		to, _ = u.Attribute("phone_number")
		return "SMS", to
	}
	to, _ = u.Attribute("email")
	return "EMAIL", to
}

func (s *Service) send(a *attempt, medium, to, purpose, code string) {
	s.Outbox.Send(outbox.Message{
		Pool: a.pool.ID, Username: a.user.Username, Medium: medium, To: to, Purpose: purpose, Code: code, At: s.Now(),
	})
}

// askSetup asks a user without a factor to set one up.
func (s *Service) askSetup(a *attempt) (Result, error) {
	if t := a.pool.MFA.Get().SoftwareToken; t != nil && !t.Enabled && a.pool.MFA.Get().SMS == nil {
		return Result{}, refuse.With("InvalidUserPoolConfiguration", "The user pool requires a second factor, but has none switched on.")
	}
	can := []string{model.SoftwareTokenMFA}
	if a.pool.MFA.Get().SMS != nil {
		can = []string{model.SMSMFA, model.SoftwareTokenMFA}
	}
	return s.challenge(a, session{challenge: "MFA_SETUP"}, map[string]string{"MFAS_CAN_SETUP": list(can)})
}

// list is how challenge parameters carry lists: as JSON text.
func list(names []string) string {
	text, err := json.Marshal(names)
	if err != nil {
		panic(err) // texts are always JSON
	}
	return string(text)
}

// challenge answers with a challenge, and opens the session for its answer.
func (s *Service) challenge(a *attempt, v session, parameters map[string]string) (Result, error) {
	if parameters == nil {
		parameters = map[string]string{}
	}
	parameters["USER_ID_FOR_SRP"] = a.user.Username
	v.pool, v.client, v.user = a.pool.ID, a.client.ClientID, a.user.N
	v.expires = s.Now().Add(a.client.SessionLifetime())
	id := s.sessions.put(v, s.Now())
	return Result{Challenge: v.challenge, Parameters: parameters, Session: id}, nil
}

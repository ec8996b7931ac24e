package signin

import (
	"slices"

	"wherry/pool/internal/model"
	"wherry/pool/internal/refuse"
)

// choice is USER_AUTH: the user, or the client for them, chooses the first
// factor.
func (s *Service) choice(a *attempt, given map[string]string) (Result, error) {
	if err := s.begin(a, given, "USERNAME"); err != nil {
		return Result{}, err
	}
	offered := firstFactors(a)
	if preferred := given["PREFERRED_CHALLENGE"]; slices.Contains(offered, preferred) {
		return s.chosen(a, preferred, given)
	}
	result, err := s.challenge(a, session{challenge: "SELECT_CHALLENGE"}, nil)
	result.Available = offered
	return result, err
}

// firstFactors is what a user can choose from.
func firstFactors(a *attempt) []string {
	allowed := []string{"PASSWORD"}
	if policy := a.pool.Settings.Get().Policies.SignInPolicy; policy != nil {
		allowed = policy.AllowedFirstAuthFactors
	}
	offered := []string{}
	for _, f := range allowed {
		switch {
		case f == "PASSWORD" && usable(a.user.User):
			offered = append(offered, "PASSWORD", "PASSWORD_SRP")
		case f == "EMAIL_OTP" && a.user.Verified("email"), f == "SMS_OTP" && a.user.Verified("phone_number"):
			offered = append(offered, f)
		}
	}
	return offered
}

// chosen goes on with a first factor. Where the request does not bring along
// what it needs, a challenge asks for it.
func (s *Service) chosen(a *attempt, factor string, given map[string]string) (Result, error) {
	switch {
	case factor == "EMAIL_OTP" || factor == "SMS_OTP":
		return s.ask(a, factor)
	case factor == "PASSWORD" && given["PASSWORD"] != "":
		return s.byPassword(a, given["PASSWORD"])
	case factor == "PASSWORD_SRP" && given["SRP_A"] != "":
		return s.askSRP(a, a.user.Username, given["SRP_A"])
	default:
		return s.challenge(a, session{challenge: factor}, nil)
	}
}

// choose answers SELECT_CHALLENGE.
func (s *Service) choose(a *attempt, _ *session, r *Answer) (Result, error) {
	factor := r.Responses["ANSWER"]
	if !slices.Contains(firstFactors(a), factor) {
		return Result{}, retry{refuse.InvalidParameter("Invalid challenge selected: %s", factor)}
	}
	return s.chosenAgain(a, factor, r)
}

// chosenAgain goes on after a challenge: time has passed since mayTry.
func (s *Service) chosenAgain(a *attempt, factor string, r *Answer) (Result, error) {
	if err := s.mayTry(a); err != nil {
		return Result{}, err
	}
	return s.chosen(a, factor, r.Responses)
}

// firstPassword answers PASSWORD and PASSWORD_SRP.
func (s *Service) firstPassword(a *attempt, v *session, r *Answer) (Result, error) {
	name := map[string]string{"PASSWORD": "PASSWORD", "PASSWORD_SRP": "SRP_A"}[v.challenge]
	if err := need(r.Responses, name); err != nil {
		return Result{}, retry{err}
	}
	return s.chosenAgain(a, v.challenge, r)
}

// custom is CUSTOM_AUTH: what the pool's own triggers ask. The stand-in's
// triggers ask for a code, which it sends like any other; before that, for the
// password by SRP if the client wants it so.
func (s *Service) custom(a *attempt, given map[string]string) (Result, error) {
	if a.pool.Settings.Get().LambdaConfig["DefineAuthChallenge"] == nil {
		return Result{}, refuse.InvalidParameter("Custom auth lambda trigger is not configured for the user pool.")
	}
	if err := s.begin(a, given, "USERNAME"); err != nil {
		return Result{}, err
	}
	if given["CHALLENGE_NAME"] == "SRP_A" {
		a.custom = true
		return s.askSRP(a, a.user.Username, given["SRP_A"])
	}
	return s.askCustom(a)
}

func (s *Service) askCustom(a *attempt) (Result, error) {
	code := s.Code()
	s.send(a, "EMAIL", emailOf(a.user.User), "CUSTOM_CHALLENGE", code)
	return s.challenge(a, session{challenge: "CUSTOM_CHALLENGE", code: code}, map[string]string{"USERNAME": a.user.Username})
}

func emailOf(u *model.User) string {
	email, _ := u.Attribute("email")
	return email
}

// answerCustom answers CUSTOM_CHALLENGE.
func (s *Service) answerCustom(a *attempt, v *session, r *Answer) (Result, error) {
	if r.Responses["ANSWER"] != v.code {
		return Result{}, refuse.WrongPassword()
	}
	return s.finish(a)
}

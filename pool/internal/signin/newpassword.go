package signin

import (
	"encoding/json"
	"strings"

	"wherry/internal/secret"
	"wherry/pool/internal/model"
	"wherry/pool/internal/policy"
)

// askNewPassword asks a user whose temporary password was right for one of
// their own.
func (s *Service) askNewPassword(a *attempt) (Result, error) {
	attributes := map[string]string{}
	for _, v := range a.user.Attributes {
		if v.Name != "sub" && v.Name != "identities" {
			attributes[v.Name] = v.Value
		}
	}
	text, err := json.Marshal(attributes)
	if err != nil {
		return Result{}, err
	}
	return s.challenge(a, session{challenge: "NEW_PASSWORD_REQUIRED"}, map[string]string{
		"requiredAttributes": list(missing(a)),
		"userAttributes":     string(text),
	})
}

// missing is the required attributes that the user lacks, as the challenge
// names them.
func missing(a *attempt) []string {
	names := []string{}
	for _, name := range policy.Missing(a.pool.Settings.Get(), a.user.User) {
		names = append(names, userAttribute+name)
	}
	return names
}

// userAttribute begins the names of attributes in challenge and answer.
const userAttribute = "userAttributes."

// newPassword answers NEW_PASSWORD_REQUIRED.
func (s *Service) newPassword(a *attempt, _ *session, r *Answer) (Result, error) {
	if err := need(r.Responses, append([]string{"NEW_PASSWORD"}, missing(a)...)...); err != nil {
		return Result{}, retry{err}
	}
	settings := a.pool.Settings.Get()
	if err := policy.Password(settings.Policies.PasswordPolicy, r.Responses["NEW_PASSWORD"]); err != nil {
		return Result{}, retry{err}
	}
	user, err := a.pool.Users.Update(a.user.N, func(u *model.User) error {
		u.Password, u.Status, u.Modified = secret.String(r.Responses["NEW_PASSWORD"]), model.Confirmed, s.Now()
		return policy.Write(settings, u, attributesIn(r.Responses))
	})
	if err != nil {
		return Result{}, retry{err}
	}
	a.user = user
	return s.askFactor(a)
}

// attributesIn is the attributes that came with an answer.
func attributesIn(responses map[string]string) []model.Attribute {
	var attributes []model.Attribute
	for name, value := range responses {
		if name, ok := strings.CutPrefix(name, userAttribute); ok {
			attributes = append(attributes, model.Attribute{Name: name, Value: value})
		}
	}
	return attributes
}

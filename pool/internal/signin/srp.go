package signin

import (
	"crypto/sha256"
	"errors"

	"wherry/pool/internal/model"
	"wherry/pool/internal/refuse"
	"wherry/pool/internal/srp"
	"wherry/pool/internal/store"
)

// srp is USER_SRP_AUTH. Its challenge proves nothing yet, and a client that
// hides users gets one for anybody.
func (s *Service) srp(r *Request) (Result, error) {
	if err := need(r.Parameters, "USERNAME", "SRP_A"); err != nil {
		return Result{}, err
	}
	name := r.Parameters["USERNAME"]
	if err := CheckSecretHash(r.Client, name, r.Parameters["SECRET_HASH"]); err != nil {
		return Result{}, err
	}
	a, err := find(r, name, false)
	if err != nil && !r.Client.HidesUsers() {
		return Result{}, err
	}
	username := name
	if err == nil {
		username = a.user.Username
		if err := s.mayTry(&a); err != nil {
			return Result{User: a.user}, err
		}
	}
	c, err := s.SRP.Challenge(s.login(&a, username), s.srpVerifier(&a, username), r.Parameters["SRP_A"], s.Now().Add(r.Client.SessionLifetime()))
	if errors.Is(err, srp.ErrA) {
		return Result{User: a.user}, refuse.NotAuthorized("Incorrect username or password.")
	}
	if err != nil {
		return Result{User: a.user}, err
	}
	return Result{Challenge: "PASSWORD_VERIFIER", User: a.user, Parameters: map[string]string{
		"SALT": c.Salt, "SRP_B": c.B, "SECRET_BLOCK": c.SecretBlock, "USERNAME": username, "USER_ID_FOR_SRP": username,
	}}, nil
}

func (s *Service) login(a *attempt, username string) srp.Login {
	return srp.Login{Pool: store.Name(a.pool.ID), Client: a.client.ClientID, User: username}
}

// srpVerifier is what the pool knows of a password. The salt of a user stays
// the same as long as the password does.
func (s *Service) srpVerifier(a *attempt, username string) srp.Verifier {
	if a.user.User == nil || a.user.Password == "" {
		return s.SRP.Simulate(store.Name(a.pool.ID), username)
	}
	salt := sha256.Sum256([]byte(a.pool.ID + "\x00" + username + "\x00" + a.user.Password.Reveal()))
	return srp.NewVerifier(store.Name(a.pool.ID), username, a.user.Password.Reveal(), salt[:16])
}

// verifier answers PASSWORD_VERIFIER.
func (s *Service) verifier(r *Answer) (Result, error) {
	if err := need(r.Responses, "USERNAME", "PASSWORD_CLAIM_SIGNATURE", "PASSWORD_CLAIM_SECRET_BLOCK", "TIMESTAMP"); err != nil {
		return Result{}, err
	}
	username := r.Responses["USERNAME"]
	if err := CheckSecretHash(r.Client, username, r.Responses["SECRET_HASH"]); err != nil {
		return Result{}, err
	}
	user, ok := r.Pool.Users.Named(username)
	a := attempt{pool: r.Pool, client: r.Client, user: user}
	if !ok {
		return Result{}, unknown(r.Client)
	}
	if err := s.mayTry(&a); err != nil {
		return Result{User: user}, err
	}
	return s.claim(&a, srp.Answer{
		SecretBlock: r.Responses["PASSWORD_CLAIM_SECRET_BLOCK"],
		Signature:   r.Responses["PASSWORD_CLAIM_SIGNATURE"],
		Timestamp:   r.Responses["TIMESTAMP"],
	})
}

func (s *Service) claim(a *attempt, answer srp.Answer) (Result, error) {
	err := s.SRP.Check(s.login(a, a.user.Username), s.srpVerifier(a, a.user.Username), answer)
	if errors.Is(err, srp.ErrTimestamp) {
		return Result{User: a.user}, refuse.InvalidParameter("TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english.")
	}
	if errors.Is(err, srp.ErrBlock) {
		return Result{User: a.user}, refuse.NotAuthorized("Invalid session for the user, session is expired.")
	}
	if err := s.prove(a, err == nil && usable(a.user.User)); err != nil {
		return Result{User: a.user}, err
	}
	return s.admit(a)
}

// usable tells whether a user of this status may have a password that counts.
func usable(u *model.User) bool {
	switch u.Status {
	case model.Archived, model.Compromised, model.Unknown:
		return false
	default:
		return u.Password != ""
	}
}

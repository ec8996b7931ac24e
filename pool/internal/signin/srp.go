package signin

import (
	"crypto/sha256"
	"errors"

	"wherry/pool/internal/refuse"
	"wherry/pool/internal/srp"
	"wherry/pool/internal/store"
)

// srp is USER_SRP_AUTH. Its challenge proves nothing yet, and a client that
// hides users gets one for anybody.
func (s *Service) srp(a *attempt, given map[string]string) (Result, error) {
	if err := need(given, "USERNAME", "SRP_A"); err != nil {
		return Result{}, err
	}
	username := given["USERNAME"]
	if err := CheckSecretHash(a.client, username, given["SECRET_HASH"]); err != nil {
		return Result{}, err
	}
	user, ok := a.pool.Users.Login(username)
	switch {
	case !ok && !a.client.HidesUsers():
		return Result{}, refuse.NoUser()
	case ok:
		a.user, username = user, user.Username
		if err := s.mayTry(a); err != nil {
			return Result{}, err
		}
	}
	return s.askSRP(a, username, given["SRP_A"])
}

// askSRP asks for the proof of a password. The user may not exist.
func (s *Service) askSRP(a *attempt, username, srpA string) (Result, error) {
	expiry := s.Now().Add(a.client.SessionLifetime())
	c, err := s.SRP.Challenge(a.login(username), s.srpVerifier(a, username), srpA, expiry)
	if errors.Is(err, srp.ErrA) {
		return Result{}, refuse.WrongPassword()
	}
	if err != nil {
		return Result{}, err
	}
	return Result{Challenge: "PASSWORD_VERIFIER", Parameters: map[string]string{
		"SALT": c.Salt, "SRP_B": c.B, "SECRET_BLOCK": c.SecretBlock, "USERNAME": username, "USER_ID_FOR_SRP": username,
	}}, nil
}

// login binds a challenge to its sign-in; the flow is part of it, because
// nothing else of it comes back with the answer.
func (a *attempt) login(username string) srp.Login {
	l := srp.Login{Pool: store.Name(a.pool.ID), Client: a.client.ClientID, User: username}
	if a.custom {
		l.Client += " CUSTOM_AUTH"
	}
	return l
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
func (s *Service) verifier(a *attempt, given map[string]string) (Result, error) {
	if err := need(given, "USERNAME", "PASSWORD_CLAIM_SIGNATURE", "PASSWORD_CLAIM_SECRET_BLOCK", "TIMESTAMP"); err != nil {
		return Result{}, err
	}
	username := given["USERNAME"]
	if err := CheckSecretHash(a.client, username, given["SECRET_HASH"]); err != nil {
		return Result{}, err
	}
	user, ok := a.pool.Users.Named(username)
	if !ok {
		return Result{}, unknown(a.client)
	}
	a.user = user
	if err := s.mayTry(a); err != nil {
		return Result{}, err
	}
	return s.claim(a, srp.Answer{
		SecretBlock: given["PASSWORD_CLAIM_SECRET_BLOCK"],
		Signature:   given["PASSWORD_CLAIM_SIGNATURE"],
		Timestamp:   given["TIMESTAMP"],
	})
}

func (s *Service) claim(a *attempt, answer srp.Answer) (Result, error) {
	verifier := s.srpVerifier(a, a.user.Username)
	err := s.SRP.Check(a.login(a.user.Username), verifier, answer)
	if errors.Is(err, srp.ErrBlock) {
		a.custom = true
		err = s.SRP.Check(a.login(a.user.Username), verifier, answer)
	}
	if errors.Is(err, srp.ErrTimestamp) {
		return Result{}, refuse.InvalidParameter("TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english.")
	}
	if errors.Is(err, srp.ErrBlock) {
		return Result{}, refuse.NotAuthorized("Invalid session for the user, session is expired.")
	}
	if err := s.prove(a, err == nil && usable(a.user.User)); err != nil {
		return Result{}, err
	}
	return s.admit(a)
}

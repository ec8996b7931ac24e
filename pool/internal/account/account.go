// Package account is how users come to be and change: sign-up, temporary and
// forgotten passwords, confirmation codes, attributes.
package account

import (
	"time"

	"wherry/internal/secret"
	"wherry/pool/internal/model"
	"wherry/pool/internal/outbox"
	"wherry/pool/internal/policy"
	"wherry/pool/internal/refuse"
	"wherry/pool/internal/store"
)

// Service keeps accounts.
type Service struct {
	Outbox *outbox.Outbox
	Now    func() time.Time
	NewID  func() string
	Code   func() string // draws a code of six digits

	codes codes
}

// Delivery is CodeDeliveryDetails: where a code went.
type Delivery struct {
	Destination    string
	DeliveryMedium string
	AttributeName  string
}

// Profile is a user to be made.
type Profile struct {
	Username   string
	Password   string
	Attributes []model.Attribute
	Status     string
}

// create makes a user, after checking name and attributes. In pools where
// e-mail or phone is the username, the Username itself is made up.
func (s *Service) create(p *store.Pool, in Profile) (store.User, error) {
	settings := p.Settings.Get()
	sub := s.NewID()
	now := s.Now()
	u := model.User{
		Username: in.Username, Status: in.Status, Enabled: true, Created: now, Modified: now, Password: secret.String(in.Password),
		Attributes: []model.Attribute{{Name: "sub", Value: sub}},
	}
	if len(settings.UsernameAttributes) > 0 {
		name, err := loginAttribute(settings.UsernameAttributes, in.Username)
		if err != nil {
			return store.User{}, err
		}
		u.Username = sub
		u.Set(name, in.Username)
	}
	if err := noAlias(settings.AliasAttributes, u.Username); err != nil {
		return store.User{}, err
	}
	if err := policy.Attributes(settings, in.Attributes); err != nil {
		return store.User{}, err
	}
	for _, v := range in.Attributes {
		u.Set(v.Name, v.Value)
	}
	if err := policy.Complete(settings, &u); err != nil {
		return store.User{}, err
	}
	return p.Users.Create(u)
}

// loginAttribute tells which attribute a login of a pool without usernames is.
func loginAttribute(allowed []string, login string) (string, error) {
	for _, name := range allowed {
		if name == "email" && policy.IsEmail(login) || name == "phone_number" && policy.IsPhone(login) {
			return name, nil
		}
	}
	switch {
	case len(allowed) > 1:
		return "", refuse.InvalidParameter("Username should be either an email or a phone number.")
	case allowed[0] == "email":
		return "", refuse.InvalidParameter("Username should be an email.")
	default:
		return "", refuse.InvalidParameter("Username should be a phone number.")
	}
}

// noAlias refuses usernames that look like an alias of the pool.
func noAlias(aliases []string, username string) error {
	for _, name := range aliases {
		switch {
		case name == "email" && policy.IsEmail(username):
			return refuse.InvalidParameter("Username cannot be of email format, since user pool is configured for email alias.")
		case name == "phone_number" && policy.IsPhone(username):
			return refuse.InvalidParameter("Username cannot be of phone number format, since user pool is configured for phone number alias.")
		}
	}
	return nil
}

// send sends a code, or a temporary password, where the user can read it: to
// the verified address first, by mail before SMS.
func (s *Service) send(p *store.Pool, u *model.User, purpose, code string, address Delivery) Delivery {
	to, _ := u.Attribute(address.AttributeName)
	s.Outbox.Send(outbox.Message{
		Pool: p.ID, Username: u.Username, Medium: address.DeliveryMedium, To: to, Purpose: purpose, Code: code, At: s.Now(),
	})
	address.Destination = outbox.Mask(to)
	return address
}

var (
	byMail = Delivery{DeliveryMedium: "EMAIL", AttributeName: "email"}
	bySMS  = Delivery{DeliveryMedium: "SMS", AttributeName: "phone_number"}
)

// verifiedAddress is where a forgotten password's code may go.
func verifiedAddress(u *model.User) (Delivery, bool) {
	for _, d := range []Delivery{byMail, bySMS} {
		if u.Verified(d.AttributeName) {
			return d, true
		}
	}
	return Delivery{}, false
}

// anyAddress is where a new user can be reached.
func anyAddress(u *model.User) (Delivery, bool) {
	for _, d := range []Delivery{byMail, bySMS} {
		if _, ok := u.Attribute(d.AttributeName); ok {
			return d, true
		}
	}
	return Delivery{}, false
}

// unknown is the answer for a user who does not exist.
func unknown() error {
	return refuse.With("UserNotFound", "Username/client id combination not found.")
}

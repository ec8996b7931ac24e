package fa

import (
	"slices"
	"strings"
	"time"
)

// UserConsent is a consent that was given for a user. The same consent is given
// for a user once, and may be revoked and come into force again.
//
// Source: https://fusionauth.io/docs/apis/consents/grant-a-user-consent
type UserConsent struct {
	Consent           *Consent `json:"consent,omitzero"` // shown only
	ConsentID         ID       `json:"consentId,omitzero"`
	Data              Data     `json:"data"`
	GiverUserID       ID       `json:"giverUserId,omitzero"`
	ID                ID       `json:"id,omitzero"`
	InsertInstant     int64    `json:"insertInstant,omitzero"`
	LastUpdateInstant int64    `json:"lastUpdateInstant,omitzero"`
	Status            string   `json:"status"`
	UserID            ID       `json:"userId,omitzero"`
	Values            []string `json:"values"`
	Rest              Rest     `json:",embed"`
}

// Whether a consent is in force.
const (
	ConsentActive  = "Active"
	ConsentRevoked = "Revoked"
)

// NewUserConsent returns a consent with every default filled in.
func NewUserConsent() UserConsent {
	return UserConsent{Data: Data{}, Status: ConsentActive}
}

// Active tells whether the consent is in force.
func (c *UserConsent) Active() bool { return c.Status == ConsentActive }

// Validate reports everything about what was given by itself that FusionAuth
// would refuse.
func (c *UserConsent) Validate() error {
	var errs Errors
	errs.Require(string(c.ConsentID), "userConsent.consentId")
	errs.Require(string(c.UserID), "userConsent.userId")
	if errs.Require(c.Status, "userConsent.status"); c.Status != "" {
		errs.OneOf(c.Status, "userConsent.status", ConsentActive, ConsentRevoked)
	}
	return errs.OrNil()
}

// ConsentAnswer is what somebody says who is asked for a consent.
type ConsentAnswer struct {
	ConsentID ID
	Given     bool
	Values    []string
}

// CheckValues reports the values that cannot be given for the consent.
func (c *Consent) CheckValues(values []string, path string) error {
	var errs Errors
	for _, v := range values {
		if !slices.Contains(c.Values, v) {
			errs.Field(path, "invalid", "[%s] is not one of the values of the consent [%s].", v, c.Name)
		}
	}
	if len(values) > 1 && !c.MultipleValuesAllowed {
		errs.Field(path, "tooMany", "The consent [%s] is given with one value at most.", c.Name)
	}
	return errs.OrNil()
}

// OldEnough tells whether somebody has reached the age at which people may give
// the consent, which depends on the first of their languages that it knows.
// Whoever has no date of birth has.
func (c *Consent) OldEnough(giver *User, now time.Time) bool {
	born, err := time.Parse(time.DateOnly, giver.BirthDate)
	return err != nil || !born.AddDate(c.minimumAge(giver.PreferredLanguages), 0, 0).After(now)
}

func (c *Consent) minimumAge(languages []string) int {
	for _, language := range languages {
		exact := strings.ReplaceAll(language, "-", "_")
		alone, _, _ := strings.Cut(exact, "_")
		for _, name := range []string{language, exact, alone} {
			if age, ok := c.CountryMinimumAgeForSelfConsent[name]; ok {
				return age
			}
		}
	}
	return c.DefaultMinimumAgeForSelfConsent
}

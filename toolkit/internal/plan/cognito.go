package plan

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"
)

// CognitoUser is a user of a pool in Cognito's own words: what GetUser,
// AdminGetUser or ListUsers answered, and what was asked beside. Its JSON is
// an entry of ListUsers; it reads the answers of the other two as well.
type CognitoUser struct {
	PoolID   string // "eu-west-1_aB3dE5gH7"; "" stands for the pool of the Schema
	Username string

	// Attributes by name: "sub", "email", "custom:plan", … Every value is text,
	// as in Cognito's API.
	Attributes Attributes

	// Status is CONFIRMED, FORCE_CHANGE_PASSWORD, EXTERNAL_PROVIDER, …, or ""
	// from GetUser, which does not tell.
	Status string

	// Enabled is nil from GetUser, which does not tell: whoever holds a token
	// is enabled.
	Enabled *bool

	Created, LastModified time.Time // zero when not told

	// Groups are the names of the user's groups. No answer about a user holds
	// them: they come from a token or from a call of their own.
	Groups []string

	// The factors that the user has switched on: SMS_MFA, SOFTWARE_TOKEN_MFA,
	// EMAIL_OTP. ListUsers tells MFAOptions only.
	UserMFASettingList  []string
	PreferredMfaSetting string
	MFAOptions          []MFAOption
}

// MFAOption is how Cognito's first API says that codes are sent.
type MFAOption struct {
	DeliveryMedium string `json:"DeliveryMedium"` // SMS
	AttributeName  string `json:"AttributeName"`  // phone_number
}

// Sub is the user's identifier in the pool, or "".
func (u CognitoUser) Sub() string { return u.Attributes["sub"] }

// Attributes are the attributes of a user by name. Their JSON is Cognito's
// list of Name and Value.
type Attributes map[string]string

type attribute struct{ Name, Value string }

func (a Attributes) list() []attribute {
	list := make([]attribute, 0, len(a))
	for _, name := range slices.Sorted(maps.Keys(a)) {
		list = append(list, attribute{name, a[name]})
	}
	return list
}

// MarshalJSON writes the attributes sorted by name.
func (a Attributes) MarshalJSON() ([]byte, error) { return json.Marshal(a.list()) }

// UnmarshalJSON reads Cognito's list.
func (a *Attributes) UnmarshalJSON(data []byte) error {
	var list []attribute
	if err := json.Unmarshal(data, &list); err != nil {
		return fmt.Errorf("read attributes: %w", err)
	}
	*a = named(list)
	return nil
}

func named(list []attribute) Attributes {
	if list == nil {
		return nil
	}
	a := make(Attributes, len(list))
	for _, item := range list {
		a[item.Name] = item.Value
	}
	return a
}

// wire is a user as Cognito's API and the AWS CLI show it. PoolId and Groups
// are ours.
type wire struct {
	PoolID               string      `json:"PoolId,omitempty"`
	Username             string      `json:"Username"`
	Attributes           []attribute `json:"Attributes"` // not Attributes: to decode them apart takes half as long again
	UserAttributes       []attribute `json:"UserAttributes,omitempty"`
	UserCreateDate       instant     `json:"UserCreateDate,omitzero"`
	UserLastModifiedDate instant     `json:"UserLastModifiedDate,omitzero"`
	Enabled              *bool       `json:"Enabled,omitempty"`
	UserStatus           string      `json:"UserStatus,omitempty"`
	Groups               []string    `json:"Groups,omitempty"`
	UserMFASettingList   []string    `json:"UserMFASettingList,omitempty"`
	PreferredMfaSetting  string      `json:"PreferredMfaSetting,omitempty"`
	MFAOptions           []MFAOption `json:"MFAOptions,omitempty"`
}

// MarshalJSON writes an entry of ListUsers, with PoolId and Groups added.
func (u CognitoUser) MarshalJSON() ([]byte, error) {
	return json.Marshal(wire{
		u.PoolID, u.Username, u.Attributes.list(), nil,
		instant{u.Created},
		instant{u.LastModified},
		u.Enabled, u.Status,
		u.Groups, u.UserMFASettingList, u.PreferredMfaSetting, u.MFAOptions,
	})
}

// usual is how many attributes most users have at the most.
const usual = 16

// UnmarshalJSON reads an entry of ListUsers or the answer of GetUser or
// AdminGetUser, with the API's dates or the AWS CLI's.
func (u *CognitoUser) UnmarshalJSON(data []byte) error { return u.Read(data, json.Unmarshal) }

// Read is UnmarshalJSON by another decoder, such as a faster one.
func (u *CognitoUser) Read(data []byte, unmarshal func(data []byte, v any) error) error {
	w := wire{Attributes: make([]attribute, 0, usual)}
	if err := unmarshal(data, &w); err != nil {
		return fmt.Errorf("read a Cognito user: %w", err)
	}
	if w.UserAttributes != nil && len(w.Attributes) == 0 {
		w.Attributes = w.UserAttributes
	}
	*u = CognitoUser{
		w.PoolID, w.Username, named(w.Attributes), w.UserStatus, w.Enabled, w.UserCreateDate.Time, w.UserLastModifiedDate.Time,
		w.Groups, w.UserMFASettingList, w.PreferredMfaSetting, w.MFAOptions,
	}
	return nil
}

// instant is epoch seconds with a fraction, as the API writes it, or ISO 8601
// text, as the AWS CLI does.
type instant struct{ time.Time }

func (i *instant) UnmarshalJSON(data []byte) error {
	if data[0] == '"' || data[0] == 'n' { // null
		return i.Time.UnmarshalJSON(data)
	}
	seconds, err := strconv.ParseFloat(string(data), 64)
	i.Time = time.UnixMilli(int64(math.Round(seconds * 1000))).UTC()
	return err
}

package plan

import "github.com/google/uuid"

// How a value came about, as explain says it.
const (
	asIs         = "as is"
	byConfig     = "configuration"
	byDefault    = "default"
	statusChange = "FORCE_CHANGE_PASSWORD"
	statusFed    = "EXTERNAL_PROVIDER"
)

// essentials writes what no mapping should have to care about. A script may
// overwrite all of it but data.cognito, and that disabled users stay so.
func (d *draft) essentials() {
	d.readLinks()
	d.text("id", "sub")
	d.user.Active = !d.disabled()
	d.wrote("active", "Enabled", asIs)
	if d.in.Status == statusChange {
		d.user.PasswordChangeRequired = true
		d.wrote("passwordChangeRequired", "UserStatus", "the password is temporary")
	}
	d.groups()
	d.factors()
	d.record()
}

func (d *draft) disabled() bool { return d.in.Enabled != nil && !*d.in.Enabled }

func (d *draft) poolID() string {
	if d.in.PoolID != "" {
		return d.in.PoolID
	}
	return d.mapper.schema.ID
}

// derivedID is the id of a user without a usable sub: the same on every run.
func (d *draft) derivedID() string { return derivedID(d.poolID(), d.in.Username) }

func derivedID(pool, username string) string {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("cognito:"+pool+"/"+username)).String()
}

// SourceID is what tells a user of a pool from the others, on every run: the
// sub, or an id made from the Username where a list does not tell the sub.
func SourceID(u CognitoUser) string {
	if sub := u.Sub(); sub != "" {
		return sub
	}
	return derivedID(u.PoolID, u.Username)
}

// record keeps in data.cognito who the user was in Cognito.
func (d *draft) record() {
	record := d.cognito()
	note := func(key string, value any, empty bool, source string) {
		if !empty {
			record[key] = value
			d.wrote("data.cognito."+key, source, asIs)
		}
	}
	in := d.in
	note("poolId", d.poolID(), d.poolID() == "", "pool")
	note("sub", in.Sub(), in.Sub() == "", "sub")
	note("username", in.Username, false, "Username")
	note("userStatus", in.Status, in.Status == "", "UserStatus")
	note("groups", anys(d.ownGroups()), len(d.ownGroups()) == 0, "groups")
	note("preferredMfaSetting", in.PreferredMfaSetting, in.PreferredMfaSetting == "", "PreferredMfaSetting")
	note("userMFASettingList", anys(in.UserMFASettingList), len(in.UserMFASettingList) == 0, "UserMFASettingList")
	note("identities", linkObjects(d.links), len(d.links) == 0, "identities")
	verified := in.Attributes["phone_number_verified"]
	note("phoneNumberVerified", verified == "true", verified == "", "phone_number_verified")
}

// cognito is that record.
func (d *draft) cognito() map[string]any {
	record, ok := d.data()["cognito"].(map[string]any)
	if !ok {
		record = map[string]any{}
		d.data()["cognito"] = record
	}
	return record
}

func (d *draft) readLinks() {
	text := d.in.Attributes["identities"]
	if text == "" {
		return
	}
	var err error
	if d.links, err = readLinks(text); err != nil {
		d.keep("identities", text, "identities", byDefault, "is not a JSON list of identities, so no link can be made")
	}
}

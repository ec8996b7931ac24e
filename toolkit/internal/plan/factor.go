package plan

import (
	"slices"
	"strings"
)

// factors carries the factors that need an address only, the preferred one
// first, and only to an address that Cognito has verified.
func (d *draft) factors() {
	if d.mapper.schema.MfaConfiguration == "OFF" {
		return
	}
	var methods []TwoFactorMethod
	for _, setting := range d.activeFactors() {
		switch setting {
		case "SMS_MFA":
			if to := d.verified("phone_number", setting); to != "" {
				methods = append(methods, TwoFactorMethod{Method: "sms", MobilePhone: to})
			}
		case "EMAIL_OTP":
			if to := d.verified("email", setting); to != "" {
				methods = append(methods, TwoFactorMethod{Method: "email", Email: strings.ToLower(to)})
			}
		case "SOFTWARE_TOKEN_MFA":
			d.remark("twoFactor", setting, byDefault, "an authenticator's secret cannot leave Cognito; the user has to set it up again")
		default:
			d.remark("twoFactor", setting, byDefault, "a factor that FusionAuth cannot be told of")
		}
	}
	if methods != nil {
		d.user.TwoFactor = &TwoFactor{Methods: methods}
		d.wrote("twoFactor", "UserMFASettingList", "factors with a verified address")
	}
}

func (d *draft) activeFactors() []string {
	var active []string
	add := func(setting string) {
		if setting != "" && !slices.Contains(active, setting) {
			active = append(active, setting)
		}
	}
	add(d.in.PreferredMfaSetting)
	for _, setting := range d.in.UserMFASettingList {
		add(setting)
	}
	for _, option := range d.in.MFAOptions {
		if option.DeliveryMedium == "SMS" {
			add("SMS_MFA")
		}
	}
	return active
}

// verified is the address that codes of a factor go to, or "".
func (d *draft) verified(attribute, factor string) string {
	if d.in.Attributes[attribute+"_verified"] != "true" || d.in.Attributes[attribute] == "" {
		d.remark("twoFactor", factor, byDefault, "the factor is left out: %s is not verified", attribute)
		return ""
	}
	return d.in.Attributes[attribute]
}

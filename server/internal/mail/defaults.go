package mail

import (
	"html"
	"strings"

	"wherry/server/internal/fa"
)

// The places that links in our templates lead to.
const (
	toChangePassword = `"${baseURL}/password/change/${changePasswordId}?client_id=${(application.oauthConfiguration.clientId)!''}&tenantId=${user.tenantId}"`
	toVerifyEmail    = `"${baseURL}/email/verify/${verificationId}?client_id=${(application.oauthConfiguration.clientId)!''}&postMethod=true&tenantId=${user.tenantId}"`
	toVerifyRegister = `"${baseURL}/registration/verify/${verificationId}?client_id=${(application.oauthConfiguration.clientId)!''}&postMethod=true&tenantId=${user.tenantId}"`
	toPasswordless   = `"${baseURL}/oauth2/passwordless/${code}?postMethod=true&tenantId=${user.tenantId}"`
)

// withState appends what the caller wants back to the link.
const withState = `[#list state!{} as key, value][#if key != "tenantId" && key != "client_id" && value??]` +
	`[#assign url = url + "&" + key?url + "=" + value?url][/#if][/#list]`

// draft is what one of our templates says: what comes first, a link, and what
// comes last. Where a code may have to be typed instead, code is its name.
type draft struct {
	name, subject string
	before        string
	link          string
	code          string
	after         string
}

const unlessYou = "If it was not you, you need not do anything: nothing changes."

var drafts = map[string]draft{
	"forgotPassword": {
		name: "Forgot Password", subject: "Reset your password",
		before: "Somebody, we hope you, wants to set a new password for your account. This link leads you to the page for that:",
		link:   toChangePassword, after: unlessYou,
	},
	"setPassword": {
		name: "Set up Password", subject: "Set up your password",
		before: "An account has been made for you. This link leads you to the page where you choose your password:", link: toChangePassword,
	},
	"verification": {
		name: "Email Verification", subject: "Verify your e-mail address",
		before: "Please tell us that this e-mail address is yours.", link: toVerifyEmail, code: "verificationOneTimeCode",
	},
	"registration": {
		name: "Registration Verification", subject: "Verify your registration",
		before: "Please confirm your registration[#if (application.name)??] for ${application.name}[/#if].", link: toVerifyRegister, code: "verificationOneTimeCode",
	},
	"passwordless": {
		name: "Passwordless Login", subject: "Log into your account",
		before: "You asked to be logged in without a password.", link: toPasswordless, code: "oneTimeCode", after: unlessYou,
	},
	"twoFactor": {
		name: "Two-Factor Authentication", subject: "Your login code",
		before: "To log in, enter this code: ${code}", after: "If you are not logging in, somebody knows your password. Change it.",
	},
	"methodAdded": {
		name: "Two-Factor Authentication Method Added", subject: "A second factor was added",
		before: "A second factor was added to your account[#if (method.method)??]: ${method.method}[/#if].", after: "If it was not you, contact us.",
	},
	"methodRemoved": {
		name: "Two-Factor Authentication Method Removed", subject: "A second factor was removed",
		before: "A second factor was removed from your account[#if (method.method)??]: ${method.method}[/#if].", after: "If it was not you, contact us.",
	},
	"breached": {
		name: "Breached Password Notification", subject: "Your password is not secure",
		before: "Your password is among those that were stolen from another service. Please change it.",
	},
	"threat": {
		name: "Threat Detected", subject: "Unusual login detected",
		before: "Somebody has logged into your account from a place that we do not know[#if (event.info.ipAddress)??]: ${event.info.ipAddress}[/#if].",
		after:  "If it was not you, change your password.",
	},
}

// Defaults are the templates of a new instance, by what they are for:
// "forgotPassword", "setPassword", "verification", "registration",
// "passwordless", "twoFactor" and others. FusionAuth has them by the same names.
func Defaults() map[string]fa.EmailTemplate {
	made := map[string]fa.EmailTemplate{}
	for key, d := range drafts {
		t := fa.NewEmailTemplate()
		t.Name, t.DefaultSubject = "[FusionAuth Default] "+d.name, d.subject
		t.DefaultTextTemplate, t.DefaultHTMLTemplate = d.text(), d.html()
		made[key] = t
	}
	return made
}

func (d draft) text() string {
	var out []string
	for _, part := range []string{d.before, d.action("${url}", "Enter this code: "), d.after} {
		if part != "" {
			out = append(out, part)
		}
	}
	return strings.Join(out, "\n\n") + "\n"
}

func (d draft) html() string {
	paragraph := func(text string) string {
		if text == "" {
			return ""
		}
		return "<p>" + text + "</p>\n"
	}
	return paragraph(d.before) + paragraph(d.action(`<a href="${url}">${url}</a>`, "Enter this code: ")) + paragraph(html.EscapeString(d.after))
}

// action is the link, or the code where there is one to type.
func (d draft) action(link, enter string) string {
	if d.link == "" {
		return ""
	}
	linked := "[#assign url = " + d.link + "]" + withState + link
	if d.code == "" {
		return linked
	}
	return "[#if " + d.code + "??]" + enter + "${" + d.code + "}[#else]" + linked + "[/#if]"
}

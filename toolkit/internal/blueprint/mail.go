package blueprint

import (
	"cmp"
	"html"
	"regexp"
	"strings"

	"wherry/toolkit/internal/target"
)

// What Cognito says when nobody has written anything better.
const (
	usualVerification = "Your confirmation code is {####}"
	usualInvitation   = "Your username is {username} and temporary password is {####}"
)

// templates are the mails of the pool, as ids by their use. Cognito has one
// text for verified addresses and for forgotten passwords.
func (b *builder) templates() doc {
	p := b.Config.Pool
	verification := p.VerificationMessageTemplate
	text, subject := verification.EmailMessage, verification.EmailSubject
	if verification.DefaultEmailOption == "CONFIRM_WITH_LINK" {
		text, subject = verification.EmailMessageByLink, verification.EmailSubjectByLink
	}
	invitation := p.AdminCreateUserConfig.InviteMessageTemplate
	if strings.Contains(verification.EmailMessage+invitation.EmailMessage, "{####}") {
		b.note("mails", "where Cognito's texts have a code, FusionAuth's have a link in its place",
			"read the templates of this pool, and mend what speaks of codes")
	}
	tenant := "?tenantId=${user.tenantId}"
	return doc{
		"verificationEmailTemplateId": b.mail("verification",
			cmp.Or(subject, "Verify your e-mail address"), cmp.Or(text, usualVerification), b.base()+"/email/verify/${verificationId}"+tenant),
		"forgotPasswordEmailTemplateId": b.mail("forgotten password",
			cmp.Or(verification.EmailSubject, "Reset your password"), cmp.Or(verification.EmailMessage, usualVerification),
			b.base()+"/password/change/${changePasswordId}"+tenant),
		"setPasswordEmailTemplateId": b.mail("invitation",
			cmp.Or(invitation.EmailSubject, "Set up your password"), cmp.Or(invitation.EmailMessage, usualInvitation),
			b.base()+"/password/change/${changePasswordId}"+tenant),
	}
}

// mail adds a template; put is what stands where Cognito put a code or a link.
func (b *builder) mail(use, subject, text, put string) (id string) {
	id = b.id("e-mail template", use)
	name := b.title("Cognito " + use)
	b.add(target.Object{
		Kind: target.EmailTemplate, ID: id, Name: name, First: doc{"name": name},
		Doc: doc{
			"defaultSubject":      cmp.Or(apart.Replace(subject), "Your code"),
			"defaultHtmlTemplate": filled(escaped.Replace(text), anchor(put)),
			"defaultTextTemplate": filled(apart.Replace(plainText(text)), func(string) string { return put }),
		},
	})
	return id
}

// anchor makes links of addresses and leaves codes as they are.
func anchor(put string) func(words string) string {
	return func(words string) string {
		if !strings.Contains(put, "/") {
			return put
		}
		return `<a href="` + put + `">` + cmp.Or(words, put) + `</a>`
	}
}

// linked is Cognito's {##words##}.
var linked = regexp.MustCompile(`\{##([^#]*)##\}`)

func filled(text string, put func(words string) string) string {
	text = linked.ReplaceAllStringFunc(text, func(found string) string { return put(linked.FindStringSubmatch(found)[1]) })
	return strings.NewReplacer("{####}", put(""), "{username}", "${(user.username)!user.email}").Replace(text)
}

// escaped and apart keep what Cognito took for text from being FreeMarker, in
// HTML and elsewhere.
var (
	escaped = strings.NewReplacer("${", "$&#123;", "<#", "&lt;#", "[#", "&#91;#", "<@", "&lt;@", "[@", "&#91;@")
	apart   = strings.NewReplacer("${", "$ {", "<#", "< #", "[#", "[ #", "<@", "< @", "[@", "[ @")
)

var (
	breaks = regexp.MustCompile(`(?i)<br\s*/?>|</p>|</div>|</h\d>`)
	tags   = regexp.MustCompile(`<[^>]*>`)
)

// plainText is a mail's HTML without it.
func plainText(text string) string {
	return html.UnescapeString(strings.TrimSpace(tags.ReplaceAllString(breaks.ReplaceAllString(text, "\n"), "")))
}

package mail

import (
	"cmp"
	"errors"
	"strings"

	"wherry/server/internal/fa"
	"wherry/server/internal/ftl"
)

// Letter is a mail as it goes out.
type Letter struct {
	From    Address
	To      []Address
	Cc, Bcc []string
	Subject string
	Text    string
	HTML    string
}

func (p *Office) compose(s scene, o Order) (Letter, error) {
	values, err := s.values(o.Values)
	if err != nil {
		return Letter{}, err
	}
	letter := Letter{To: o.To, Cc: o.Cc, Bcc: o.Bcc}
	if len(o.To) == 0 && s.user != nil {
		address := s.user.MailAddress()
		if address == "" {
			return letter, errors.New("the user has no e-mail address any more")
		}
		letter.To = []Address{{address, s.user.FullName}}
	}
	languages := o.Languages
	if len(languages) == 0 && s.user != nil {
		languages = s.user.PreferredLanguages
	}
	letter.From = sender(s.tenant, s.template)
	return letter, fill(&letter, s.template, languages, values).OrNil()
}

func sender(t *fa.Tenant, template *fa.EmailTemplate) Address {
	config := t.EmailConfiguration
	return Address{cmp.Or(template.FromEmail, config.DefaultFromEmail), config.DefaultFromName}
}

// fill fills in the texts of a template, and reports what it cannot.
func fill(letter *Letter, t *fa.EmailTemplate, languages []string, values map[string]any) *fa.Errors {
	errs := &fa.Errors{}
	for _, part := range parts(t) {
		path, text := part.in(languages)
		filled, err := render(text, part.escape, values)
		if err != nil {
			errs.Field(path, "invalid", "%v", err)
			continue
		}
		part.set(letter, filled)
	}
	return errs
}

func render(text string, escape ftl.Escape, values map[string]any) (string, error) {
	parsed, err := ftl.Parse(text, escape)
	if err != nil {
		return "", err
	}
	return parsed.Render(values)
}

// part is one of the texts that a template has, in each of its languages.
type part struct {
	path, localizedPath string
	text                string
	localized           fa.Localized
	escape              ftl.Escape
	set                 func(l *Letter, filled string)
}

func parts(t *fa.EmailTemplate) []part {
	const in = "emailTemplate."
	return []part{
		{in + "defaultSubject", in + "localizedSubjects", t.DefaultSubject, t.LocalizedSubjects, ftl.Plain, func(l *Letter, s string) { l.Subject = oneLine(s) }},
		{in + "defaultTextTemplate", in + "localizedTextTemplates", t.DefaultTextTemplate, t.LocalizedTextTemplates, ftl.Plain, func(l *Letter, s string) { l.Text = s }},
		{in + "defaultHtmlTemplate", in + "localizedHtmlTemplates", t.DefaultHTMLTemplate, t.LocalizedHTMLTemplates, ftl.HTML, func(l *Letter, s string) { l.HTML = s }},
		{in + "defaultFromName", in + "localizedFromNames", t.DefaultFromName, t.LocalizedFromNames, ftl.Plain, func(l *Letter, s string) {
			l.From.Display = cmp.Or(oneLine(s), l.From.Display)
		}},
	}
}

// oneLine is a text as a header can have it.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// in is the text in the first of the languages that there is.
func (p part) in(languages []string) (path, text string) {
	if locale, text, ok := localized(p.localized, languages); ok {
		return p.localizedPath + "." + locale, text
	}
	return p.path, p.text
}

// localized picks a text: "de_CH" by its own name, or by that of the language
// alone.
func localized(texts fa.Localized, languages []string) (locale, text string, ok bool) {
	for _, language := range languages {
		exact := strings.ReplaceAll(language, "-", "_")
		alone, _, _ := strings.Cut(exact, "_")
		for _, name := range []string{exact, alone} {
			if text, ok := texts[name]; ok && text != "" {
				return name, text, true
			}
		}
	}
	return "", "", false
}

// Check reports what of a template could not be rendered.
func Check(t *fa.EmailTemplate) error {
	var errs fa.Errors
	for _, p := range parts(t) {
		checkText(&errs, p.path, p.text, p.escape)
		for locale, text := range p.localized {
			checkText(&errs, p.localizedPath+"."+locale, text, p.escape)
		}
	}
	return errs.OrNil()
}

func checkText(errs *fa.Errors, path, text string, escape ftl.Escape) {
	if _, err := ftl.Parse(text, escape); err != nil {
		errs.Field(path, "invalid", "The template cannot be used: %v. What of FreeMarker is known stands in docs/compatibility.md.", err)
	}
}

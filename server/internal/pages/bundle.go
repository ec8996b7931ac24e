package pages

import (
	"cmp"
	"embed"
	"fmt"
	"maps"
	"strconv"
	"strings"
)

//go:embed messages
var messages embed.FS

// bundle is everything that the pages say in one language.
type bundle struct {
	Lang     string
	messages map[string]string
}

func newBundles() map[string]bundle {
	bundles := map[string]bundle{}
	for _, lang := range locales {
		text, err := messages.ReadFile("messages/" + lang + ".properties")
		if err != nil {
			panic(err)
		}
		bundles[lang] = bundle{Lang: lang, messages: parseMessages(string(text))}
	}
	return bundles
}

// parseMessages reads lines of "key = text"; blank lines and those that begin
// with # say nothing.
func parseMessages(text string) map[string]string {
	parsed := map[string]string{}
	for line := range strings.Lines(text) {
		key, message, found := strings.Cut(line, "=")
		if found && !strings.HasPrefix(key, "#") {
			parsed[strings.TrimSpace(key)] = strings.TrimSpace(message)
		}
	}
	return parsed
}

// under is what the pages say with a theme.
func (b bundle) under(t Theme) bundle {
	if t.DefaultMessages == "" && len(t.LocalizedMessages) == 0 {
		return b
	}
	said := bundle{Lang: b.Lang, messages: maps.Clone(b.messages)}
	for key, message := range parseMessages(t.DefaultMessages) {
		if _, known := b.messages[key]; message != "" && (!known || b.Lang == locales[0]) {
			said.messages[key] = message
		}
	}
	for locale, text := range t.LocalizedMessages {
		if lang, _, _ := strings.Cut(strings.ReplaceAll(locale, "-", "_"), "_"); lang != b.Lang {
			continue
		}
		for key, message := range parseMessages(text) {
			if message != "" {
				said.messages[key] = message
			}
		}
	}
	return said
}

// T returns the message of a key with {0}, {1} … filled in.
func (b bundle) T(key string, args ...string) (string, error) {
	message, found := b.messages[key]
	if !found {
		return "", fmt.Errorf("messages/%s.properties lacks %s", b.Lang, key)
	}
	var pairs []string
	for i, arg := range args {
		pairs = append(pairs, "{"+strconv.Itoa(i)+"}", arg)
	}
	return strings.NewReplacer(pairs...).Replace(message), nil
}

// Problem returns the message of an error code such as [InvalidLogin]. What
// follows the brackets makes a code more special: [blank]loginId has a message
// of its own, others share the one of their brackets.
func (b bundle) Problem(code string) string {
	return cmp.Or(b.known(code), b.messages["[Exception]"])
}

// known is the message of a code; empty if there is none.
func (b bundle) known(code string) string {
	brackets, _, _ := strings.Cut(code, "]")
	return cmp.Or(b.messages["["+strings.TrimPrefix(code, "[")], b.messages[brackets+"]"])
}

// Done says what has been done; nothing for what there are no words for.
func (b bundle) Done(what string) string { return b.messages["done."+what] }

// Reason returns the message of an error_reason.
func (b bundle) Reason(reason string) string {
	return cmp.Or(b.messages["oauth."+reason], b.messages["oauth.error"])
}

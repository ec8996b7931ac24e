package pages

import (
	"cmp"
	"net/http"

	"golang.org/x/text/language"
)

// locales are the languages that the pages speak, the default first.
var locales = []string{"en", "de", "es", "fr", "ja"}

var matcher = func() language.Matcher {
	tags := make([]language.Tag, len(locales))
	for i, l := range locales {
		tags[i] = language.MustParse(l)
	}
	return language.NewMatcher(tags)
}()

// Locale returns the language in which the pages answer a request, such as
// "fr": that of the parameter locale ("fr", "fr_CA", "fr-CA") in the query or,
// once the caller has parsed the form, in the body; else that of the
// Accept-Language header; else "en".
func Locale(r *http.Request) string {
	asked := cmp.Or(r.URL.Query().Get("locale"), r.PostForm.Get("locale"))
	_, i := language.MatchStrings(matcher, asked, r.Header.Get("Accept-Language"))
	return locales[i]
}

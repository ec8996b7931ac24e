package pages_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"wherry/server/internal/pages"
)

func TestLocale(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, query, form, header string
		want                      string
	}{
		{"nothing asked", "", "", "", "en"},
		{"parameter", "fr", "", "", "fr"},
		{"parameter with region", "fr_CA", "", "", "fr"},
		{"parameter with hyphen", "de-AT", "", "", "de"},
		{"parameter in capitals", "JA", "", "", "ja"},
		{"form", "", "es", "", "es"},
		{"query before form", "fr", "es", "", "fr"},
		{"parameter before header", "fr", "", "de", "fr"},
		{"unknown parameter gives way", "xx", "", "de", "de"},
		{"nonsense gives way", "<script>", "", "de", "de"},
		{"header", "", "", "ja", "ja"},
		{"header with weights", "", "", "da, en;q=0.5, de;q=0.8", "de"},
		{"close relative", "", "", "gsw", "de"},
		{"first that is spoken", "", "", "pt-BR, nl", "en"},
		{"nonsense in header", "", "", ";;q=,,", "en"},
		{"endless header", "", "", strings.Repeat("a-", 50_000), "en"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			query := url.Values{"locale": {test.query}}.Encode()
			form := url.Values{"locale": {test.form}}.Encode()
			r := httptest.NewRequest(http.MethodPost, "/?"+query, strings.NewReader(form))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Accept-Language", test.header)
			if err := r.ParseForm(); err != nil {
				t.Fatal(err)
			}
			if got := pages.Locale(r); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

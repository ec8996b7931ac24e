package fa_test

import (
	"os"
	"slices"
	"testing"

	"wherry/server/internal/fa"
)

// documents are the kinds of objects that the server keeps as they are sent;
// whole ones lie with its own tests.
var documents = map[string]func() any{
	"consent":             func() any { return new(fa.NewConsent()) },
	"emailTemplate":       func() any { return new(fa.NewEmailTemplate()) },
	"field":               func() any { return new(fa.NewFormField()) },
	"form":                func() any { return new(fa.NewForm()) },
	"ipAccessControlList": func() any { return new(fa.NewIPAccessControlList()) },
	"lambda":              func() any { return new(fa.NewLambda()) },
	"messageTemplate":     func() any { return new(fa.NewMessageTemplate()) },
	"messenger":           func() any { return new(fa.NewMessenger()) },
	"theme":               func() any { return new(fa.NewTheme()) },
	"userAction":          func() any { return new(fa.NewUserAction()) },
	"userActionReason":    func() any { return new(fa.NewUserActionReason()) },
	"webhook":             func() any { return new(fa.NewWebhook()) },
}

const wholeDocuments = "../../testdata/"

func TestNothingIsLostInDocuments(t *testing.T) {
	t.Parallel()
	for name, blank := range documents {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			members, ok := readTree(t, wholeDocuments+"documents/"+name+".json").(map[string]any)
			if !ok {
				t.Fatal("not an object")
			}
			wantUnknownKept(t, members[name], blank())
		})
	}
}

func TestNothingIsLostInIdentityProviders(t *testing.T) {
	t.Parallel()
	for _, provider := range readTree(t, wholeDocuments+"identity-providers.json").([]any) {
		wantUnknownKept(t, provider, new(fa.NewIdentityProvider()))
	}
}

func TestNothingIsLostInConfigurations(t *testing.T) {
	t.Parallel()
	for _, v := range []any{fa.NewSystemConfiguration(), fa.NewIntegrations()} {
		raw, err := fa.Encode(v)
		if err != nil {
			t.Fatal(err)
		}
		blank := any(new(fa.SystemConfiguration))
		if _, ok := v.(fa.Integrations); ok {
			blank = new(fa.Integrations)
		}
		wantUnknownKept(t, tree(t, raw), blank)
	}
}

func readTree(t *testing.T, file string) any {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return tree(t, raw)
}

// wantUnknownKept adds what no version knows to every object within document
// that has named properties, and looks whether it comes back.
func wantUnknownKept(t *testing.T, document, v any) {
	t.Helper()
	addUnknownBelow(document)
	for _, path := range lost("", document, roundTrip(t, document, v)) {
		t.Errorf("lost: %s", path)
	}
}

// openMaps have no properties: clients choose their keys.
var openMaps = []string{
	"applicationConfiguration", "attributeMappings", "claimMap", "countryMinimumAgeForSelfConsent", "data", "eventsEnabled", "headers",
	"localizedFromNames", "localizedHtmlTemplates", "localizedMessages", "localizedNames", "localizedSubjects", "localizedTemplates",
	"localizedTextTemplates", "localizedTexts", "producer", "templates", "tenantConfiguration",
}

func addUnknownBelow(v any) {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			if !slices.Contains(openMaps, name) {
				addUnknownBelow(member)
			}
		}
		v["zAdded"] = "é"
	case []any:
		for _, element := range v {
			addUnknownBelow(element)
		}
	}
}

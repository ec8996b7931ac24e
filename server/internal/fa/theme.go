package fa

import (
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// Theme is the look of the hosted pages: complete pages (advanced), or the
// settings of ours (simple). Its texts are kept to the byte.
//
// Source: https://fusionauth.io/docs/apis/themes
type Theme struct {
	Named
	Data              Data              `json:"data"`
	DefaultMessages   string            `json:"defaultMessages,omitzero"` // lines of key=text
	LocalizedMessages Localized         `json:"localizedMessages"`
	Stylesheet        string            `json:"stylesheet,omitzero"`
	Templates         map[string]string `json:"templates,omitempty"` // pages by their names, in FreeMarker
	Type              string            `json:"type"`
	Variables         ThemeVariables    `json:"variables,omitzero"`
	Rest              Rest              `json:",embed"`
}

// ThemeVariables are the settings of a simple theme. Rest holds the
// themeTexts.
type ThemeVariables struct {
	Favicons      []Favicon `json:"favicons,omitempty"`
	FooterDisplay bool      `json:"footerDisplay"`
	Rest          Rest      `json:",embed"`
}

// IsZero tells whether there are no settings at all.
func (v ThemeVariables) IsZero() bool {
	return len(v.Favicons) == 0 && !v.FooterDisplay && len(v.Rest) == 0
}

// Favicon is the small picture of a page.
type Favicon struct {
	Href  string `json:"href,omitzero"`
	Rel   string `json:"rel,omitzero"`
	Sizes string `json:"sizes,omitzero"`
	Type  string `json:"type,omitzero"`
	Rest  Rest   `json:",embed"`
}

// The types of themes.
const (
	ThemeAdvanced = "advanced"
	ThemeSimple   = "simple"
)

// NewTheme returns a theme with every default filled in.
func NewTheme() Theme { return Theme{Data: Data{}, Type: ThemeAdvanced} }

// BuiltIn tells whether every instance has the theme. Such a theme never
// changes: people copy it.
func (t *Theme) BuiltIn() bool { return slices.Contains([]ID{DefaultThemeID, SimpleThemeID}, t.ID) }

// Normalize brings the theme into the form in which it is stored.
func (t *Theme) Normalize() {
	t.Named.Normalize()
	t.Data.Normalize()
}

// Validate reports everything that FusionAuth would refuse.
func (t *Theme) Validate() error {
	var errs Errors
	errs.Name(t.Name, "theme.name")
	errs.OneOf(t.Type, "theme.type", ThemeAdvanced, ThemeSimple)
	if t.Type == ThemeAdvanced {
		errs.Require(t.DefaultMessages, "theme.defaultMessages")
	}
	for _, name := range themeTexts {
		if kind := t.Variables.Rest[name].Kind(); !slices.Contains([]jsontext.Kind{0, jsontext.KindNull, jsontext.KindString}, kind) {
			errs.Field("theme.variables."+name, "couldNotConvert", "The value of [theme.variables.%s] must be a text.", name)
		}
	}
	return errs.OrNil()
}

// themeTexts are the variables that hold colours, fonts, sizes and addresses.
var themeTexts = []string{
	"alertBackgroundColor", "alertFontColor", "backgroundImageURL", "backgroundSize", "borderRadius", "deleteButtonColor",
	"deleteButtonFocusColor", "deleteButtonTextColor", "deleteButtonTextFocusColor", "errorFontColor", "errorIconColor", "fontColor",
	"fontFamily", "iconBackgroundColor", "iconColor", "infoIconColor", "inputBackgroundColor", "inputIconColor", "inputTextColor",
	"linkTextColor", "linkTextFocusColor", "logoImageSize", "logoImageURL", "monoFontColor", "monoFontFamily", "pageBackgroundColor",
	"panelBackgroundColor", "primaryButtonColor", "primaryButtonFocusColor", "primaryButtonTextColor", "primaryButtonTextFocusColor",
}

package blueprint

import (
	"regexp"
	"strings"

	"wherry/toolkit/internal/poolconfig"
	"wherry/toolkit/internal/target"
)

// simpleThemeID is the theme that simple themes are made from. It always
// exists.
const simpleThemeID = "3c717291-5d83-4014-bd51-97c76475dc86"

// looks are the settings of a simple theme by the class and property of
// Cognito's classic pages that say the same.
//
// Source: https://docs.aws.amazon.com/cognito/latest/developerguide/hosted-ui-classic-branding.html
var looks = []struct{ class, property, variable string }{
	{"background-customizable", "background-color", "pageBackgroundColor"},
	{"banner-customizable", "background-color", "panelBackgroundColor"},
	{"label-customizable", "color", "fontColor"},
	{"textDescription-customizable", "color", "fontColor"},
	{"inputField-customizable", "color", "inputTextColor"},
	{"inputField-customizable", "background-color", "inputBackgroundColor"},
	{"submitButton-customizable", "background-color", "primaryButtonColor"},
	{"submitButton-customizable", "color", "primaryButtonTextColor"},
	{"submitButton-customizable:hover", "background-color", "primaryButtonFocusColor"},
	{"submitButton-customizable:hover", "color", "primaryButtonTextFocusColor"},
	{"submitButton-customizable", "border-radius", "borderRadius"},
	{"errorMessage-customizable", "color", "errorFontColor"},
	{"redirect-customizable", "color", "linkTextColor"},
}

// makeTheme makes a simple theme of the look of all clients, if there is one.
func (b *builder) makeTheme() (id string) {
	for _, look := range b.Config.UI {
		if look.ClientID != "ALL" {
			b.note("look of app client "+look.ClientID, "it has a look of its own, which in FusionAuth needs a licence for themes of applications",
				"make a theme, and name it in the application")
			continue
		}
		id = b.theme(look)
	}
	if b.Config.Domain.ManagedLoginVersion == 2 {
		b.note("managed login", "the look of managed login pages is a document of Cognito's own", "choose colours and logo in a theme of FusionAuth's")
	}
	return id
}

func (b *builder) theme(look poolconfig.UI) string {
	variables := themeVariables(look.CSS)
	if look.ImageURL != "" {
		variables["logoImageURL"] = look.ImageURL
		b.note("logo", "the theme shows the picture from Cognito's address, "+look.ImageURL+", which goes with the pool",
			"put the picture elsewhere, and its address into the theme")
	}
	id, name := b.id("theme"), b.title("Cognito")
	b.add(target.Object{
		Kind: target.Theme, ID: id, Name: name, First: doc{"name": name, "type": "simple"}, FirstBeside: doc{"sourceThemeId": simpleThemeID},
	}, target.Object{ // a copy takes nothing else at first
		Kind: target.Theme, ID: id, Name: name, Label: "look of the theme", Doc: doc{"variables": variables},
	})
	return id
}

var (
	cssRule    = regexp.MustCompile(`([^{}]+)\{([^{}]*)\}`)
	cssComment = regexp.MustCompile(`(?s)/\*.*?\*/`)
)

func themeVariables(css string) doc {
	styles := map[string]string{}
	for _, rule := range cssRule.FindAllStringSubmatch(cssComment.ReplaceAllString(css, ""), -1) {
		for selector := range strings.SplitSeq(rule[1], ",") {
			for declaration := range strings.SplitSeq(rule[2], ";") {
				property, value, _ := strings.Cut(declaration, ":")
				styles[strings.TrimSpace(selector)+" "+strings.TrimSpace(property)] = strings.TrimSpace(value)
			}
		}
	}
	variables := doc{}
	for _, look := range looks {
		if value := styles["."+look.class+" "+look.property]; value != "" && variables[look.variable] == nil {
			variables[look.variable] = value
		}
	}
	return variables
}

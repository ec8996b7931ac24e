package server

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"wherry/server/internal/fa"
	"wherry/server/internal/pages"
)

// themesPath is where the stylesheets of themes are.
const themesPath = pages.AssetsPath + "themes/"

// frame is what surrounds a page of a tenant and an application, which may be
// nil.
func (s *site) frame(r *http.Request, t *fa.Tenant, a *fa.Application) (f pages.Frame) {
	var id fa.ID
	if t != nil {
		f.Tenant, id = t.Name, t.ThemeID
	}
	if a != nil {
		f.Application, id = a.Name, cmp.Or(a.ThemeID, id)
	}
	f.Theme = s.theme(r.Context(), id)
	return f
}

// theme is a theme as the pages know it. One that cannot be read keeps nobody
// from signing in.
func (s *site) theme(ctx context.Context, id fa.ID) (look pages.Theme) {
	if id == "" || id == fa.DefaultThemeID || id == fa.SimpleThemeID {
		return look
	}
	t, err := s.themes.Get(ctx, id)
	if err != nil {
		if !errors.Is(err, fa.ErrNotFound) && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "theme not read", "theme", id, "error", err)
		}
		return look
	}
	for name, setting := range map[string]*string{
		"logoImageURL": &look.LogoImageURL, "primaryButtonColor": &look.PrimaryButtonColor, "pageBackgroundColor": &look.PageBackgroundColor,
		"panelBackgroundColor": &look.PanelBackgroundColor, "fontFamily": &look.FontFamily, "borderRadius": &look.BorderRadius,
	} {
		_ = fa.Decode(t.Variables.Rest[name], setting) // what is left out, or null, stays as it is
	}
	look.DefaultMessages, look.LocalizedMessages = t.DefaultMessages, t.LocalizedMessages
	if t.Stylesheet != "" {
		look.StylesheetURL = themesPath + url.PathEscape(string(id)) + ".css?v=" + strconv.FormatInt(t.LastUpdateInstant, 36)
	}
	return look
}

// stylesheet serves the stylesheet of a theme.
func (s *site) stylesheet(w http.ResponseWriter, r *http.Request) {
	id, isTheme := strings.CutSuffix(r.PathValue("name"), ".css")
	t, err := s.themes.Get(r.Context(), fa.ID(id))
	if !isTheme || errors.Is(err, fa.ErrNotFound) {
		s.notFound(w, r)
		return
	}
	if err != nil {
		s.ended(w, r, err)
		return
	}
	pages.SendStylesheet(w, t.Stylesheet)
}

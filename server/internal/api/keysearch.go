package api

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"wherry/server/internal/fa"
)

var searchedKeys = searched[fa.SigningKey]{
	name:  func(k *fa.SigningKey) string { return k.Name },
	order: "name ASC",
	columns: map[string]func(a, b *fa.SigningKey) int{
		"algorithm":     func(a, b *fa.SigningKey) int { return strings.Compare(a.Algorithm, b.Algorithm) },
		"expiration":    func(a, b *fa.SigningKey) int { return cmp.Compare(a.ExpirationInstant, b.ExpirationInstant) },
		"id":            func(a, b *fa.SigningKey) int { return strings.Compare(string(a.ID), string(b.ID)) },
		"insertInstant": func(a, b *fa.SigningKey) int { return cmp.Compare(a.InsertInstant, b.InsertInstant) },
		"name": func(a, b *fa.SigningKey) int {
			return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
		},
		"type": func(a, b *fa.SigningKey) int { return strings.Compare(a.Type, b.Type) },
	},
}

func (h *Keys) search(w http.ResponseWriter, r *http.Request) error {
	c, err := readCriteria(r)
	if err != nil {
		return err
	}
	all, err := h.Store.All(r.Context())
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(k *fa.SigningKey) bool {
		return c.Algorithm != "" && k.Algorithm != c.Algorithm || c.Type != "" && k.Type != c.Type
	})
	page, total, err := searchedKeys.in(all, c)
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"keys": shownKeys(page), "total": total})
}

// shownKeys is keys without their secret halves.
func shownKeys(all []*fa.SigningKey) []fa.Key {
	shown := make([]fa.Key, len(all))
	for i, k := range all {
		shown[i] = k.Key
	}
	return shown
}

package gen

import (
	_ "embed"
	"strings"
)

//go:embed names.txt
var namesText string

// name is a name as its bearer writes it and as it looks in a login.
type name struct{ native, latin string }

// names is given and family names by "script given" and "script family".
var names = readNames(namesText)

func readNames(text string) map[string][]name {
	all := map[string][]name{}
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		for _, f := range fields[2:] {
			native, latin, _ := strings.Cut(f, "/")
			key := fields[0] + " " + fields[1]
			all[key] = append(all[key], name{native, latin})
		}
	}
	return all
}

func (p *person) given() name  { return pick(p, "given", names[p.rows[script]+" given"]) }
func (p *person) middle() name { return pick(p, "middle", names[p.rows[script]+" given"]) }
func (p *person) family() name { return pick(p, "family", names[p.rows[script]+" family"]) }

// full is the name as it is said: family first where that is the custom.
func (p *person) full() string {
	given, family := p.given().native, p.family().native
	switch p.rows[script] {
	case "han", "hangul":
		return family + given
	case "kana":
		return family + " " + given
	default:
		return given + " " + family
	}
}

// handle is the name as the beginning of a login, such as "jane.doe".
func (p *person) handle() string { return p.given().latin + "." + p.family().latin }

package fa

import "strings"

const digits = "0123456789"

// canonicalPhone writes a number as E.164; one without a country code is taken
// to be American, as FusionAuth does. Text that is no number stays as it is.
func canonicalPhone(text string) string {
	number := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -./()", r) {
			return -1
		}
		return r
	}, text)
	national, international := strings.CutPrefix(number, "+")
	switch {
	case national == "" || strings.Trim(national, digits) != "":
		return text
	case international:
		return number
	case len(national) == 11 && national[0] == '1':
		return "+" + number
	default:
		return "+1" + number
	}
}

// isPhone tells whether text is a number in the form of E.164.
func isPhone(text string) bool {
	number, international := strings.CutPrefix(text, "+")
	return international && len(number) >= 7 && len(number) <= 15 && number[0] != '0' && strings.Trim(number, digits) == ""
}

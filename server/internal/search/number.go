package search

import (
	"fmt"
	"strconv"
	"strings"
)

// NumberKey writes a number so that keys are in the order of the numbers, as
// text by code points, and equal numbers have equal keys: "5", "5.0" and "0.5e1"
// are one. It reports false for text that is not a number as JSON has it, and
// for exponents beyond 4000, which nothing has that is stored.
func NumberKey(text string) (key string, ok bool) {
	negative, digits, exponent, ok := decimal(text)
	switch {
	case !ok:
		return "", false
	case digits == "":
		return "1", true
	case negative:
		return fmt.Sprintf("0%04d%s~", 5000-exponent, strings.Map(complement, digits)), true
	default:
		return fmt.Sprintf("2%04d%s", 5000+exponent, digits), true
	}
}

// complement turns the order of digits around.
func complement(digit rune) rune { return '9' - digit + '0' }

// decimal reads a number as 0.digits times ten to the exponent, with no zero at
// either end of digits.
func decimal(text string) (negative bool, digits string, exponent int, ok bool) {
	if !isNumber(text) {
		return false, "", 0, false
	}
	mantissa, power, scaled := strings.Cut(strings.ToLower(text), "e")
	if scaled {
		var err error
		if exponent, err = strconv.Atoi(power); err != nil || exponent > 4000 || exponent < -4000 {
			return false, "", 0, false
		}
	}
	mantissa, negative = strings.CutPrefix(mantissa, "-")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	all := whole + fraction
	digits = strings.TrimLeft(all, "0")
	exponent += len(whole) - (len(all) - len(digits))
	return negative, strings.TrimRight(digits, "0"), exponent, len(all) < 900
}

// isNumber tells whether text is a number in the grammar of JSON, with leading
// zeros allowed.
func isNumber(text string) bool {
	text = strings.TrimPrefix(text, "-")
	mantissa, power, scaled := strings.Cut(strings.ToLower(text), "e")
	if scaled {
		power = strings.TrimPrefix(strings.TrimPrefix(power, "+"), "-")
		if !isDigits(power) {
			return false
		}
	}
	whole, fraction, fractional := strings.Cut(mantissa, ".")
	return isDigits(whole) && (!fractional || isDigits(fraction))
}

func isDigits(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

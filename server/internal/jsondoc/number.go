package jsondoc

import (
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// sameNumber compares by value, as RFC 6902 section 4.6 asks, without rounding
// and without writing exponents out.
func sameNumber(a, b jsontext.Value) bool {
	x, xFits := parseDecimal(string(a))
	y, yFits := parseDecimal(string(b))
	return string(a) == string(b) || xFits && yFits && x == y
}

// decimal is 0.digits times ten to the exponent, with no zero at either end of
// digits, so that one value is written in one way.
type decimal struct {
	negative bool
	digits   string
	exponent int
}

// parseDecimal reports false for an exponent that an int cannot hold.
func parseDecimal(number string) (decimal, bool) {
	mantissa, power, scaled := strings.Cut(strings.ToLower(number), "e")
	exponent, err := 0, error(nil)
	if scaled {
		exponent, err = strconv.Atoi(power)
	}
	mantissa, negative := strings.CutPrefix(mantissa, "-")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	all := whole + fraction
	digits := strings.TrimLeft(all, "0")
	if digits == "" {
		return decimal{}, err == nil
	}
	exponent += len(whole) - (len(all) - len(digits))
	return decimal{negative, strings.TrimRight(digits, "0"), exponent}, err == nil
}

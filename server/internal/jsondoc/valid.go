package jsondoc

import (
	"bytes"
	"cmp"
)

// CheckValid is Check at a fraction of the cost, for a document that a
// jsontext.Decoder has let pass: one that is valid JSON, with no name twice.
func CheckValid(data []byte, limits Limits) error {
	if limits.unsuspicious(data) {
		return nil
	}
	return Check(data, limits)
}

// unsuspicious tells whether there is nothing in valid JSON that limits could
// refuse.
func (l Limits) unsuspicious(data []byte) bool {
	if bytes.Contains(data, []byte(`\u0000`)) {
		return false
	}
	depth := 0
	for at := 0; at < len(data); at++ {
		switch c := data[at]; {
		case c == '"':
			at = endOfString(data, at+1)
		case c == '{', c == '[':
			if depth++; depth > cmp.Or(l.Depth, 100) {
				return false
			}
		case c == '}', c == ']':
			depth--
		case c == '-', '0' <= c && c <= '9':
			end := endOfNumber(data, at)
			if l.refuseNumber(string(data[at:end])) != "" {
				return false
			}
			at = end - 1
		}
	}
	return true
}

// endOfString is where the quote stands that ends the string whose first
// character is at from.
func endOfString(data []byte, from int) int {
	for at := from; ; at++ {
		length := bytes.IndexByte(data[at:], '"')
		if length < 0 {
			return len(data)
		}
		at += length
		escapes := 0
		for data[at-1-escapes] == '\\' {
			escapes++
		}
		if escapes%2 == 0 {
			return at
		}
	}
}

func endOfNumber(data []byte, from int) int {
	length := bytes.IndexFunc(data[from:], func(r rune) bool {
		return ('0' > r || r > '9') && r != '-' && r != '+' && r != '.' && r != 'e' && r != 'E'
	})
	if length < 0 {
		return len(data)
	}
	return from + length
}

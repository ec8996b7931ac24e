package api

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// timeFormat is a format of java.time, as FusionAuth's clients send it.
//
// Source: https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/time/format/DateTimeFormatter.html
type timeFormat struct {
	parts []timePart
}

// timePart is text, or a layout of package time.
type timePart struct {
	text, layout string
}

// javaLayouts is the letters that there are a counterpart for. A part is
// formatted by itself, so that text between them is never taken for a layout.
var javaLayouts = map[string]string{
	"yyyy": "2006", "yy": "06", "y": "2006", "uuuu": "2006",
	"MMMM": "January", "MMM": "Jan", "MM": "01", "M": "1",
	"dd": "02", "d": "2", "EEEE": "Monday", "EEE": "Mon", "E": "Mon",
	"HH": "15", "hh": "03", "h": "3", "mm": "04", "m": "4", "ss": "05", "s": "5",
	"a": "PM", "z": "MST", "zzz": "MST", "Z": "-0700", "X": "Z07", "XX": "Z0700", "XXX": "Z07:00",
	"SSS": ".000",
}

func parseTimeFormat(pattern string) (*timeFormat, error) {
	f := &timeFormat{}
	for rest := pattern; rest != ""; {
		var part timePart
		var err error
		if part, rest, err = nextPart(rest); err != nil {
			return nil, err
		}
		f.parts = append(f.parts, part)
	}
	return f, nil
}

// nextPart cuts off a quoted text, a run of one letter, or another character.
func nextPart(pattern string) (part timePart, rest string, err error) {
	first := pattern[0]
	switch {
	case strings.HasPrefix(pattern, "''"):
		return timePart{text: "'"}, pattern[2:], nil
	case first == '\'':
		text, rest, closed := strings.Cut(pattern[1:], "'")
		if !closed {
			return part, "", errors.New("a quote is not closed")
		}
		if strings.HasPrefix(rest, "'") { // two quotes inside are one
			text += "'"
		}
		return timePart{text: text}, rest, nil
	case !isLetter(first):
		return timePart{text: pattern[:1]}, pattern[1:], nil
	}
	rest = strings.TrimLeft(pattern, pattern[:1])
	letters := pattern[:len(pattern)-len(rest)]
	layout, ok := javaLayouts[letters]
	if !ok {
		return part, "", fmt.Errorf("[%s] is not known", letters)
	}
	return timePart{layout: layout}, rest, nil
}

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

func (f *timeFormat) write(t time.Time) string {
	var b strings.Builder
	for _, p := range f.parts {
		switch p.layout {
		case "":
			b.WriteString(p.text)
		case ".000": // package time wants something before the fraction
			b.WriteString(t.Format(".000")[1:])
		default:
			b.WriteString(t.Format(p.layout))
		}
	}
	return b.String()
}

package search

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// value is a text, a number or a boolean in a document; nothing more than that
// something is there if it is a mark.
type value struct {
	kind jsontext.Kind
	text string
}

const mark = jsontext.KindInvalid

// equals compares with a folded text.
func (v value) equals(text string) bool {
	if v.kind == mark {
		return false
	}
	if v.kind == jsontext.KindNumber {
		if asked, ok := NumberKey(text); ok {
			key, _ := NumberKey(v.text)
			return key == asked
		}
	}
	return Fold(v.text) == text
}

// like tells whether the value, or of a text of words some of them that stand
// together, has a form.
func (v value) like(p Pattern, kind Kind) bool {
	switch {
	case v.kind == mark:
		return false
	case kind != Words:
		return p.Matches(Fold(v.text))
	}
	words, run := strings.Fields(Fold(v.text)), 1+p.blanks()
	for i := 0; i+run <= len(words); i++ {
		if p.Matches(strings.Join(words[i:i+run], " ")) {
			return true
		}
	}
	return false
}

// between compares numbers with numbers and text with text.
func (v value) between(from, to Bound) bool {
	if v.kind == mark {
		return false
	}
	if v.kind != jsontext.KindNumber {
		return from.before(Fold(v.text), from.Text) && to.after(Fold(v.text), to.Text)
	}
	key, _ := NumberKey(v.text)
	low, lowIs := NumberKey(from.Text)
	high, highIs := NumberKey(to.Text)
	if from.Closed && !lowIs || to.Closed && !highIs {
		return false
	}
	return from.before(key, low) && to.after(key, high)
}

// before tells whether a key is behind the lower bound, after whether one is
// ahead of the upper bound.
func (b Bound) before(key, bound string) bool {
	return !b.Closed || key > bound || key == bound && !b.Exclusive
}

func (b Bound) after(key, bound string) bool {
	return !b.Closed || key < bound || key == bound && !b.Exclusive
}

func (v value) within(from, to int64) bool {
	n, err := strconv.ParseInt(v.text, 10, 64)
	return err == nil && v.kind == jsontext.KindNumber && from <= n && n <= to
}

// walker goes through a document.
type walker struct {
	decoder *jsontext.Decoder
	path    []byte
	enter   func(path []byte) bool // is there anything to look for, here or below?
	visit   func(path []byte, v value)
}

// walk visits every value of a document but null, with its path: the names on
// the way, behind prefix, with dots between them. Elements of a list have the
// path of the list.
func walk(doc []byte, prefix string, enter func([]byte) bool, visit func([]byte, value)) error {
	w := &walker{
		decoder: jsontext.NewDecoder(bytes.NewBuffer(doc), jsontext.AllowDuplicateNames(true)),
		path:    append(make([]byte, 0, 128), prefix...), enter: enter, visit: visit,
	}
	if err := w.walk(); err != nil {
		return fmt.Errorf("read a stored document: %w", err)
	}
	return nil
}

func (w *walker) walk() error {
	switch kind := w.decoder.PeekKind(); kind {
	case jsontext.KindBeginObject:
		return w.inside(jsontext.KindEndObject, w.member)
	case jsontext.KindBeginArray:
		return w.inside(jsontext.KindEndArray, w.walk)
	default:
		token, err := w.decoder.ReadToken()
		if err == nil && kind != jsontext.KindNull {
			w.visit(w.path, value{kind, token.String()})
		}
		return err
	}
}

func (w *walker) inside(end jsontext.Kind, each func() error) error {
	if _, err := w.decoder.ReadToken(); err != nil {
		return err
	}
	for w.decoder.PeekKind() != end {
		if err := each(); err != nil {
			return err
		}
	}
	_, err := w.decoder.ReadToken()
	return err
}

func (w *walker) member() error {
	name, err := w.decoder.ReadToken()
	if err != nil {
		return err
	}
	length := len(w.path)
	if length > 0 {
		w.path = append(w.path, '.')
	}
	w.path = append(w.path, name.String()...)
	if w.enter(w.path) {
		err = w.walk()
	} else {
		err = w.decoder.SkipValue()
	}
	w.path = w.path[:length]
	return err
}

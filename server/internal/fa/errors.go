package fa

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Errors is the body of a 400 answer and an error at once. The codes have the
// shape "[reason]path" for fields and "[Reason]" otherwise.
//
// Source: https://fusionauth.io/docs/apis/errors
type Errors struct {
	FieldErrors   map[string][]Error `json:"fieldErrors,omitempty"`
	GeneralErrors []Error            `json:"generalErrors,omitempty"`
}

// Error is one entry of Errors.
type Error struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Field adds an error about the property at path, such as "tenant.name".
func (e *Errors) Field(path, reason, format string, args ...any) {
	if e.FieldErrors == nil {
		e.FieldErrors = map[string][]Error{}
	}
	e.FieldErrors[path] = append(e.FieldErrors[path], Error{"[" + reason + "]" + path, fmt.Sprintf(format, args...)})
}

// Require adds an error unless value is there.
func (e *Errors) Require(value, path string) {
	if value == "" {
		e.Field(path, "blank", "You must specify the [%s] property.", path)
	}
}

// maxIndexedText is how long FusionAuth's indexed columns are.
const maxIndexedText = 191

// Short adds an error if value is longer than what names and login ids may be.
func (e *Errors) Short(value, path string) { e.atMost(value, path, maxIndexedText) }

// maxText is how long FusionAuth's other columns are.
const maxText = 255

// atMost adds an error if value has more than limit characters.
func (e *Errors) atMost(value, path string, limit int) {
	if utf8.RuneCountInString(value) > limit {
		e.Field(path, "tooLong", "The [%s] property must be at most %d characters long.", path, limit)
	}
}

// Name adds an error unless value can be an object's name.
func (e *Errors) Name(value, path string) {
	e.Require(value, path)
	e.Short(value, path)
}

// OneOf adds an error unless value is one of allowed.
func (e *Errors) OneOf(value, path string, allowed ...string) {
	if !slices.Contains(allowed, value) {
		e.Field(path, "invalid", "[%s] is not a valid value for [%s]. Use one of %s.", value, path, strings.Join(allowed, ", "))
	}
}

// Email adds an error if value is there and is no e-mail address.
func (e *Errors) Email(value, path string) {
	if value != "" && !isEmail(value) {
		e.Field(path, "notEmail", "[%s] is not an e-mail address.", value)
	}
}

// Positive adds an error unless value is greater than zero.
func (e *Errors) Positive(value int, path string) {
	if value <= 0 {
		e.Field(path, "invalid", "The [%s] property must be greater than 0.", path)
	}
}

// General adds an error about the request as a whole.
func (e *Errors) General(reason, format string, args ...any) {
	e.GeneralErrors = append(e.GeneralErrors, Error{"[" + reason + "]", fmt.Sprintf(format, args...)})
}

// OrNil is e as an error if there is anything in it.
func (e *Errors) OrNil() error {
	if len(e.FieldErrors) == 0 && len(e.GeneralErrors) == 0 {
		return nil
	}
	return e
}

// Codes lists the codes: those of fields sorted, then the general ones.
func (e *Errors) Codes() []string {
	var codes []string
	for _, list := range e.FieldErrors {
		for _, err := range list {
			codes = append(codes, err.Code)
		}
	}
	slices.Sort(codes)
	for _, err := range e.GeneralErrors {
		codes = append(codes, err.Code)
	}
	return codes
}

// Error lists codes only: messages hold values, which may be personal.
func (e *Errors) Error() string { return "refused: " + strings.Join(e.Codes(), " ") }

// Details is Error with the messages, values included: for administrators.
func (e *Errors) Details() string {
	var lines []string
	for _, list := range e.FieldErrors {
		for _, err := range list {
			lines = append(lines, err.Code+" "+err.Message)
		}
	}
	slices.Sort(lines)
	for _, err := range e.GeneralErrors {
		lines = append(lines, err.Code+" "+err.Message)
	}
	return strings.Join(lines, "\n")
}

// FieldError is Errors with a single field error.
func FieldError(path, reason, format string, args ...any) *Errors {
	var e Errors
	e.Field(path, reason, format, args...)
	return &e
}

// GeneralError is Errors with a single general error.
func GeneralError(reason, format string, args ...any) *Errors {
	var e Errors
	e.General(reason, format, args...)
	return &e
}

// Refused tells whether err is, or wraps, FusionAuth's errors.
func Refused(err error) bool {
	_, ok := errors.AsType[*Errors](err)
	return ok
}

func decodingErrors(path string, err error) error {
	if semantic, ok := errors.AsType[*json.SemanticError](err); ok && (path != "" || semantic.JSONPointer != "") {
		path = propertyPath(path, semantic.JSONPointer)
		return FieldError(path, "couldNotConvert", "The value of [%s] has the wrong type or form.", path)
	}
	if syntax, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		return GeneralError("invalidJSON", "The request body is not valid JSON: %s, after byte %d.", syntaxReason(syntax), syntax.ByteOffset)
	}
	return GeneralError("invalidJSON", "The request body is not the JSON that this call takes.")
}

// syntaxReason leaves out what the parser quotes: it may be somebody's data.
func syntaxReason(err *jsontext.SyntacticError) string {
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		return "a name is given twice"
	case errors.Is(err, jsontext.ErrNonStringName):
		return "a name is not in quotes"
	case strings.Contains(err.Err.Error(), "UTF-8"):
		return "there are bytes that are not UTF-8"
	case strings.Contains(err.Err.Error(), "EOF"):
		return "it ends too early"
	default:
		return "unexpected character"
	}
}

func propertyPath(path string, p jsontext.Pointer) string {
	var b strings.Builder
	b.WriteString(path)
	for token := range p.Tokens() {
		switch {
		case token != "" && strings.Trim(token, "0123456789") == "":
			b.WriteString("[" + token + "]")
		case b.Len() > 0:
			b.WriteString("." + token)
		default:
			b.WriteString(token)
		}
	}
	return b.String()
}

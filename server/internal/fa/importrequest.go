package fa

import (
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// ImportRequest is an import while it is read: its users come one after the
// other, and what stands around them may stand before or behind.
//
// Source: https://fusionauth.io/docs/apis/users#import-users
type ImportRequest struct {
	// The options are known when all users have been read.
	EncryptionScheme      string // of plain passwords; empty: the tenant's
	Factor                int    // of plain passwords; 0: the scheme's own, or the tenant's
	ValidateDBConstraints bool

	body    *bounded
	decoder *jsontext.Decoder
}

// ReadImport returns the request that body holds; nothing is read yet.
func ReadImport(body io.Reader) *ImportRequest {
	b := &bounded{Reader: body}
	return &ImportRequest{body: b, decoder: jsontext.NewDecoder(b)}
}

// ErrCutOff says that a body could not be read to its end.
var ErrCutOff = errors.New("the request body was cut off")

// Users reads the request to its end. A user is valid until the next one is
// asked for; an error is the last thing that comes.
func (r *ImportRequest) Users() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		err := r.read(func(user []byte) error {
			if !yield(user, nil) {
				return errStopped
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStopped) {
			yield(nil, readingError(err))
		}
	}
}

// errStopped says that nobody asks for more users.
var errStopped = errors.New("stopped")

func (r *ImportRequest) read(user func([]byte) error) error {
	if err := r.begin(jsontext.KindBeginObject, GeneralError("invalidJSON", "The request body is not a JSON object.")); err != nil {
		return err
	}
	users := 0
	for r.peek() != jsontext.KindEndObject {
		name, err := r.decoder.ReadToken()
		if err != nil {
			return err
		}
		switch name.String() {
		case "users":
			users, err = r.readUsers(user)
		case "encryptionScheme":
			err = r.option(&r.EncryptionScheme)
		case "factor":
			err = r.option(&r.Factor)
		case "validateDbConstraints":
			err = r.option(&r.ValidateDBConstraints)
		default:
			err = r.decoder.SkipValue()
		}
		if err != nil {
			return err
		}
	}
	if err := r.end(); err != nil {
		return err
	}
	if users == 0 {
		return FieldError("users", "missing", "You must specify the [users] property, with at least one user.")
	}
	return nil
}

func (r *ImportRequest) readUsers(user func([]byte) error) (n int, err error) {
	if r.peek() == jsontext.KindNull {
		return 0, r.decoder.SkipValue()
	}
	if err := r.begin(jsontext.KindBeginArray, FieldError("users", "couldNotConvert", "The value of [users] is not a list.")); err != nil {
		return 0, err
	}
	for ; r.peek() != jsontext.KindEndArray; n++ {
		if n == maxImportUsers {
			return n, FieldError("users", "tooMany", "There are more than %d users in one request. Send them in several.", n)
		}
		value, err := r.decoder.ReadValue()
		if errors.Is(err, errTooLarge) {
			return n, FieldError("user", "tooLong", "[users[%d]] is larger than %d bytes.", n, maxImportValue)
		}
		if err != nil {
			return n, err
		}
		if err := user(value); err != nil {
			return n, err
		}
	}
	_, err = r.decoder.ReadToken()
	return n, err
}

func (r *ImportRequest) option(v any) error {
	r.peek()
	return json.UnmarshalDecode(r.decoder, v)
}

// peek looks at what comes next, and lets it be as large as a user may be.
func (r *ImportRequest) peek() jsontext.Kind {
	r.body.until = r.decoder.InputOffset() + maxImportValue
	return r.decoder.PeekKind()
}

func (r *ImportRequest) begin(kind jsontext.Kind, otherwise error) error {
	if next := r.peek(); next != kind && next != jsontext.KindInvalid {
		return otherwise
	}
	_, err := r.decoder.ReadToken()
	return err
}

func (r *ImportRequest) end() error {
	if _, err := r.decoder.ReadToken(); err != nil {
		return err
	}
	r.peek()
	switch _, err := r.decoder.ReadToken(); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return err
	default:
		return GeneralError("invalidJSON", "There is something behind the end of the request body.")
	}
}

// readingError tells what is wrong with the JSON from a body that broke off.
func readingError(err error) error {
	_, isSyntax := errors.AsType[*jsontext.SyntacticError](err)
	_, isSemantic := errors.AsType[*json.SemanticError](err)
	switch {
	case Refused(err):
		return err
	case isSyntax, isSemantic:
		return decodingErrors("", err)
	case errors.Is(err, io.EOF):
		return GeneralError("invalidJSON", "The request has no body.")
	case errors.Is(err, errTooLarge):
		return GeneralError("invalidJSON", "The request body holds a value larger than %d bytes.", maxImportValue)
	default:
		return fmt.Errorf("%w: %w", ErrCutOff, err)
	}
}

// maxImportUsers is how many users may come in one request.
const maxImportUsers = 1_000_000

// maxImportValue is how large a user, or another member of the request, may be
// in bytes: it is held in memory.
const maxImportValue = 4 << 20

var errTooLarge = errors.New("the value is too large")

// bounded is a reader that is read as far as until says, and a little further.
type bounded struct {
	io.Reader
	read, until int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.read > b.until {
		return 0, errTooLarge
	}
	n, err := b.Reader.Read(p[:min(len(p), 64<<10)])
	b.read += int64(n)
	return n, err
}

package tokens

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"regexp"
	"strconv"
	"strings"
	"time"

	"wherry/internal/secret"
)

var uuid = regexp.MustCompile(`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)

// LineError is a line that is no token. The lines after it may be.
type LineError struct {
	Line   int
	Reason string
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Reason) }

// File is a file of tokens: JSON lines, or CSV with a header. The names of
// both are userId or sub; applicationId or clientId; token or refreshToken;
// startInstant or issuedAt; device.
type File struct {
	in   *bufio.Reader
	json bool
}

// Open looks what the file is.
func Open(r io.Reader) (*File, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	start, err := in.Peek(512)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	start = bytes.TrimPrefix(start, []byte("\xef\xbb\xbf"))
	return &File{in, bytes.HasPrefix(bytes.TrimSpace(start), []byte("{"))}, nil
}

// Tokens reads the file. A *LineError is about one line, and more may follow;
// any other error is the end.
func (f *File) Tokens() iter.Seq2[Token, error] {
	if f.json {
		return f.lines()
	}
	return f.table()
}

// longest is how many bytes a line may have: Cognito's tokens have some 2,000.
const longest = 1 << 20

func (f *File) lines() iter.Seq2[Token, error] {
	return func(yield func(Token, error) bool) {
		for n := 1; ; n++ {
			line, err := f.line()
			text := bytes.TrimSpace(bytes.TrimPrefix(line, []byte("\xef\xbb\xbf")))
			if len(text) > 0 && !yield(object(n, text)) || errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(Token{}, fmt.Errorf("read the tokens: %w", err))
				return
			}
		}
	}
}

// line reads the next line. Of one that is too long no more is kept than shows
// that it is.
func (f *File) line() (line []byte, err error) {
	for {
		part, err := f.in.ReadSlice('\n')
		line = append(line, part[:min(len(part), longest+1-len(line))]...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
}

// object reads a token that is a JSON object.
func object(n int, text []byte) (Token, error) {
	if len(text) > longest {
		return Token{}, &LineError{n, fmt.Sprintf("the line is longer than %d MiB", longest>>20)}
	}
	var members map[string]any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&members); err != nil {
		return Token{}, &LineError{n, "this is no JSON object"}
	}
	return token(n, func(name string) string {
		if members[name] == nil {
			return ""
		}
		return fmt.Sprint(members[name])
	})
}

func (f *File) table() iter.Seq2[Token, error] {
	return func(yield func(Token, error) bool) {
		r := csv.NewReader(f.in)
		r.FieldsPerRecord = -1
		header, err := r.Read()
		if err == nil {
			err = checkHeader(header)
		}
		if err != nil {
			yield(Token{}, fmt.Errorf("read the header of the tokens: %w", err))
			return
		}
		for {
			row, err := r.Read()
			if errors.Is(err, io.EOF) {
				return
			}
			n, _ := r.FieldPos(0)
			if parse, ok := errors.AsType[*csv.ParseError](err); ok {
				err = &LineError{parse.Line, parse.Err.Error()}
			} else if err == nil {
				var t Token
				if t, err = token(n, cell(header, row)); err == nil && !yield(t, nil) {
					return
				}
			}
			if err != nil && (!yield(Token{}, err) || !isLine(err)) {
				return
			}
		}
	}
}

func isLine(err error) bool { _, ok := errors.AsType[*LineError](err); return ok }

// cell finds a value by the name of its column.
func cell(header, row []string) func(name string) string {
	return func(name string) string {
		for i, column := range header {
			if i < len(row) && strings.EqualFold(clean(column), name) {
				return strings.TrimSpace(row[i])
			}
		}
		return ""
	}
}

func clean(column string) string { return strings.TrimSpace(strings.TrimPrefix(column, "\ufeff")) }

func checkHeader(header []string) error {
	get := cell(header, header)
	for _, names := range [][]string{{"userId", "sub"}, {"applicationId", "clientId"}, {"token", "refreshToken"}} {
		if get(names[0]) == "" && get(names[1]) == "" {
			return fmt.Errorf("there is no column %s or %s", names[0], names[1])
		}
	}
	return nil
}

func token(line int, get func(string) string) (Token, error) {
	start, err := instant(cmp.Or(get("startInstant"), get("issuedAt")))
	if err != nil {
		return Token{}, &LineError{line, "startInstant is neither milliseconds since 1970 nor a date and time such as 2026-11-22T17:45:00Z"}
	}
	return Token{
		Line: line, UserID: cmp.Or(get("userId"), get("sub")), ApplicationID: cmp.Or(get("applicationId"), get("clientId")),
		Value: secret.String(cmp.Or(get("token"), get("refreshToken"))), StartInstant: start, Device: get("device"),
	}, nil
}

func instant(text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	return t.UnixMilli(), err
}

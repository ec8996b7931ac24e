package seed

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"wherry/internal/secret"
	"wherry/internal/yamlfile"
	"wherry/pool/internal/model"
)

// MadeUpPassword is the password that a user read from a list gets: Made-Up-0
// and the first ten digits of the Username's SHA-256.
func MadeUpPassword(username string) string {
	return fmt.Sprintf("Made-Up-0%x", sha256.Sum256([]byte(username)))[:19]
}

// listed is a user as the API, or the AWS CLI, lists it. Members that are not
// known are passed over.
type listed struct {
	Username             string
	Attributes           []model.Attribute
	UserCreateDate       moment
	UserLastModifiedDate moment
	Enabled              *bool
	UserStatus           string
	MFAOptions           []json.RawMessage
}

// moment is a time written as the API does, 1637108867.442, or as the CLI does,
// "2021-11-16T17:27:47.442000-07:00".
type moment struct{ time.Time }

var errMoment = errors.New("want a number of seconds, or a time such as 2021-11-16T17:27:47.442000-07:00")

func (m *moment) UnmarshalJSON(b []byte) error {
	var i model.Instant
	if i.UnmarshalJSON(b) == nil {
		m.Time = i.Time
		return nil
	}
	t, err := time.Parse(`"`+time.RFC3339Nano+`"`, string(b))
	if err != nil {
		return errMoment
	}
	m.Time = t.UTC()
	return nil
}

// isUserList tells a list of users from a seed file: it is a JSON object with
// Users in it.
func isUserList(data []byte) bool {
	d := json.NewDecoder(bytes.NewReader(data))
	if opening, err := d.Token(); err != nil || opening != json.Delim('{') {
		return false
	}
	for d.More() {
		key, err := d.Token()
		if err != nil || key == "Users" {
			return err == nil
		}
		var skipped json.RawMessage
		if d.Decode(&skipped) != nil {
			return false
		}
	}
	return false
}

// userList reads users one by one, so that a long list costs little more than
// what is kept of it.
type userList struct {
	file     string
	data     []byte
	decoder  *json.Decoder
	line     int
	counted  int64 // up to where lines are counted
	problems yamlfile.Problems

	users []model.User
	subs  map[string]bool
}

// readUserList reads one or more pages of users into a pool made up around
// them.
func readUserList(file string, data []byte) (model.Directory, error) {
	l := &userList{file: file, data: data, decoder: json.NewDecoder(bytes.NewReader(data)), line: 1, subs: map[string]bool{}}
	for {
		err := l.page()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			l.wrong("", "%v", err)
			break
		}
	}
	if len(l.problems) > 0 {
		return model.Directory{}, l.problems
	}
	return around(l.users), nil
}

// page reads one answer of ListUsers.
func (l *userList) page() error {
	if err := l.expect('{'); err != nil {
		return err
	}
	for l.decoder.More() {
		key, err := l.decoder.Token()
		if err != nil {
			return err
		}
		if key != "Users" {
			var skipped json.RawMessage
			if err := l.decoder.Decode(&skipped); err != nil {
				return unexpected(err)
			}
			continue
		}
		if err := l.array(); err != nil {
			return unexpected(err)
		}
	}
	return unexpected(l.expect('}'))
}

func (l *userList) array() error {
	if err := l.expect('['); err != nil {
		return err
	}
	for i := 0; l.decoder.More(); i++ {
		var u listed
		err := l.decoder.Decode(&u)
		var wrongType *json.UnmarshalTypeError
		path := fmt.Sprintf("Users[%d]", i)
		switch {
		case errors.As(err, &wrongType):
			l.wrong(path+"."+wrongType.Field, "cannot be a %s", wrongType.Value)
		case errors.Is(err, errMoment):
			l.wrong(path, "%v", err)
		case err != nil:
			return err
		default:
			l.add(path, u)
		}
	}
	return l.expect(']')
}

func (l *userList) expect(want json.Delim) error {
	got, err := l.decoder.Token()
	if err == nil && got != want {
		return fmt.Errorf("want %v, got %v", want, got)
	}
	return err
}

// unexpected says that a file which ends early is not just at its end.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// wrong reports a mistake at the end of what has been read.
func (l *userList) wrong(path, format string, args ...any) {
	at := l.decoder.InputOffset()
	l.line += bytes.Count(l.data[l.counted:at], []byte("\n"))
	l.counted = at
	l.problems = append(l.problems, yamlfile.Problem{File: l.file, Line: l.line, Path: path, Message: fmt.Sprintf(format, args...)})
}

// add keeps a user, once: pages that were read while users changed may overlap.
func (l *userList) add(path string, u listed) {
	m := model.User{
		Username: u.Username, Attributes: u.Attributes, Status: u.UserStatus, Enabled: u.Enabled == nil || *u.Enabled,
		Created: u.UserCreateDate.Time, Modified: u.UserLastModifiedDate.Time, MFA: model.UserMFA{LegacySMS: len(u.MFAOptions) > 0},
	}
	switch {
	case m.Username == "":
		l.wrong(path, "the Username is missing")
		return
	case m.Sub() == "":
		l.wrong(path, "the attribute sub is missing; list users without --attributes-to-get")
		return
	case l.subs[m.Sub()]:
		return
	}
	l.subs[m.Sub()] = true
	switch m.Status {
	case model.Confirmed, model.Unconfirmed, model.ForceChangePassword, model.ResetRequired:
		m.Password = secret.String(MadeUpPassword(m.Username))
	}
	if m.Status == model.ForceChangePassword {
		m.PasswordExpiry = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	l.users = append(l.users, m)
}

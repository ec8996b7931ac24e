// Package tokens brings refresh tokens across, so that people who are signed
// in stay signed in. Cognito gives none away: the owners of applications
// collect them, and hand them over as CSV or as JSON lines.
//
// Every token ends as imported, there already, or refused with a reason. A
// journal remembers digests of those that are across, so that the same import
// can be run again after anything.
package tokens

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"wherry/internal/secret"
	"wherry/toolkit/internal/fusionauth"
)

// Token is a refresh token of a user for an application.
type Token struct {
	Line          int // of the file
	UserID        string
	ApplicationID string // or the id of the app client that the application was
	Value         secret.String
	StartInstant  int64  // milliseconds; the token expires so long after it as the application says
	Device        string // its name; may be ""
}

// Refusal is a token that does not go across.
type Refusal struct {
	Line   int    `json:"line"`
	UserID string `json:"userId,omitempty"`
	Reason string `json:"reason"`
}

// Result is what became of the tokens of a file.
type Result struct {
	Imported int       `json:"imported"`
	Already  int       `json:"already"` // across before
	Refused  []Refusal `json:"refused,omitempty"`
}

// Target is where tokens go.
type Target interface {
	// Registrations are the applications that each of the users is registered
	// for; users who are not there are left out.
	Registrations(ctx context.Context, users []string) (map[string][]string, error)
	// ImportRefreshTokens takes all or none of them. With validation it says why
	// it takes none, which is slow.
	ImportRefreshTokens(ctx context.Context, all []fusionauth.RefreshToken, validate bool) error
	// HasRefreshToken tells whether the user has this token.
	HasRefreshToken(ctx context.Context, token fusionauth.RefreshToken) (bool, error)
}

// Importer imports tokens.
type Importer struct {
	Target  Target
	Journal *Journal
	Clients map[string]string // application ids by the id of the app client that they were
	Longest int               // characters that the target takes; 0 is any number
	Batch   int               // tokens a request
	DryRun  bool              // check, and write nothing

	result Result
}

// Import imports the tokens of a file. With an error the result says how far
// it got.
func (m *Importer) Import(ctx context.Context, file *File) (Result, error) {
	var batch []Token
	for token, err := range file.Tokens() {
		var bad *LineError
		if errors.As(err, &bad) {
			m.refuse(Token{Line: bad.Line}, "%s", bad.Reason)
			continue
		}
		if err != nil {
			return m.result, err
		}
		if batch = append(batch, token); len(batch) == m.Batch {
			if err := m.batch(ctx, batch); err != nil {
				return m.result, err
			}
			batch = batch[:0]
		}
	}
	err := m.batch(ctx, batch)
	slices.SortStableFunc(m.result.Refused, func(a, b Refusal) int { return a.Line - b.Line })
	return m.result, err
}

func (m *Importer) refuse(t Token, format string, args ...any) {
	m.result.Refused = append(m.result.Refused, Refusal{t.Line, t.UserID, fmt.Sprintf(format, args...)})
}

// batch checks tokens and imports those that can go across.
func (m *Importer) batch(ctx context.Context, all []Token) error {
	var fit []Token
	var users []string
	seen := map[[32]byte]bool{}
	for _, t := range all {
		if id, known := m.Clients[t.ApplicationID]; known {
			t.ApplicationID = id
		}
		t.UserID, t.ApplicationID = strings.ToLower(t.UserID), strings.ToLower(t.ApplicationID)
		if reason := m.wrong(t); reason != "" {
			m.refuse(t, "%s", reason)
			continue
		}
		if m.Journal.Has(t) {
			m.result.Already++
			continue
		}
		if seen[t.digest()] {
			m.refuse(t, "the token is in the file twice")
			continue
		}
		seen[t.digest()] = true
		fit, users = append(fit, t), append(users, t.UserID)
	}
	if len(fit) == 0 {
		return ctx.Err()
	}
	slices.Sort(users)
	registered, err := m.Target.Registrations(ctx, slices.Compact(users))
	if err != nil {
		return fmt.Errorf("look up the users of %d tokens: %w", len(fit), err)
	}
	fit = slices.DeleteFunc(fit, func(t Token) bool { return m.stranger(t, registered) })
	return m.send(ctx, fit)
}

// stranger refuses the token of a user who is not there, or not registered.
func (m *Importer) stranger(t Token, registered map[string][]string) bool {
	applications, known := registered[t.UserID]
	switch {
	case !known:
		m.refuse(t, "the user is not in the target: import users first")
	case !slices.Contains(applications, t.ApplicationID):
		m.refuse(t, "the user is not registered for the application %s", t.ApplicationID)
	default:
		return false
	}
	return true
}

// wrong is what is wrong with a token by itself, or "".
func (m *Importer) wrong(t Token) string {
	value := t.Value.Reveal()
	switch {
	case !uuid.MatchString(t.UserID):
		return "the user id is no UUID: give the sub"
	case !uuid.MatchString(t.ApplicationID):
		return fmt.Sprintf("%q is neither the id of an application nor an app client that wherry apply has carried", t.ApplicationID)
	case value == "":
		return "the token is missing"
	case strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r > '~' }):
		return "the token holds a blank or something else that no token holds"
	case m.Longest > 0 && len(value) > m.Longest:
		return fmt.Sprintf("the token has %d characters, and this version of FusionAuth takes %d: upgrade to 1.33 or later", len(value), m.Longest)
	case t.StartInstant <= 0:
		return "the instant is missing at which the token was issued (startInstant)"
	}
	return ""
}

// send imports tokens; where the target refuses them it asks for each half,
// until those that it refuses stand alone.
func (m *Importer) send(ctx context.Context, all []Token) error {
	if len(all) == 0 {
		return ctx.Err()
	}
	if m.DryRun {
		m.result.Imported += len(all)
		return ctx.Err()
	}
	alone := len(all) == 1
	err := m.Target.ImportRefreshTokens(ctx, wire(all), alone)
	refused, ok := errors.AsType[*fusionauth.Error](err)
	switch {
	case err == nil:
		m.result.Imported += len(all)
		return m.Journal.Add(all)
	case !ok || refused.Status != 400 && refused.Status != 500:
		return fmt.Errorf("import %d refresh tokens: %w", len(all), err)
	case alone:
		return m.refused(ctx, all[0], refused)
	}
	half := len(all) / 2
	if err := m.send(ctx, all[:half]); err != nil {
		return err
	}
	return m.send(ctx, all[half:])
}

// refused settles what becomes of a token that the target refuses by itself: it
// may be there from a run that could not note it any more.
func (m *Importer) refused(ctx context.Context, t Token, refused *fusionauth.Error) error {
	there, err := m.Target.HasRefreshToken(ctx, wire([]Token{t})[0])
	if err != nil {
		return fmt.Errorf("look for a refresh token of user %s: %w", t.UserID, err)
	}
	if there {
		m.result.Already++
		return m.Journal.Add([]Token{t})
	}
	m.refuse(t, "%v", refused)
	return nil
}

func wire(all []Token) []fusionauth.RefreshToken {
	list := make([]fusionauth.RefreshToken, len(all))
	for i, t := range all {
		list[i] = fusionauth.RefreshToken{
			UserID: t.UserID, ApplicationID: t.ApplicationID, StartInstant: t.StartInstant, Token: fusionauth.Secret{String: t.Value},
		}
		list[i].MetaData.Device.Name = t.Device
	}
	return list
}

package importer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"wherry/internal/exit"
	"wherry/toolkit/internal/fusionauth"
	"wherry/toolkit/internal/whole"
	"wherry/toolkit/internal/workspace"
)

// refusal is a refused user in a file: why, what FusionAuth said, and what was
// sent, to be mended.
type refusal struct {
	ID     string              `json:"id"` // in the pool: it says who is meant
	Reason string              `json:"reason"`
	Said   []fusionauth.Detail `json:"said,omitempty"`

	// User is what is sent to the import API. It is null for a user who could
	// not be mapped, whom Cognito then shows.
	User    json.RawMessage `json:"user"`
	Cognito json.RawMessage `json:"cognito,omitempty"`
}

// WriteRefused writes everybody who is refused into a file, and answers how many
// there are. It is whole or not there.
func WriteRefused(ctx context.Context, pool *workspace.Pool, path string) (n int, err error) {
	f, err := whole.Create(path)
	if err != nil {
		return 0, err
	}
	defer f.Drop()
	_, _ = f.WriteString(`{"refused": [`) // Keep tells what could not be written
	for u, err := range pool.Users(ctx, workspace.Query{States: []workspace.State{workspace.Refused}, Source: true, Target: true}) {
		if err != nil {
			return n, err
		}
		text, err := refusalOf(ctx, pool, u)
		if err != nil {
			return n, err
		}
		if n++; n > 1 {
			_ = f.WriteByte(',')
		}
		_ = f.WriteByte('\n')
		_, _ = f.Write(text)
	}
	_, _ = f.WriteString("\n]}\n")
	return n, f.Keep()
}

func refusalOf(ctx context.Context, pool *workspace.Pool, u workspace.User) ([]byte, error) {
	r := refusal{ID: u.ID, Reason: u.Reason, User: u.Target}
	if u.Planned.IsZero() {
		r.User, r.Cognito = nil, u.Source
	}
	for e, err := range pool.EventsOf(ctx, u.N) {
		if err != nil {
			return nil, err
		}
		if e.Kind == refusedEvent && len(e.Detail) > 0 {
			if err := json.Unmarshal(e.Detail, &r.Said); err != nil {
				return nil, fmt.Errorf("read why user %s was refused: %w", u.ID, err)
			}
		}
	}
	return json.MarshalIndent(r, "  ", "  ")
}

// ReadRefused reads the users of such a file and plans them as it says. Those
// who are across by now are left alone. It answers how many were planned.
func ReadRefused(ctx context.Context, run *workspace.Run, path string) (n int, err error) {
	list, err := readFile(path)
	if err != nil {
		return 0, err
	}
	var problems []error
	var mended []workspace.Move
	for i, r := range list {
		move, err := r.mend(ctx, run)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: refused[%d]: %w", path, i, err))
		} else if move != nil {
			mended = append(mended, *move)
		}
	}
	if err := errors.Join(problems...); err != nil {
		return 0, exit.With(exit.Usage, err, "mend the file and run the command again; nobody was sent")
	}
	for _, move := range mended {
		if err := run.Reopen(ctx, move.User, workspace.Exported, ""); err != nil {
			return n, err
		}
		if err := run.Move(ctx, move); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

func readFile(path string) ([]refusal, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, exit.With(exit.Usage, fmt.Errorf("read the mended users: %w", err), "name a file that --refused wrote with --in")
	}
	var file struct{ Refused []refusal }
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, exit.With(exit.Usage, fmt.Errorf("read the mended users in %s: %w%s", path, err, where(text, err)), "mend the file and run the command again; nobody was sent")
	}
	return file.Refused, nil
}

// where tells the line of a mistake in JSON.
func where(text []byte, err error) string {
	if wrong, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Sprintf(", in line %d", 1+bytes.Count(text[:min(int(wrong.Offset), len(text))], []byte("\n")))
	}
	return ""
}

// mend is the step of a user of the file, nil for one who is across.
func (r refusal) mend(ctx context.Context, run *workspace.Run) (*workspace.Move, error) {
	u, err := run.User(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	if !u.Imported.IsZero() || u.State == workspace.Skipped {
		return nil, nil
	}
	doc, w, err := r.document()
	if err != nil {
		return nil, err
	}
	return &workspace.Move{User: u.N, To: workspace.Planned, Plan: &workspace.Plan{
		Document: doc, Names: workspace.Names{Username: w.Username, Email: w.Email, Phone: w.PhoneNumber},
	}}, nil
}

// document is the user as the import wants it, in one line and without a
// password, which is not the file's to say.
func (r refusal) document() ([]byte, wanted, error) {
	var members map[string]json.RawMessage
	var w wanted
	if err := json.Unmarshal(r.User, &members); err != nil || members == nil {
		return nil, w, errors.New("user must be an object")
	}
	for _, name := range []string{"password", "salt", "encryptionScheme", "factor", "tenantId", "connectorId"} {
		delete(members, name)
	}
	doc, err := json.Marshal(members)
	if err == nil {
		err = json.Unmarshal(doc, &w)
	}
	switch {
	case err != nil:
		return nil, w, fmt.Errorf("user: %w", err)
	case w.ID == "":
		return nil, w, errors.New("user.id is missing")
	case w.Email == "" && w.Username == "" && w.PhoneNumber == "":
		return nil, w, errors.New("user must have an email, a username or a phoneNumber")
	}
	return doc, w, nil
}

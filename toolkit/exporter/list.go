package exporter

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"wherry/toolkit/internal/plan"
	"wherry/toolkit/internal/workspace"
)

// WriteFile writes everybody who is in the pool as `aws cognito-idp list-users`
// prints them, with the member Groups added, and answers how many there are.
// The file is whole or not there, and for its owner's eyes only.
func WriteFile(ctx context.Context, pool *workspace.Pool, path string) (n int, err error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return 0, fmt.Errorf("write the users: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name()) // it is of no use
		}
	}()
	out := bufio.NewWriterSize(f, 256<<10)
	n, err = list(ctx, pool, out)
	if err := errors.Join(err, out.Flush(), f.Sync(), f.Close()); err != nil {
		return 0, fmt.Errorf("write the users: %w", err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return 0, fmt.Errorf("write the users: %w", err)
	}
	return n, nil
}

func list(ctx context.Context, pool *workspace.Pool, out *bufio.Writer) (n int, err error) {
	if _, err := out.WriteString(`{"Users": [`); err != nil {
		return 0, err
	}
	for u, err := range pool.Users(ctx, workspace.Query{Source: true}) {
		if err != nil {
			return n, err
		}
		line, err := entry(u)
		if err != nil {
			return n, err
		}
		separator := ",\n"
		if n == 0 {
			separator = "\n"
		}
		if _, err := out.WriteString(separator); err != nil {
			return n, err
		}
		if _, err := out.Write(line); err != nil {
			return n, err
		}
		n++
	}
	_, err = out.WriteString("\n]}\n")
	return n, err
}

// entry leaves out what is the same for all.
func entry(u workspace.User) ([]byte, error) {
	var c plan.CognitoUser
	if err := json.Unmarshal(u.Source, &c); err != nil {
		return nil, fmt.Errorf("read the document of user %s: %w", u.ID, err)
	}
	c.PoolID = ""
	return json.Marshal(c)
}

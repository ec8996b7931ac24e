package exporter

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"

	"wherry/toolkit/internal/plan"
	"wherry/toolkit/internal/whole"
	"wherry/toolkit/internal/workspace"
)

// WriteFile writes everybody who is in the pool as `aws cognito-idp list-users`
// prints them, with the member Groups added, and answers how many there are.
// The file is whole or not there, and for its owner's eyes only.
func WriteFile(ctx context.Context, pool *workspace.Pool, path string) (n int, err error) {
	f, err := whole.Create(path)
	if err != nil {
		return 0, err
	}
	defer f.Drop()
	if n, err = list(ctx, pool, f.Writer); err != nil {
		return n, fmt.Errorf("write the users: %w", err)
	}
	return n, f.Keep()
}

// list writes to a buffer that tells at its end what could not be written.
func list(ctx context.Context, pool *workspace.Pool, out *bufio.Writer) (n int, err error) {
	_, _ = out.WriteString(`{"Users": [`)
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
		_, _ = out.WriteString(separator)
		_, _ = out.Write(line)
		n++
	}
	_, _ = out.WriteString("\n]}\n")
	return n, nil
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

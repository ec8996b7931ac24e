package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"wherry/toolkit/internal/target"
)

// write writes what the owners of applications need: which client id became
// which, what has no counterpart, the beginnings of lambdas, and the API key
// that was made.
func (a *application) write(answer applyAnswer, dir string) (files []string, err error) {
	put := func(name string, mode os.FileMode, text string) {
		path := filepath.Join(dir, name)
		if err == nil {
			err = os.MkdirAll(filepath.Dir(path), 0o755)
		}
		if err == nil {
			err = os.WriteFile(path, []byte(text), mode)
		}
		files = append(files, path)
	}
	put("client-ids.json", 0o644, clientIDs(answer))
	put("report.md", 0o644, reportText(answer))
	for _, n := range answer.Notes {
		if n.Skeleton.Body != "" {
			put(filepath.Join("lambdas", n.Pool+"-"+n.Skeleton.Name), 0o644, n.Skeleton.Body)
		}
	}
	for _, s := range a.plan.Steps {
		if value := a.apiKey(s); value != "" {
			put("api-key-"+s.ID, 0o600, value+"\n")
		}
	}
	if err != nil {
		return nil, fmt.Errorf("write what applications' owners need: %w", err)
	}
	return files, nil
}

// apiKey is the value of an API key that a step made, "" for anything else. It
// is told once: whoever has put the file away wants no other.
func (a *application) apiKey(s target.Step) string {
	if s.Kind() != target.APIKey || s.Action != target.Created || !a.written {
		return ""
	}
	value, _ := s.Doc()["key"].(string)
	return value
}

func clientIDs(answer applyAnswer) string {
	text, err := json.MarshalIndent(answer.Clients, "", "  ")
	if err != nil {
		panic(err) // they are plain strings
	}
	return string(text) + "\n"
}

func reportText(answer applyAnswer) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# What was applied to %s\n\n## Clients\n\n| in Cognito | name | became | client_id |\n|---|---|---|---|\n", answer.Target)
	for _, c := range answer.Clients {
		id := c.ID
		if c.Kind == "entity" {
			id = c.ClientID
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", c.ClientID, c.Name, c.Kind, id)
	}
	b.WriteString("\n## What has no counterpart, or a different one\n\n")
	for _, n := range answer.Notes {
		fmt.Fprintf(&b, "- **%s**, pool %s: %s.", n.Subject, n.Pool, n.Text)
		if n.Do != "" {
			fmt.Fprintf(&b, " To do: %s.", n.Do)
		}
		if n.Skeleton.Name != "" {
			fmt.Fprintf(&b, " Begin from lambdas/%s-%s.", n.Pool, n.Skeleton.Name)
		}
		b.WriteString("\n")
	}
	return b.String()
}

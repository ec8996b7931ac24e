package importer_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wherry/internal/exit"
	"wherry/toolkit/importer"
	"wherry/toolkit/internal/workspace"
)

func TestImportFiles(t *testing.T) {
	t.Parallel()
	s := begin(t, people(7)...)
	r := s.start(workspace.Transform)
	files := importer.Files{Run: r, Dir: filepath.Join(s.dir, "import"), PerFile: 2, Sealer: importer.Sealer{Tenant: id(9)}}
	_, _, err := files.Write(t.Context())
	s.must(err)
	files.PerFile = 3 // fewer files than before
	written, _, err := files.Write(t.Context())
	s.must(err, r.End(t.Context(), "done"))
	there, err := filepath.Glob(filepath.Join(files.Dir, "*.json"))
	if err != nil || len(written) != 3 || len(there) != 3 {
		t.Fatalf("%+v, %v", written, there)
	}
	users := 0
	for _, w := range written {
		path := filepath.Join(files.Dir, w.File)
		text, err := os.ReadFile(path)
		s.must(err)
		var request struct{ Users []map[string]any }
		s.must(json.Unmarshal(text, &request))
		users += len(request.Users)
		sum := sha256.Sum256(text)
		info, err := os.Stat(path)
		if err != nil || info.Mode() != 0o600 || len(text) != w.Bytes || len(request.Users) != w.Users || hex.EncodeToString(sum[:]) != w.SHA256 {
			t.Errorf("%+v: %v, %d users, %v", w, info.Mode(), len(request.Users), err)
		}
		if u := request.Users[0]; u["tenantId"] != id(9) || u["factor"] != 1.0 || u["email"] == "" || bytes.ContainsAny(text, " \n") {
			t.Errorf("%v", u)
		}
	}
	manifest, err := os.ReadFile(filepath.Join(files.Dir, importer.Manifest))
	if err != nil || users != 7 || strings.Count(string(manifest), "\n") != 3 {
		t.Errorf("%d users, %s, %v", users, manifest, err)
	}
}

func TestRefusedUsersAreMendedAndFedBack(t *testing.T) {
	t.Parallel()
	users := people(3)
	users[1]["firstName"] = strings.Repeat("x", 192)
	s := begin(t, users...)
	_, err := s.carry()
	s.must(err)
	path := filepath.Join(s.dir, "refused.json")
	if n, err := importer.WriteRefused(t.Context(), s.part, path); err != nil || n != 1 {
		t.Fatalf("%d, %v", n, err)
	}
	text, err := os.ReadFile(path)
	s.must(err)
	if !strings.Contains(string(text), "The name of [user1@example.com] is too long.") || !strings.Contains(string(text), `"reason": "[tooLong]user.firstName"`) {
		t.Errorf("%s", text)
	}
	for _, bad := range []string{
		strings.Replace(string(text), id(1), id(4711), 1),
		strings.Replace(string(text), `"email": "user1@example.com"`, `"email": ""`, 1),
		string(text[:len(text)-30]),
	} {
		s.must(os.WriteFile(path, []byte(bad), 0o600))
		r := s.start(workspace.Import)
		if _, err := importer.ReadRefused(t.Context(), r, path); exit.Code(err) != exit.Usage {
			t.Errorf("%v for\n%s", err, bad)
		}
		s.must(r.End(t.Context(), "done"))
	}
	s.must(os.WriteFile(path, []byte(strings.Replace(string(text), strings.Repeat("x", 192), "Jane", 1)), 0o600))
	r := s.start(workspace.Import)
	if n, err := importer.ReadRefused(t.Context(), r, path); err != nil || n != 1 {
		t.Errorf("%d, %v", n, err)
	}
	s.must(r.End(t.Context(), "done"))
	if r, err := s.carry(); err != nil || r.Imported != 1 || s.target.accounts[id(1)].FirstName != "Jane" {
		t.Errorf("%+v, %v", r, err)
	}
}

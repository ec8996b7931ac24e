// Package need says, for tests, which programs and services they need: a test
// without them is skipped with a message that says what to install, or fails
// when WHERRY_TEST_REQUIRE=all is set.
package need

import (
	"cmp"
	"os"
	"os/exec"
	"testing"
)

// Program returns the path of the first of names that is installed.
func Program(t testing.TB, install string, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	miss(t, "needs "+names[0]+": install it with "+install)
	return ""
}

// Postgres returns the URL of a PostgreSQL server on which tests may create
// databases and schemas.
func Postgres(t testing.TB) string {
	t.Helper()
	url := os.Getenv("WHERRY_TEST_POSTGRES")
	if url == "" {
		miss(t, "needs PostgreSQL: run make test, or set WHERRY_TEST_POSTGRES to the URL of a server where tests may create schemas")
	}
	return url
}

// Node returns the path of node, after checking that dir/node_modules is there.
func Node(t testing.TB, dir string) string {
	t.Helper()
	node := Program(t, "apt-get install nodejs npm", "node", "nodejs")
	if _, err := os.Stat(dir + "/node_modules"); err != nil {
		miss(t, "needs npm packages: run npm ci in "+cmp.Or(dir, "."))
	}
	return node
}

// Modules makes sure that the Go modules of dir, a module of its own, are here.
func Modules(t testing.TB, dir string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "mod", "download")
	cmd.Dir = dir
	if err := cmd.Run(); err != nil {
		miss(t, "needs Go modules that could not be downloaded: go mod download")
	}
}

// Namespaces makes sure that a test may have a file system of its own: programs
// in namespaces of users and mounts, by unshare and nsenter. Where the system
// forbids them, there is nothing to install, and the test is skipped whatever is
// required.
func Namespaces(t testing.TB) {
	t.Helper()
	unshare := Program(t, "apt-get install util-linux", "unshare")
	Program(t, "apt-get install util-linux", "nsenter")
	if err := exec.CommandContext(t.Context(), unshare, "-rm", "mount", "-t", "tmpfs", "tmpfs", "/tmp").Run(); err != nil {
		t.Skip("needs namespaces of users and mounts, which this machine forbids (unshare -rm): run it where they are allowed")
	}
}

func miss(t testing.TB, message string) {
	t.Helper()
	if os.Getenv("WHERRY_TEST_REQUIRE") == "all" {
		t.Fatal(message)
	}
	t.Skip(message)
}

// Package compat drives our server, as a process, with the client library that
// FusionAuth publishes for Go. What the client cannot do against FusionAuth's
// own server, it need not do here.
//
// It has a go.mod of its own, so that nothing else can import that library.
package compat

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/FusionAuth/go-client/pkg/fusionauth"
)

const apiKey = "compat-key" // as in testdata/kickstart.json

// client talks to the server that all tests share: each makes its own objects.
var client *fusionauth.FusionAuthClient

func TestMain(m *testing.M) {
	code, err := runAgainstServer(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func runAgainstServer(m *testing.M) (code int, err error) {
	dir, err := os.MkdirTemp("", "wherry-compat")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	program := filepath.Join(dir, "wherry")
	build := exec.Command("go", "build", "-o", program, "./cmd/wherry") //nolint:noctx // it ends by itself
	build.Dir = filepath.Join("..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("build the server: %w\n%s", err, out)
	}
	server := exec.Command(program, "server", "--listen", "127.0.0.1:0", "--data", filepath.Join(dir, "data"), //nolint:noctx // it is told to end below
		"--kickstart", filepath.Join("testdata", "kickstart.json"))
	log, err := server.StderrPipe()
	if err != nil {
		return 0, err
	}
	if err := server.Start(); err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, server.Process.Signal(os.Interrupt), server.Wait()) }()
	if client, err = connect(log); err != nil {
		return 0, err
	}
	return m.Run(), nil
}

// connect waits until the server says where it listens.
func connect(log io.Reader) (*fusionauth.FusionAuthClient, error) {
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		var line struct{ Msg, Address string }
		if json.Unmarshal(lines.Bytes(), &line) != nil || line.Msg != "listening" {
			fmt.Fprintln(os.Stderr, lines.Text())
			continue
		}
		go func() { _, _ = io.Copy(os.Stderr, log) }()
		return fusionauth.NewClient(nil, &url.URL{Scheme: "http", Host: line.Address}, apiKey), nil
	}
	return nil, errors.New("the server has ended before it listened")
}

package cli

import (
	"fmt"
	"io"
	"runtime"

	"wherry/internal/buildinfo"
	"wherry/internal/console"
)

type versionCommand struct{}

func (versionCommand) Run(out *console.Console) error {
	answer := map[string]string{
		"version": buildinfo.Version(), "go": runtime.Version(), "os": runtime.GOOS, "arch": runtime.GOARCH,
	}
	return out.Emit(answer, func(w io.Writer) { fmt.Fprintln(w, buildinfo.Line()) })
}

package deploy

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"wherry/internal/archive"
	"wherry/internal/exit"
)

// function is the zip file of the release with the configuration beside the
// program. Its name changes with its content, so that CloudFormation sees the
// change.
func (d *Deployment) function() (archive.File, error) {
	release, err := archive.Unzip(bytes.NewReader(d.Release), int64(len(d.Release)))
	if err == nil && !slices.ContainsFunc(release, func(f archive.File) bool { return f.Name == "bootstrap" }) {
		err = errors.New("there is no bootstrap in it")
	}
	if err != nil {
		return archive.File{}, exit.With(exit.Usage, fmt.Errorf("read --lambda: %w", err), "make lambda builds dist/wherry-lambda-ARCH.zip")
	}
	inside := append(release, d.files...)
	var zip bytes.Buffer
	if err := archive.Zip(&zip, inside...); err != nil {
		return archive.File{}, err
	}
	sum := sha256.New()
	for _, f := range inside {
		fmt.Fprintf(sum, "%s %d\n%s", f.Name, len(f.Data), f.Data)
	}
	d.Code = "function-" + hex.EncodeToString(sum.Sum(nil)[:6]) + ".zip"
	return archive.File{Name: "function.zip", Mode: 0o644, Data: zip.Bytes()}, nil
}

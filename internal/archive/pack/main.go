// Command pack puts a program into the zip file that an AWS Lambda function
// is made of.
//
//	pack function.zip bootstrap
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"wherry/internal/archive"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: pack ZIP PROGRAM")
		os.Exit(2)
	}
	if err := pack(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
}

func pack(zip, program string) error {
	data, err := os.ReadFile(program)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := archive.Zip(&out, archive.File{Name: filepath.Base(program), Mode: 0o755, Data: data}); err != nil {
		return err
	}
	return os.WriteFile(zip, out.Bytes(), 0o644)
}

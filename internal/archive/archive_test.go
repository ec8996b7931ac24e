package archive_test

import (
	"bytes"
	"testing"

	"wherry/internal/archive"
)

func TestZipIsTheSameAgain(t *testing.T) {
	t.Parallel()
	program := archive.File{Name: "bootstrap", Mode: 0o755, Data: bytes.Repeat([]byte("run "), 1000)}
	settings := archive.File{Name: "wherry.yaml", Mode: 0o644, Data: []byte("pools: []\n")}
	var one, two bytes.Buffer
	if err := archive.Zip(&one, program, settings); err != nil {
		t.Fatal(err)
	}
	if err := archive.Zip(&two, settings, program); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(one.Bytes(), two.Bytes()) {
		t.Error("the order in which files are given must not matter")
	}
	files, err := archive.Unzip(bytes.NewReader(one.Bytes()), int64(one.Len()))
	if err != nil || len(files) != 2 {
		t.Fatalf("got %d files, %v", len(files), err)
	}
	if f := files[0]; f.Name != program.Name || f.Mode != program.Mode || !bytes.Equal(f.Data, program.Data) {
		t.Errorf("got %s %v, %d bytes", f.Name, f.Mode, len(f.Data))
	}
}

func TestUnzipWhatIsNoZip(t *testing.T) {
	t.Parallel()
	if _, err := archive.Unzip(bytes.NewReader([]byte("PK")), 2); err == nil {
		t.Error("want an error")
	}
}

package lambda

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func replace(text string, oldnew ...string) []byte {
	return []byte(strings.NewReplacer(oldnew...).Replace(text))
}

const post = `{"httpMethod":"POST","path":"/"}`

// TestAnswer holds the whole answer, byte by byte: a gateway wants all of its
// four parts, and no other.
func TestAnswer(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		event   string
		handler http.HandlerFunc
		want    string
	}{
		"a user": {post, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", "11")
			_, _ = io.WriteString(w, `{"user":{}}`)
		}, `{"statusCode":200,"headers":{"Content-Type":"application/json"},"body":"{\"user\":{}}","isBase64Encoded":false}`},
		"a status alone": {post, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNotFound)
		}, `{"statusCode":404,"headers":{},"body":"","isBase64Encoded":false}`},
		"nothing": {post, func(http.ResponseWriter, *http.Request) {}, `{"statusCode":200,"headers":{},"body":"","isBase64Encoded":false}`},
		"the first status holds": {post, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusProcessing)
			w.WriteHeader(http.StatusTeapot)
			w.WriteHeader(http.StatusOK)
		}, `{"statusCode":418,"headers":{},"body":"","isBase64Encoded":false}`},
		"repeated headers": {post, func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Vary"] = []string{"A", "B"}
		}, `{"statusCode":200,"headers":{"Vary":"A, B"},"body":"","isBase64Encoded":false}`},
		"bytes": {post, func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte{0xff, 0xfe})
		}, `{"statusCode":200,"headers":{},"body":"//4=","isBase64Encoded":true}`},
		"no request": {`{}`, func(http.ResponseWriter, *http.Request) {
			panic("must not be called")
		}, `{"statusCode":400,"headers":{},"body":"","isBase64Encoded":false}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := function{handler: tt.handler, wait: func() {}}
			got, err := f.invoke(t.Context(), json.RawMessage(tt.event))
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(got)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, string(body)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestDeadline sees that a handler must be done before the invocation has to
// be.
func TestDeadline(t *testing.T) {
	t.Parallel()
	end := time.Now().Add(time.Hour)
	ctx, cancel := context.WithDeadline(t.Context(), end)
	defer cancel()
	var got time.Time
	f := function{wait: func() {}, handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got, _ = r.Context().Deadline()
	})}
	if _, err := f.invoke(ctx, json.RawMessage(post)); err != nil {
		t.Fatal(err)
	}
	if want := end.Add(-reserve); !got.Equal(want) {
		t.Errorf("deadline %v, want %v", got, want)
	}
}

// TestRestIsDoneAfterTheAnswer sees that closing the answer, which the runtime
// does once it is sent, waits for what the handler left behind.
func TestRestIsDoneAfterTheAnswer(t *testing.T) {
	t.Parallel()
	var order []string
	f := function{
		handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { order = append(order, "answer") }),
		wait:    func() { order = append(order, "rest") },
	}
	out, err := f.invoke(t.Context(), json.RawMessage(post))
	if err != nil {
		t.Fatal(err)
	}
	var sent bytes.Buffer
	if _, err := sent.ReadFrom(out); err != nil {
		t.Fatal(err)
	}
	order = append(order, "sent")
	if err := out.(io.Closer).Close(); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(order); got != "[answer sent rest]" {
		t.Error(got)
	}
}

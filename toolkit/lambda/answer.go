package lambda

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"
)

// answer is the one form that REST APIs, HTTP APIs and function URLs all
// understand. A gateway answers 502 to any other, so all four are always there.
type answer struct {
	StatusCode      int               `json:"statusCode"`
	Headers         map[string]string `json:"headers"`
	Body            string            `json:"body"`
	IsBase64Encoded bool              `json:"isBase64Encoded"`
}

// writer keeps what a handler answers until the handler returns.
type writer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *writer) Header() http.Header { return w.header }

func (w *writer) WriteHeader(status int) {
	if w.status == 0 && status >= http.StatusOK { // the others are only news
		w.status = status
	}
}

func (w *writer) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(p)
}

func (w *writer) answer() ([]byte, error) {
	w.WriteHeader(http.StatusOK)
	a := answer{StatusCode: w.status, Headers: map[string]string{}, Body: w.body.String()}
	for name, values := range w.header {
		a.Headers[name] = strings.Join(values, ", ")
	}
	delete(a.Headers, "Content-Length") // the gateway counts for itself
	if !utf8.ValidString(a.Body) {
		a.Body, a.IsBase64Encoded = base64.StdEncoding.EncodeToString(w.body.Bytes()), true
	}
	data, err := json.Marshal(a)
	if err != nil {
		return nil, fmt.Errorf("write the answer: %w", err)
	}
	return data, nil
}

// outgoing is an answer on its way. The runtime reads it while sending and
// closes it before it asks for the next event, so what the handler left behind
// is done after the answer has gone out and before the process is frozen.
type outgoing struct {
	body *bytes.Reader
	wait func()
}

func (o *outgoing) Read(p []byte) (int, error) { return o.body.Read(p) }

func (o *outgoing) ContentType() string { return "application/json" }

func (o *outgoing) Close() error {
	o.wait()
	return nil
}

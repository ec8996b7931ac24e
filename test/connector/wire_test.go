package connector

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// wire is what goes over the wire between connector and pool. It remembers
// everything secret.
type wire struct {
	next http.Handler
	url  string

	mu      sync.Mutex
	torn    string // an operation whose answer breaks off half way
	secrets map[string]bool
	refresh []string // tokens, in the order in which they were given
}

func (w *wire) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body) // what is missing, the pool will miss
	r.Body = io.NopCloser(bytes.NewReader(body))
	w.look(body)
	_, signature, _ := strings.Cut(r.Header.Get("Authorization"), "Signature=")
	w.keep("Signature", signature)
	said := &said{ResponseWriter: rw, torn: w.tears(r)}
	w.next.ServeHTTP(said, r)
	w.look(said.body.Bytes())
	if said.torn {
		panic(http.ErrAbortHandler)
	}
}

// tear breaks off the next answer to an operation half way.
func (w *wire) tear(operation string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.torn = operation
}

func (w *wire) tears(r *http.Request) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	torn := w.torn != "" && strings.HasSuffix(r.Header.Get("X-Amz-Target"), "."+w.torn)
	if torn {
		w.torn = ""
	}
	return torn
}

// said is an answer on its way.
type said struct {
	http.ResponseWriter
	body bytes.Buffer
	torn bool
}

func (s *said) Write(p []byte) (int, error) {
	s.body.Write(p)
	if s.torn {
		_, _ = s.ResponseWriter.Write(p[:len(p)/2])
		_ = http.NewResponseController(s.ResponseWriter).Flush() // or nothing would go out
		return len(p), nil
	}
	return s.ResponseWriter.Write(p)
}

func (w *wire) look(body []byte) {
	var v any
	if json.Unmarshal(body, &v) == nil {
		w.walk("", v)
	}
}

func (w *wire) walk(name string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for name, v := range v {
			w.walk(name, v)
		}
	case string:
		w.keep(name, v)
	}
}

// secretive is the members that hold something secret, and what keys and
// proofs are made from.
var secretive = []string{
	"PASSWORD", "SECRET_HASH", "SRP_A", "SRP_B", "SALT", "SECRET_BLOCK", "PASSWORD_CLAIM_SIGNATURE", "PASSWORD_CLAIM_SECRET_BLOCK",
	"AccessToken", "IdToken", "RefreshToken", "Token", "Session", "ClientSecret", "Signature",
}

func (w *wire) keep(name, value string) {
	if value == "" || !slices.Contains(secretive, name) {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.secrets == nil {
		w.secrets = map[string]bool{}
	}
	w.secrets[value] = true
	if name == "RefreshToken" {
		w.refresh = append(w.refresh, value)
	}
}

func (w *wire) seen() (secrets, refreshTokens []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Collect(maps.Keys(w.secrets)), slices.Clone(w.refresh)
}

// personal is what names somebody: names, addresses, numbers, subs.
var personal = regexp.MustCompile(`(?i)\b(jane|una|tom|tessa|lara|rita|Google_1234|archie|coco|umi|dora|paula|sam|sven|olda|emma|eve|theo|bea|phil|devi)\b|` +
	`@example|15555552671|4c84488`)

// nothingSecretWasWritten searches the log, the metrics and the list of those
// turned away.
func (b *bench) nothingSecretWasWritten() {
	b.settled()
	written := b.log.String() + b.get("/metrics").body + b.turnedAway()
	secrets, _ := b.wire.seen()
	secrets = append(secrets, headerSecret, password, wrong, clientSecret, totpSecret, accessKey.SecretAccessKey)
	for _, secret := range secrets {
		if strings.Contains(written, secret) {
			b.Errorf("%.12q… was written:\n%s", secret, written)
		}
	}
	if token := regexp.MustCompile(`eyJ[\w-]{8}`).FindString(written); token != "" {
		b.Errorf("a token was written: %s", token)
	}
	if name := personal.FindString(written); name != "" {
		b.Errorf("%s is personal and was written:\n%s", name, written)
	}
}

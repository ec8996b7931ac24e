package connector

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"

	"wherry/toolkit/connector"
)

// journal is a log that many goroutines write.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// line is what the log says of one sign-in.
type line struct {
	Level, Msg, Pool, Login, Outcome, Answer, Operation, Code, Hint string

	WithoutFactor bool `json:"without_factor"`
}

// signIns is the log's lines about sign-ins.
func (b *bench) signIns() (lines []line) {
	b.Helper()
	for d := json.NewDecoder(strings.NewReader(b.log.String())); d.More(); {
		var l line
		if err := d.Decode(&l); err != nil {
			b.Fatal(err)
		}
		if l.Msg == "sign-in" {
			lines = append(lines, l)
		}
	}
	return lines
}

// last is what the log says of the last sign-in.
func (b *bench) last() line {
	b.Helper()
	lines := b.signIns()
	if len(lines) == 0 {
		b.Fatal("the log says nothing")
	}
	return lines[len(lines)-1]
}

// why is the records that support finds about a login id.
func (b *bench) why(login string) []connector.TurnedAway {
	b.Helper()
	found, err := b.WhyTurnedAway(login)
	if err != nil {
		b.Fatal(err)
	}
	return found
}

// turnedAway is the file behind why.
func (b *bench) turnedAway() string {
	text, err := os.ReadFile(b.list)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		b.Fatal(err)
	}
	return string(text)
}

// get asks the operators' side.
func (b *bench) get(path string) answer {
	w := httptest.NewRecorder()
	b.Admin().ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return answer{w.Code, w.Body.String()}
}

// metric is the value of one series, "" when there is none yet.
func (b *bench) metric(series string) string {
	for text := range strings.Lines(b.get("/metrics").body) {
		if value, ok := strings.CutPrefix(text, "wherry_connector_"+series+" "); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// asked is what the pool was asked since the counters were reset, such as
// "GetUser InitiateAuth×2".
func (b *bench) asked() string {
	var all []string
	for operation, times := range b.pool.Counters().Operations {
		if times > 1 {
			operation += fmt.Sprintf("×%d", times)
		}
		all = append(all, operation)
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

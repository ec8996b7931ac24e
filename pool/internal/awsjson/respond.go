package awsjson

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"wherry/pool/internal/refuse"
)

// ContentType is that of requests and answers.
const ContentType = "application/x-amz-json-1.1"

// Respond answers with v. An error means that nothing was answered yet.
func Respond(w http.ResponseWriter, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode an answer: %w", err)
	}
	write(w, http.StatusOK, body)
	return nil
}

// Fail answers with a refusal.
func Fail(w http.ResponseWriter, refusal *refuse.Error) {
	body, err := json.Marshal(struct {
		Type    string `json:"__type"`
		Message string `json:"message,omitempty"`
		Reason  string `json:"reasonCode,omitempty"`
	}{refusal.Type, refusal.Message, refusal.Reason})
	if err != nil {
		panic(err) // three texts are always JSON
	}
	w.Header().Set("X-Amzn-Errortype", refusal.Type+":")
	w.Header().Set("X-Amzn-Errormessage", oneLine(refusal.Message))
	write(w, refusal.Status, body)
}

func write(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", ContentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client may have gone
}

// oneLine keeps what a request said from adding lines to the header.
func oneLine(s string) string {
	out := []rune(s)
	for i, r := range out {
		if r < ' ' || r > '~' {
			out[i] = ' '
		}
	}
	return string(out)
}

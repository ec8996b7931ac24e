package lambda

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// event is what the three kinds of events have in common with each other and
// with a request: REST API proxy (no version), HTTP API with payload 1.0 (the
// same form) and 2.0, and function URLs, which are 2.0 with the stage
// $default. Everything else in them is of no interest here.
type event struct {
	Version string

	// Payload 1.0.
	HTTPMethod                      string
	Path                            string
	MultiValueHeaders               http.Header
	MultiValueQueryStringParameters url.Values

	// Payload 2.0.
	RawPath        string
	RawQueryString string
	Cookies        []string

	Headers         map[string]string
	Body            string
	IsBase64Encoded bool

	RequestContext struct {
		Stage    string
		Identity struct{ SourceIP string }
		HTTP     struct{ Method, SourceIP string }
	}
}

var errNoRequest = errors.New("the event is no HTTP request")

// request reads an event. Its path begins below the stage. Its error shows
// nothing of the event.
func request(ctx context.Context, data []byte) (*http.Request, error) {
	var e event
	if json.Unmarshal(data, &e) != nil {
		return nil, errNoRequest
	}
	if e.Version != "2.0" && e.RequestContext.HTTP.Method == "" {
		return e.first(ctx)
	}
	return e.second(ctx)
}

// first is a request in the form of payload 1.0. The path of a REST API has no
// stage; that of an HTTP API in this form has.
func (e *event) first(ctx context.Context) (*http.Request, error) {
	path := e.Path
	if e.Version != "" {
		path = e.belowStage(path)
	}
	header := http.Header{}
	for name, values := range e.MultiValueHeaders {
		for _, v := range values {
			header.Add(name, v)
		}
	}
	if len(header) == 0 {
		e.addHeaders(header)
	}
	return e.build(ctx, e.HTTPMethod, url.URL{Path: path, RawQuery: e.MultiValueQueryStringParameters.Encode()}, header, e.RequestContext.Identity.SourceIP)
}

// second is a request in the form of payload 2.0.
func (e *event) second(ctx context.Context) (*http.Request, error) {
	header := http.Header{}
	e.addHeaders(header)
	if len(e.Cookies) > 0 {
		header.Set("Cookie", strings.Join(e.Cookies, "; "))
	}
	from := e.RequestContext.HTTP
	return e.build(ctx, from.Method, url.URL{Path: e.belowStage(e.RawPath), RawQuery: e.RawQueryString}, header, from.SourceIP)
}

func (e *event) addHeaders(header http.Header) {
	for name, v := range e.Headers {
		header.Add(name, v)
	}
}

func (e *event) belowStage(path string) string {
	stage := e.RequestContext.Stage
	rest, ok := strings.CutPrefix(path, "/"+stage)
	if stage == "" || !ok || rest != "" && rest[0] != '/' {
		return path
	}
	return rest
}

func (e *event) build(ctx context.Context, method string, u url.URL, header http.Header, sender string) (*http.Request, error) {
	body := e.Body
	if e.IsBase64Encoded {
		decoded, err := base64.StdEncoding.DecodeString(body)
		if err != nil {
			return nil, errNoRequest
		}
		body = string(decoded)
	}
	if method == "" {
		return nil, errNoRequest // a test event of the console, or a schedule
	}
	r, err := http.NewRequestWithContext(ctx, method, "/", strings.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoRequest, err)
	}
	if u.Path == "" {
		u.Path = "/"
	}
	r.URL, r.Header, r.Host = &u, header, header.Get("Host")
	r.RequestURI = u.RequestURI()
	if sender != "" {
		r.RemoteAddr = net.JoinHostPort(sender, "0")
	}
	return r, nil
}

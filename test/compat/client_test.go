package compat

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"reflect"
	"strings"
	"testing"

	"github.com/FusionAuth/go-client/pkg/fusionauth"

	"wherry/internal/need"
)

// request is one call of a client's method.
type request struct {
	URL    string `json:"url"`
	Key    string `json:"key"`    // the API key; empty for none
	Tenant string `json:"tenant"` // of the header; empty for none
	Method string `json:"method"` // as in TypeScript: createTenant
	Args   []any  `json:"args"`   // as JSON has them
}

// answer is what the client made of the server's answer: of an error it has the
// body too.
type answer struct {
	Status int    `json:"status"`
	Body   any    `json:"body"`
	Error  string `json:"error"` // the client could not call, or could not read the answer
}

// client calls the methods of one of FusionAuth's clients by name. All of them
// have the same names and the same arguments, but for the spelling.
type client interface {
	call(r request) (answer, error)
}

// clients are those that scenarios run through.
var clients = map[string]func(t *testing.T) client{
	"go":         func(*testing.T) client { return goClient{&http.Client{Transport: &http.Transport{}}} },
	"typescript": startNode,
}

// nodeClient is a process of Node, which has one call at a time.
type nodeClient struct {
	in  *json.Encoder
	out *json.Decoder
}

func startNode(t *testing.T) client {
	t.Helper()
	node := exec.CommandContext(t.Context(), need.Node(t, "js"), "client.mjs")
	node.Dir = "js"
	in, err := node.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := node.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var complaints strings.Builder
	node.Stderr = &complaints
	if err := node.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _ = node.Wait(); complaints.Len() > 0 {
			t.Errorf("node: %s", &complaints)
		}
	})
	return &nodeClient{json.NewEncoder(in), json.NewDecoder(out)}
}

func (c *nodeClient) call(r request) (a answer, err error) {
	if err := c.in.Encode(r); err != nil {
		return a, err
	}
	err = c.out.Decode(&a)
	return a, err
}

// goClient finds a method by reflection.
type goClient struct{ http *http.Client }

func (c goClient) call(r request) (answer, error) {
	at, err := url.Parse(r.URL)
	if err != nil {
		return answer{}, err
	}
	official := fusionauth.NewClient(c.http, at, r.Key)
	official.SetTenantId(r.Tenant)
	name := strings.ToUpper(r.Method[:1]) + r.Method[1:]
	method := reflect.ValueOf(extended{official}).MethodByName(name)
	if !method.IsValid() {
		return answer{Error: "the client has no method " + name}, nil
	}
	args, err := arguments(method.Type(), r.Args)
	if err != nil {
		return answer{Error: name + ": " + err.Error()}, nil
	}
	return outcome(method.Call(args))
}

// arguments are values of the types that a method has for its parameters; the
// last may be missing. What there is no room for is an error: the client would
// not send it.
func arguments(method reflect.Type, args []any) ([]reflect.Value, error) {
	if len(args) > method.NumIn() {
		return nil, fmt.Errorf("takes %d arguments, not %d", method.NumIn(), len(args))
	}
	var values []reflect.Value
	for i := range method.NumIn() {
		value := reflect.New(method.In(i))
		if i >= len(args) {
			values = append(values, value.Elem())
			continue
		}
		written, err := json.Marshal(args[i])
		if err != nil {
			return nil, err
		}
		d := json.NewDecoder(strings.NewReader(string(written)))
		d.DisallowUnknownFields()
		if err := d.Decode(value.Interface()); err != nil {
			return nil, fmt.Errorf("argument %d: %w", i+1, err)
		}
		values = append(values, value.Elem())
	}
	return values, nil
}

// outcome reads what a method has returned: a response, errors in most of them,
// and an error.
func outcome(out []reflect.Value) (a answer, err error) {
	response, last := out[0], out[len(out)-1]
	if err, _ := last.Interface().(error); err != nil && !harmless(err) {
		return answer{Error: err.Error()}, nil
	}
	a.Status = int(response.Elem().FieldByName("StatusCode").Int())
	if a.Status >= http.StatusMultipleChoices {
		if len(out) < 3 {
			return a, nil
		}
		response = out[1]
	}
	written, err := json.Marshal(response.Interface())
	if err != nil {
		return a, err
	}
	return a, json.Unmarshal(written, &a.Body)
}

// harmless tells of errors that the client has with FusionAuth's own server too:
// with an answer that is empty, and with a refusal where the method returns no
// errors.
func harmless(err error) bool {
	return errors.Is(err, io.EOF) || errors.As(err, new(*json.InvalidUnmarshalError))
}

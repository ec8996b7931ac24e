package deliver

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wherry/internal/secret"
	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// endpoint serves one handler as long as the test lasts.
func endpoint(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func answers(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

const adaAnswer = `{"user":{"id":"00000000-0000-0000-0000-000000000001","email":"ada@example.com","active":true,"data":{"migrated":true}}}`

// ask asks a connector and returns the only entries that there are.
func ask(t *testing.T, c *fa.Connector) (*fa.User, []fa.EventLog, error) {
	t.Helper()
	connectors, log := newConnectors(true)
	user, err := connectors.Authenticate(t.Context(), c, request())
	return user, log.entries, err
}

func TestWhatAConnectorIsAsked(t *testing.T) {
	t.Parallel()
	var got *http.Request
	var body string
	url := endpoint(t, func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		got, body = r, string(raw)
		_, _ = io.WriteString(w, adaAnswer)
	})
	c := connector(url + "/in?code=made-up")
	c.HTTPAuthenticationUsername, c.HTTPAuthenticationPassword = "wherry", "made-up-basic"
	c.Headers = map[string]string{"x-secret": "made-up", "Content-Type": "text/plain", "content-length": "7", "Host": "other.example.com", "User-Agent": "Ada"}
	connectors, _ := newConnectors(true)
	asked := request()
	asked.Password, asked.EventInfo.Rest = "made up", fa.Rest{"os": []byte(`"Linux"`)}
	if _, err := connectors.Authenticate(t.Context(), c, asked); err != nil {
		t.Fatal(err)
	}
	want := `{"applicationId":"00000000-0000-0000-0000-00000000000a","eventInfo":{"ipAddress":"203.0.113.7","userAgent":"test","os":"Linux"},` +
		`"loginId":"Ada@Example.com","loginIdTypes":[],"newDevice":false,"noJWT":false,"password":"made up"}`
	if diff := cmp.Diff(want, body); diff != "" {
		t.Errorf("body: %s", diff)
	}
	if got.Method != http.MethodPost || got.URL.String() != "/in?code=made-up" || got.Host != "other.example.com" {
		t.Errorf("asked %s %s of %s", got.Method, got.URL, got.Host)
	}
	if diff := cmp.Diff(http.Header{
		"Accept": {"application/json"}, "Accept-Encoding": {"gzip"}, "Content-Type": {"application/json"}, "Content-Length": {fmt.Sprint(len(want))},
		"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte("wherry:made-up-basic"))}, "X-Secret": {"made-up"}, "User-Agent": {"Ada"},
	}, got.Header); diff != "" {
		t.Errorf("headers: %s", diff)
	}
	if request().LoginIDTypes != nil {
		t.Fatal("the request of this test names types")
	}
}

func TestACustomAuthorizationReplacesBasic(t *testing.T) {
	t.Parallel()
	var got string
	c := connector(endpoint(t, func(_ http.ResponseWriter, r *http.Request) { got = r.Header.Get("Authorization") }))
	c.HTTPAuthenticationUsername, c.Headers = "wherry", map[string]string{"authorization": "made-up-token"}
	if _, _, err := ask(t, c); err == nil || got != "made-up-token" {
		t.Errorf("sent %q, %v", got, err)
	}
}

func TestASignInToNoApplicationNamesNone(t *testing.T) {
	t.Parallel()
	var body string
	c := connector(endpoint(t, func(_ http.ResponseWriter, r *http.Request) { raw, _ := io.ReadAll(r.Body); body = string(raw) }))
	connectors, _ := newConnectors(true)
	_, _ = connectors.Authenticate(t.Context(), c, identity.ConnectorRequest{LoginID: "ada", Password: "p", LoginIDTypes: []string{"username"}, NewDevice: true, NoJWT: true})
	want := `{"eventInfo":{},"loginId":"ada","loginIdTypes":["username"],"newDevice":true,"noJWT":true,"password":"p"}`
	if diff := cmp.Diff(want, body); diff != "" {
		t.Error(diff)
	}
}

func TestWhatAConnectorAnswers(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		handler http.HandlerFunc
		want    string // of the entry in the event log; "" is no entry
	}{
		"404":                   {answers(404, ""), ""},
		"404 with a page":       {answers(404, "<h1>Not found</h1>"), ""},
		"400":                   {answers(400, `{"fieldErrors":{}}`), "Status [400]. status 400 is neither 200 nor 404.\n\n{\"fieldErrors\":{}}"},
		"401":                   {answers(401, ""), "Status [401]. status 401 is neither"},
		"500":                   {answers(500, "<h1>Oops</h1>"), "Status [500]. status 500 is neither 200 nor 404.\n\n<h1>Oops</h1>"},
		"201":                   {answers(201, adaAnswer), "Status [201]. status 201 is neither"},
		"204":                   {answers(204, ""), "Status [204]. status 204 is neither"},
		"nothing":               {answers(200, ""), "the answer is not JSON"},
		"a page":                {answers(200, "<h1>Welcome</h1>"), "the answer is not JSON"},
		"half an object":        {answers(200, adaAnswer[:len(adaAnswer)-2]), "the answer is not JSON"},
		"more than an object":   {answers(200, adaAnswer+"{}"), "the answer is not JSON"},
		"a list":                {answers(200, "[]"), "the answer is not a user"},
		"no user":               {answers(200, "{}"), "the answer has no [user.id]"},
		"null":                  {answers(200, `{"user":null}`), "the answer has no [user.id]"},
		"no id":                 {answers(200, `{"user":{"email":"ada@example.com"}}`), "the answer has no [user.id]"},
		"an id that is no UUID": {answers(200, `{"user":{"id":"1"}}`), "[couldNotConvert]user.id"},
		"a wrong type":          {answers(200, `{"user":{"id":"00000000-0000-0000-0000-000000000001","active":"yes"}}`), "[couldNotConvert]user.active"},
		"NUL":                   {answers(200, strings.ReplaceAll(adaAnswer, "ada@", `a\u0000@`)), "that can be kept"},
		"a name twice":          {answers(200, `{"user":{},"user":{}}`), "that can be kept"},
		"deep":                  {answers(200, `{"user":{"data":{"a":`+strings.Repeat("[", 100)+strings.Repeat("]", 100)+`}}}`), "that can be kept"},
		"no UTF-8":              {answers(200, strings.ReplaceAll(adaAnswer, "ada@", "\xff@")), "that can be kept"},
		"redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		}, "status 307 is neither"},
		"half an answer":          {halfAnAnswer, "Status [200]. it broke the connection off."},
		"no HTTP":                 {raw("hello\r\n\r\n"), "it does not answer as HTTP servers do"},
		"nothing at all":          {raw(""), "it broke the connection off"},
		"headers without end":     {raw("HTTP/1.1 200 OK\r\nX-A: " + strings.Repeat("a", 1<<20)), "it does not answer as HTTP servers do"},
		"a body that unpacks big": {packed(20 << 20), "the answer is larger than 1 MiB"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			user, entries, err := ask(t, connector(endpoint(t, test.handler)))
			if user != nil || !errors.Is(err, identity.ErrCredentials) {
				t.Errorf("got %v, %v", user, err)
			}
			switch {
			case test.want == "" && len(entries) != 0:
				t.Errorf("logged %v", entries)
			case test.want != "" && (len(entries) != 1 || entries[0].Type != fa.EventError || !strings.Contains(entries[0].Message, test.want)):
				t.Errorf("logged %v, want %s", entries, test.want)
			}
		})
	}
}

func halfAnAnswer(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", fmt.Sprint(len(adaAnswer)))
	_, _ = io.WriteString(w, adaAnswer[:20])
}

// raw answers with bytes and breaks the connection off.
func raw(answer string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = io.WriteString(conn, answer)
		_ = conn.Close()
	}
}

func packed(size int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, _ = z.Write(make([]byte, size))
		_ = z.Close()
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	var reached atomic.Bool
	elsewhere := endpoint(t, func(w http.ResponseWriter, _ *http.Request) { reached.Store(true); _, _ = io.WriteString(w, adaAnswer) })
	for _, status := range []int{301, 302, 303, 307, 308} {
		_, _, err := ask(t, connector(endpoint(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere, status) })))
		if !errors.Is(err, identity.ErrCredentials) || reached.Load() {
			t.Errorf("%d: %v, reached %v", status, err, reached.Load())
		}
	}
}

func TestAUserComesBack(t *testing.T) {
	t.Parallel()
	user, entries, err := ask(t, connector(endpoint(t, answers(200, adaAnswer))))
	if err != nil || user.ID != userID || user.Email != "ada@example.com" || !user.Active || string(user.Data["migrated"]) != "true" || len(entries) != 0 {
		t.Errorf("got %+v, %v, %v", user, err, entries)
	}
	user, _, err = ask(t, connector(endpoint(t, answers(200, `{"user":{"id":"00000000-0000-0000-0000-000000000001"}}`))))
	if err != nil || user.Active {
		t.Errorf("a connector has to say that somebody is active: %+v, %v", user, err)
	}
}

func TestPasswordsInTheAnswerAreDropped(t *testing.T) {
	t.Parallel()
	c := connector(endpoint(t, answers(200, `{"user":{"id":"00000000-0000-0000-0000-000000000001","username":"ada","password":"dropped-1",
		"currentPassword":"dropped-2","salt":"dropped-3","factor":24001,"twoFactor":{"methods":[{"id":"A","method":"authenticator","secret":"hidden"}]}}}`)))
	c.Debug = true
	user, entries, err := ask(t, c)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := fa.EncodeWhole(user)
	if err != nil || strings.Contains(string(doc), "dropped") || strings.Contains(string(doc), "24001") || !strings.Contains(string(doc), "hidden") {
		t.Errorf("the user: %s, %v", doc, err)
	}
	if text := entries[0].Message; strings.Contains(text, "dropped") || strings.Contains(text, "hidden") {
		t.Errorf("the log: %s", text)
	}
}

func TestAnEndlessAnswerTakesLittleMemory(t *testing.T) {
	var sent atomic.Int64
	url := endpoint(t, func(w http.ResponseWriter, _ *http.Request) {
		part := make([]byte, 1<<16)
		for sent.Load() < 200<<20 {
			n, err := w.Write(part)
			sent.Add(int64(n))
			if err != nil {
				return
			}
		}
	})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, entries, err := ask(t, connector(url))
	runtime.ReadMemStats(&after)
	if !errors.Is(err, identity.ErrCredentials) || len(entries) != 1 || !strings.Contains(entries[0].Message, "larger than 1 MiB") || len(entries[0].Message) > 4096 {
		t.Errorf("%v, %.300v", err, entries)
	}
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 32<<20 {
		t.Errorf("it took %d MiB", grown>>20)
	}
	if sent.Load() >= 200<<20 {
		t.Error("all of it was read")
	}
}

func TestSlowConnectorsEndInTime(t *testing.T) {
	t.Parallel()
	trickle := func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // only then is a client noticed that leaves
		for i := 0; r.Context().Err() == nil; i++ {
			_, _ = io.WriteString(w, adaAnswer[i%len(adaAnswer):][:1])
			_ = http.NewResponseController(w).Flush()
			select {
			case <-r.Context().Done():
			case <-time.After(time.Second):
			}
		}
	}
	silent := func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}
	const hour = 3_600_000
	for name, test := range map[string]struct {
		handler http.HandlerFunc
		connect int
	}{"one byte a second": {trickle, 50}, "nothing": {silent, hour}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := connector(endpoint(t, test.handler))
			c.ReadTimeout, c.ConnectTimeout = 50, test.connect
			_, entries, err := ask(t, c)
			if !errors.Is(err, identity.ErrCredentials) || len(entries) != 1 || !strings.Contains(entries[0].Message, "it did not answer in time") {
				t.Errorf("%v, %v", err, entries)
			}
		})
	}
}

func TestAConnectorThatDoesNotAccept(t *testing.T) {
	t.Parallel()
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := ln.Addr().String()
	_ = ln.Close()
	_, entries, err := ask(t, connector("http://"+closed))
	if !errors.Is(err, identity.ErrCredentials) || len(entries) != 1 || !strings.Contains(entries[0].Message, "it cannot be reached: dial tcp") {
		t.Errorf("closed: %v, %v", err, entries)
	}
	// A server that accepts connections and never speaks TLS.
	mute, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = mute.Close() })
	c := connector("https://" + mute.Addr().String())
	c.ConnectTimeout = 50
	_, entries, err = ask(t, c)
	if !errors.Is(err, identity.ErrCredentials) || len(entries) != 1 || !strings.Contains(entries[0].Message, "in time") {
		t.Errorf("mute: %v, %v", err, entries)
	}
}

func TestACertificateThatNobodyKnows(t *testing.T) {
	t.Parallel()
	s := httptest.NewUnstartedServer(answers(200, adaAnswer))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	_, entries, err := ask(t, connector(s.URL))
	if !errors.Is(err, identity.ErrCredentials) || len(entries) != 1 || !strings.Contains(entries[0].Message, "it cannot be trusted: tls: failed to verify certificate") {
		t.Errorf("%v, %v", err, entries)
	}
}

func TestWhoeverLeavesBlamesNobody(t *testing.T) {
	t.Parallel()
	ctx, leave := context.WithCancel(t.Context())
	url := endpoint(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		leave()
		<-r.Context().Done()
	})
	connectors, log := newConnectors(true)
	if _, err := connectors.Authenticate(ctx, connector(url), request()); !errors.Is(err, context.Canceled) || errors.Is(err, identity.ErrCredentials) {
		t.Errorf("got %v", err)
	}
	if len(log.entries) != 0 {
		t.Errorf("logged %v", log.entries)
	}
}

func TestAConnectionThatDiedWhileIdleIsReplaced(t *testing.T) {
	t.Parallel()
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var requests atomic.Int64
	done := make(chan struct{})
	go func() { // each connection answers once, promises to stay, and dies at the next request
		defer close(done)
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			in := bufio.NewReader(conn)
			if r, err := http.ReadRequest(in); err == nil {
				_, _ = io.Copy(io.Discard, r.Body)
				requests.Add(1) // before whoever asked can go on
				_, _ = fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(adaAnswer), adaAnswer)
				_, _ = in.ReadByte()
			}
			_ = conn.Close()
		}
	}()
	connectors, log := newConnectors(true)
	for i := range 3 {
		if _, err := connectors.Authenticate(t.Context(), connector("http://"+ln.Addr().String()), request()); err != nil {
			t.Errorf("sign-in %d: %v, %v", i, err, log.entries)
		}
	}
	if requests.Load() != 3 {
		t.Errorf("%d requests", requests.Load())
	}
	for _, client := range connectors.clients.all {
		client.CloseIdleConnections()
	}
	_ = ln.Close()
	<-done
}

func TestConnectionsAreKeptAlive(t *testing.T) {
	t.Parallel()
	var connections atomic.Int64
	s := httptest.NewUnstartedServer(answers(200, adaAnswer))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	connectors, _ := newConnectors(true)
	for range 5 {
		if _, err := connectors.Authenticate(t.Context(), connector(s.URL), request()); err != nil {
			t.Fatal(err)
		}
	}
	if n := connections.Load(); n != 1 {
		t.Errorf("%d connections for one sign-in after the other", n)
	}
}

func TestPrivateAddressesAreRefused(t *testing.T) {
	t.Parallel()
	var reached atomic.Bool
	_, port, err := net.SplitHostPort(strings.TrimPrefix(endpoint(t, func(w http.ResponseWriter, _ *http.Request) {
		reached.Store(true)
		_, _ = io.WriteString(w, adaAnswer)
	}), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"127.0.0.1", "localhost", "LOCALHOST", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "0.0.0.0", "[::]", "169.254.169.254", "10.0.0.1"} {
		connectors, log := newConnectors(false)
		_, err := connectors.Authenticate(t.Context(), connector("http://"+host+":"+port), request())
		if !errors.Is(err, identity.ErrCredentials) || len(log.entries) != 1 || !strings.Contains(log.entries[0].Message, "--allow-private-connectors") {
			t.Errorf("%s: %v, %v", host, err, log.entries)
		}
	}
	if reached.Load() {
		t.Error("the endpoint was reached")
	}
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]"} {
		connectors, log := newConnectors(true)
		if _, err := connectors.Authenticate(t.Context(), connector("http://"+host+":"+port), request()); err != nil {
			t.Errorf("%s, allowed: %v, %v", host, err, log.entries)
		}
	}
}

func TestConnectorsThatCannotBeAsked(t *testing.T) {
	t.Parallel()
	other := connector("http://example.com")
	other.Type = "Telnet"
	for name, test := range map[string]struct {
		connector *fa.Connector
		password  string
		want      string
	}{
		"type":       {other, plain, "type Telnet cannot be asked"},
		"URL":        {connector("http://example.com:port"), plain, "[not a URL]"},
		"not UTF-8":  {connector("http://example.com"), "\xff", "not UTF-8"},
		"no scheme":  {connector("example.com"), plain, "URL cannot be used"},
		"other name": {connector("gopher://example.com"), plain, "URL cannot be used"},
	} {
		connectors, log := newConnectors(true)
		asked := request()
		asked.Password = secret.String(test.password)
		_, err := connectors.Authenticate(t.Context(), test.connector, asked)
		if !errors.Is(err, identity.ErrCredentials) || len(log.entries) != 1 || !strings.Contains(log.entries[0].Message, test.want) {
			t.Errorf("%s: %v, %v", name, err, log.entries)
		}
	}
}

func TestAnEventLogThatFailsIsNoWrongPassword(t *testing.T) {
	t.Parallel()
	for name, status := range map[string]int{"error": 500, "debug": 200} {
		connectors, log := newConnectors(true)
		log.err = errors.New("the disk is full")
		c := connector(endpoint(t, answers(status, adaAnswer)))
		c.Debug = true
		if user, err := connectors.Authenticate(t.Context(), c, request()); user != nil || !errors.Is(err, log.err) {
			t.Errorf("%s: %v, %v", name, user, err)
		}
	}
}

package server_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestImportCutOff: a connection that breaks in the middle leaves nothing
// behind, so that the same import can be sent again.
func TestImportCutOff(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		done := make(chan struct{})
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			defer close(done)
			i.ServeHTTP(w, r)
		}))
		t.Cleanup(s.Close)

		var users []string
		for n := range 5000 {
			users = append(users, fmt.Sprintf(`{"email":"u%d@example.com"}`, n))
		}
		body, cable := io.Pipe()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/api/user/import", body)
		if err != nil {
			t.Fatal(err)
		}
		r.Header = http.Header{"Authorization": {superKey}, "Content-Type": {"application/json"}}
		go func() {
			_, _ = io.WriteString(cable, `{"users":[`+strings.Join(users, ","))
			_ = cable.CloseWithError(fmt.Errorf("the cable is cut"))
		}()
		if answer, err := s.Client().Do(r); err == nil {
			t.Errorf("status %d for half a request", answer.StatusCode)
			_ = answer.Body.Close()
		}
		<-done

		for _, at := range []string{"u0", "u4999"} {
			if r := i.do("GET /api/user?email=" + at + "@example.com"); r.status != http.StatusNotFound {
				t.Errorf("%s has come in: status %d", at, r.status)
			}
		}
		if r := i.do(imports(users...)); r.status != http.StatusOK {
			t.Errorf("sent again: status %d: %s", r.status, r.body)
		}
		if logged := i.log.String(); logged != "" {
			t.Errorf("a client that has gone is no failure to be logged: %s", logged)
		}
	})
}

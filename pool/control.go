package pool

import (
	"io"
	"net/http"
	"time"

	"wherry/pool/internal/fault"
)

// Control is the endpoint from which tests watch and disturb the pool. It is
// served on a listener of its own, and trusts everybody who reaches it.
//
//	GET    /counters               how often each operation was asked for, and about whom
//	DELETE /counters               start counting anew
//	GET    /messages?username=jane SMS and mails that would have been sent
//	GET    /clock                  the pool's time
//	POST   /clock?move=61m         put the clock forward, or back with a minus
//	GET    /faults                 what disturbs the pool
//	PUT    /faults                 disturb it by this: YAML or JSON
func (p *Pool) Control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /counters", func(w http.ResponseWriter, _ *http.Request) { respond(w, p.Counters()) })
	mux.HandleFunc("DELETE /counters", func(w http.ResponseWriter, _ *http.Request) {
		p.ResetCounters()
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /messages", func(w http.ResponseWriter, r *http.Request) {
		respond(w, p.Messages(r.URL.Query().Get("username")))
	})
	mux.HandleFunc("GET /clock", p.showClock)
	mux.HandleFunc("POST /clock", p.moveClock)
	mux.HandleFunc("GET /faults", func(w http.ResponseWriter, _ *http.Request) { respond(w, p.faults.Settings()) })
	mux.HandleFunc("PUT /faults", p.putFaults)
	return mux
}

func (p *Pool) showClock(w http.ResponseWriter, _ *http.Request) {
	respond(w, map[string]any{"now": p.faults.Now(), "moved": p.clock.Ahead().String()})
}

func (p *Pool) moveClock(w http.ResponseWriter, r *http.Request) {
	d, err := time.ParseDuration(r.URL.Query().Get("move"))
	if err != nil {
		http.Error(w, "move the clock by a duration, for example POST /clock?move=61m", http.StatusBadRequest)
		return
	}
	p.MoveClock(d)
	p.showClock(w, r)
}

func (p *Pool) putFaults(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	settings, err := fault.Read("faults", body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	p.SetFaults(settings)
	respond(w, settings)
}

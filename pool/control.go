package pool

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"

	"wherry/pool/internal/fault"
	"wherry/pool/internal/gen"
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
//	GET    /outcomes               how requests are made to end
//	PUT    /outcomes               make them end so: a JSON list
//	GET    /generated/{pool}/{n}   a generated user: password, and what must become of it
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
	mux.HandleFunc("GET /outcomes", func(w http.ResponseWriter, _ *http.Request) { respond(w, p.wanted.Read()) })
	mux.HandleFunc("PUT /outcomes", p.putOutcomes)
	mux.HandleFunc("GET /generated/{pool}/{n}", p.showGenerated)
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

func (p *Pool) putOutcomes(w http.ResponseWriter, r *http.Request) {
	var all []Outcome
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20))
	d.DisallowUnknownFields()
	if err := d.Decode(&all); err != nil {
		http.Error(w, "outcomes are a JSON list of objects with type or challenge: "+err.Error(), http.StatusBadRequest)
		return
	}
	p.SetOutcomes(all...)
	respond(w, all)
}

// generated is what the generator knows of one user.
type generated struct {
	Username string      `json:"username"`
	Password string      `json:"password"`
	Expected gen.Account `json:"expected"`
}

func (p *Pool) showGenerated(w http.ResponseWriter, r *http.Request) {
	pool, ok := p.generated[r.PathValue("pool")]
	n, err := strconv.Atoi(r.PathValue("n"))
	if !ok || err != nil || n < 0 || n >= pool.Len() {
		http.Error(w, "no such generated user: give the id of a generated pool and a number below its --users", http.StatusNotFound)
		return
	}
	respond(w, generated{pool.User(n).Username, pool.Password(n), pool.Expected(n)})
}

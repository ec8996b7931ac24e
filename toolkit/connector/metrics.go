package connector

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"wherry/toolkit/internal/cognito"
)

// metrics are counted by pool and by words of our own, never by person.
type metrics struct {
	registry    *prometheus.Registry
	signIns     *prometheus.CounterVec
	turnedAway  *prometheus.CounterVec
	factorless  *prometheus.CounterVec
	strangers   *prometheus.CounterVec
	calls       *prometheus.CounterVec
	revocations *prometheus.CounterVec
	own         *prometheus.HistogramVec
	cognito     *prometheus.HistogramVec
}

func newMetrics(pools map[string]*pool) *metrics {
	m := &metrics{
		registry:    prometheus.NewRegistry(),
		signIns:     counter("sign_ins_total", "Sign-ins by what Cognito said and what became of the user.", "pool", "outcome", "answer"),
		turnedAway:  counter("turned_away_total", "Users turned away by something other than their password.", "pool", "outcome"),
		factorless:  counter("carried_without_factor_total", "Users carried across without a second factor that Cognito asks them for.", "pool", "outcome"),
		strangers:   counter("requests_rejected_total", "Requests that were no sign-in from somebody who may ask, by status.", "status"),
		calls:       counter("cognito_calls_total", "Calls to Cognito.", "pool", "operation", "outcome"),
		revocations: counter("revocations_total", "Refresh tokens left behind at Cognito, and whether they were revoked.", "pool", "result"),
		own:         seconds("own_seconds", "Time of an answer that was not spent waiting for Cognito.", 0.00005, 2.5, 10),
		cognito:     seconds("cognito_seconds", "Time of an answer that was spent waiting for Cognito.", 0.005, 1.7, 12),
	}
	m.registry.MustRegister(m.signIns, m.turnedAway, m.factorless, m.strangers, m.calls, m.revocations, m.own, m.cognito,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for name, p := range pools {
		labels := prometheus.Labels{"pool": name}
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Namespace: namespace, Name: "breaker_state", ConstLabels: labels,
			Help: "0: the pool is asked, 1: it is down and nobody is asked, 2: it is being tried.",
		}, func() float64 { return float64(p.breaker.State()) }))
	}
	return m
}

const namespace = "wherry_connector"

func counter(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
}

func seconds(name, help string, first, factor float64, buckets int) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: namespace, Name: name, Help: help, Buckets: prometheus.ExponentialBuckets(first, factor, buckets),
	}, []string{"pool"})
}

func (m *metrics) count(pool string, v verdict, t cognito.Trace, took time.Duration) {
	outcome := string(v.outcome)
	m.signIns.WithLabelValues(pool, outcome, v.word()).Inc()
	if v.turnedAway() {
		m.turnedAway.WithLabelValues(pool, outcome).Inc()
	}
	if v.withoutFactor {
		m.factorless.WithLabelValues(pool, outcome).Inc()
	}
	for _, c := range t.Calls {
		m.calls.WithLabelValues(pool, c.Operation, string(c.Outcome)).Inc()
	}
	m.own.WithLabelValues(pool).Observe((took - t.Waiting).Seconds())
	m.cognito.WithLabelValues(pool).Observe(t.Waiting.Seconds())
}

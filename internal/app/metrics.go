package app

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are what Prometheus reads. No label names a person or an application.
type metrics struct {
	registry  *prometheus.Registry
	requests  *prometheus.HistogramVec
	delivered *prometheus.CounterVec
	queue     *prometheus.HistogramVec
	jobs      *prometheus.CounterVec
}

// buckets span a cached read to a held long poll, in seconds.
var buckets = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, 1, 5, 30, 60}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "twinseal_http_request_seconds", Help: "Time to answer a request, by front door, route and status.", Buckets: buckets,
		}, []string{"door", "route", "status"}),
		delivered: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "twinseal_deliveries_total", Help: "Tries to deliver, by kind, channel or dialect, and outcome: sent, retry, failed.",
		}, []string{"kind", "by", "outcome"}),
		queue: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "twinseal_delivery_seconds", Help: "Time a delivery took at its provider.", Buckets: buckets,
		}, []string{"kind", "by"}),
		jobs: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "twinseal_jobs_total", Help: "Rows that periodic jobs handled, by job.",
		}, []string{"job"}),
	}
	m.registry.MustRegister(m.requests, m.delivered, m.queue, m.jobs,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Request counts one answered request.
func (m *metrics) Request(door, route string, status int, took time.Duration) {
	m.requests.WithLabelValues(door, route, strconv.Itoa(status)).Observe(took.Seconds())
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

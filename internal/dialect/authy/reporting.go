package authy

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/statistics"
)

type reportedEvents struct {
	Message string          `json:"message"`
	Events  []reportedEvent `json:"events"`
	Success bool            `json:"success"`
}

type reportedEvent struct {
	Event     string `json:"event"`
	Time      string `json:"time"`
	RequestID string `json:"request_id"`
	Objects   object `json:"objects"`
}

// Pages of a report.
const (
	defaultPerPage = 50
	maxPerPage     = 100
	maxPages       = 100
	eventBatch     = 1000 // events read from the log at once, those without a word here included
)

// span is a part of the log: its time, and the names that are asked for (none: all).
type span struct {
	from, to time.Time
	names    []string
}

// reportEvents lists events, oldest first.
func (d *Dialect) reportEvents(ctx context.Context, c *call) (any, error) {
	page, perPage := c.params.integer("page", 1), c.params.integer("per_page", defaultPerPage)
	if err := c.params.failed(); err != nil || page < 1 || page > maxPages || perPage < 1 || perPage > maxPerPage {
		return nil, refuseFor(failQuery, "page goes from 1 to 100 and per_page from 1 to 100")
	}
	asked, err := spanOf(c.params.root.get("query"))
	if err != nil {
		return nil, err
	}
	found, err := d.namedEvents(ctx, c.caller, asked, page*perPage)
	if err != nil {
		return nil, err
	}
	answer := reportedEvents{Message: "Events.", Events: []reportedEvent{}, Success: true}
	known := &lookedUp{}
	for _, e := range found[min(len(found), (page-1)*perPage):] {
		objects, err := d.objects(ctx, c.caller, e, known)
		if err != nil {
			return nil, err
		}
		answer.Events = append(answer.Events, reportedEvent{callback{d}.Wants(e), stamp(e.At), string(e.ID), objects})
	}
	return answer, nil
}

// namedEvents reads the log up to so many events that have a name of the protocol.
func (d *Dialect) namedEvents(ctx context.Context, c *mfa.Caller, asked span, most int) ([]mfa.Event, error) {
	filter := mfa.EventFilter{Types: typesOf(asked.names), From: asked.from, To: asked.to, Limit: eventBatch}
	var found []mfa.Event
	for {
		batch, err := d.service.EventsOf(ctx, c, filter)
		if err != nil {
			return nil, err
		}
		for _, e := range batch {
			name := callback{d}.Wants(e)
			if name == "" || len(asked.names) > 0 && asked.names[0] != name {
				continue
			}
			if found = append(found, e); len(found) == most {
				return found, nil
			}
		}
		if len(batch) < eventBatch {
			return found, nil
		}
		filter.After = batch[len(batch)-1].ID
	}
}

// typesOf are our types behind names of the protocol, or all that have one.
func typesOf(names []string) []mfa.EventType {
	var types []mfa.EventType
	for t, word := range words {
		if len(names) == 0 || word == names[0] || names[0] == "user_registration_completed" && t == mfa.EventEnrollmentCompleted {
			types = append(types, t)
		}
	}
	return types
}

// spanOf reads a query such as query[time][gte]=2018-01-01&query[event][eq]=token_verified. Other attributes
// are refused: a filter that was silently left out would make a wrong report.
func spanOf(query *value) (span, error) {
	var out span
	if query == nil || query.kind == kindNull || query.kind == kindText && query.text == "" {
		return out, nil
	}
	if query.kind != kindObject {
		return out, refuseFor(failQuery, "the query has the form query[time][gte]=2018-01-01")
	}
	for _, attribute := range query.members {
		for _, condition := range attribute.value.members {
			if err := out.narrow(attribute.name, condition.name, condition.value.text); err != nil {
				return out, err
			}
		}
		if attribute.value.kind != kindObject {
			return out, refuseFor(failQuery, "the query has the form query[time][gte]=2018-01-01")
		}
	}
	return out, nil
}

// narrow adds one condition. Times count to the second.
func (s *span) narrow(attribute, operator, text string) error {
	if attribute == "event" && operator == "eq" {
		if len(typesOf([]string{text})) == 0 {
			return repeating(failQuery, "'"+clip(text)+"' is not an event that is counted here", "an event that is not counted here")
		}
		s.names = []string{text}
		return nil
	}
	at, ok := parseTime(text)
	if attribute != "time" || !ok {
		return refuseFor(failQuery, "queries can ask for event[eq], and for time with gte, gt, lte, lt and an ISO 8601 time")
	}
	switch operator {
	case "gte":
		s.from = at
	case "gt":
		s.from = at.Add(time.Second)
	case "lte":
		s.to = at.Add(time.Second)
	case "lt":
		s.to = at
	default:
		return refuseFor(failQuery, "time can be compared with gte, gt, lte and lt")
	}
	return nil
}

// timeLayouts are the ways in which clients write ISO 8601.
var timeLayouts = []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04:05 UTC", time.DateOnly}

func parseTime(text string) (time.Time, bool) {
	text = strings.TrimSpace(text)
	if n := numberOf(text); n > 0 {
		return time.Unix(n, 0).UTC(), true
	}
	for _, layout := range timeLayouts {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC(), true
		}
	}
	return time.Time{}, false
}

type histogram struct {
	Message   string `json:"message"`
	Histogram object `json:"histogram"`
	Success   bool   `json:"success"`
}

type bar struct {
	Time  string `json:"time"`
	Count int64  `json:"count"`
}

// intervals of a histogram, with the time that one covers when the request does not say.
var intervals = map[string]struct{ each, all time.Duration }{
	"day":    {24 * time.Hour, 30 * 24 * time.Hour},
	"hour":   {time.Hour, 24 * time.Hour},
	"minute": {time.Minute, time.Hour},
}

// uncounted are events whose name depends on more than their type, by which they are counted.
var uncounted = map[string]bool{"totp_token_sent": true, "device_registration_completed": true, "user_registration_completed": true}

// reportHistogram counts events of named reports: report[logins][event][eq]=token_verified.
func (d *Dialect) reportHistogram(ctx context.Context, c *call) (any, error) {
	interval, ok := intervals[c.params.text("interval")]
	if !ok {
		return nil, refuseFor(failInterval, "interval is day, hour or minute")
	}
	scope, err := spanOf(c.params.root.get("scope"))
	if err != nil {
		return nil, err
	}
	reports, err := reportsOf(c.params.root.get("report"))
	if err != nil {
		return nil, err
	}
	if scope.to.IsZero() {
		scope.to = d.service.Now().Truncate(interval.each).Add(interval.each)
	}
	if scope.from.IsZero() {
		scope.from = scope.to.Add(-interval.all)
	}
	counts, err := d.statistics.EventCounts(ctx, c.caller, scope.from, scope.to, interval.each)
	if mfa.IsCode(err, mfa.Invalid) {
		return nil, refuseFor(failInterval, "the scope has more than "+strconv.Itoa(statistics.MaxCountSpans)+" intervals")
	}
	if err != nil {
		return nil, err
	}
	answer := histogram{Message: "Date histogram.", Success: true}
	for _, r := range reports {
		answer.Histogram = append(answer.Histogram, property{r.name, r.bars(counts, scope.from, interval.each)})
	}
	return answer, nil
}

type report struct {
	name  string
	types []mfa.EventType
}

func reportsOf(v *value) ([]report, error) {
	var out []report
	if v == nil || v.kind != kindObject || len(v.members) > maxReports {
		return nil, refuseFor(failReportName, "a report has the form report[name][event][eq]=token_verified")
	}
	for _, m := range v.members {
		asked, err := spanOf(m.value)
		if err != nil {
			return nil, err
		}
		if len(asked.names) == 0 || uncounted[asked.names[0]] || !asked.from.IsZero() || !asked.to.IsZero() || !reportName(m.name) {
			return nil, refuseFor(failReportName, "a report has a name of letters, digits, dashes and underscores, and counts one event")
		}
		out = append(out, report{m.name, typesOf(asked.names)})
	}
	return out, nil
}

const maxReports = 20

// reportName keeps to names that XML takes for an element.
func reportName(name string) bool {
	for i, r := range name {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_'
		if !letter && (i == 0 || (r < '0' || r > '9') && r != '-') {
			return false
		}
	}
	return name != "" && len(name) <= maxCustomID
}

func (r report) bars(counts []map[mfa.EventType]int64, from time.Time, each time.Duration) []bar {
	out := []bar{}
	for i, counted := range counts {
		b := bar{Time: stamp(from.Add(time.Duration(i) * each))}
		for _, t := range r.types {
			b.Count += counted[t]
		}
		out = append(out, b)
	}
	return out
}

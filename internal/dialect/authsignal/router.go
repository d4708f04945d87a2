package authsignal

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/twinseal/twinseal/internal/endpoint"
)

// First segments of the dialect's paths.
const (
	areaMain   = "v1"
	areaSocket = "ws-v1-challenge" // what browsers make of the base address for their socket
	areaMoved  = "api-ws"          // the same below a base address with "api" in its path
)

// Areas are the first segments of all paths that belong to this dialect.
func Areas() []string { return []string{areaMain, areaSocket, areaMoved} }

// Bounds of a path.
const (
	maxSegments = 8 // v1 twice, which some clients do, and the six of the longest route
	maxParams   = 3 // of one path: a user, an action and its key
)

// realm is one of the three APIs. Each has keys of its own.
type realm int

const (
	realmServer realm = iota
	realmClient
	realmManagement
)

// demand says by what a call of the client's API is made. Calls of the other two need their realm's key.
type demand int

const (
	byKey    demand = iota // the key of the realm
	byBearer               // a token of an action
	byTenant               // the tenant's name; a token is as good
	byEither               // whichever came
	byNobody               // nothing is looked at
)

// method answers one call.
type method func(d *Dialect, ctx context.Context, c *call) (endpoint.Response, error)

// route is one line of the table. Its path is below /v1; {name} stands for one segment.
type route struct {
	method string
	path   string
	demand demand
	answer method
}

// name is the route in logs and metrics.
func (r *route) name() string { return r.method + " " + r.path }

// routes are the whole table. What is fixed stands before what is named, so that it wins.
func routes() []route {
	out := serverRoutes()
	out = append(out, clientRoutes()...)
	return append(out, managementRoutes()...)
}

// router finds routes by escaped path. Slashes that follow each other count as one and one at the end as none, because
// clients join their base address and the path as they stand; nobody is redirected, which would turn a POST into a GET.
type router struct{ byLength [maxSegments + 1][]pattern }

type pattern struct {
	route    *route
	segments []string
}

// match is what a path led to; route is nil for one that is not in the table. Values are those of the path, in the
// order of the pattern.
type match struct {
	realm  realm
	route  *route
	name   string
	values [maxParams]string
}

// Names of what matches no route, in logs and metrics.
const (
	nameUnknown   = "unknown"
	namePreflight = "OPTIONS"
)

func newRouter(table []route) router {
	var r router
	for i := range table {
		segments := strings.Split(strings.Trim(table[i].path, "/"), "/")
		r.byLength[len(segments)] = append(r.byLength[len(segments)], pattern{&table[i], segments})
	}
	return r
}

func (r *router) find(method, path string) match {
	var held [maxSegments]string
	segments, ok := below(held[:0], path)
	found := match{name: nameUnknown, realm: realmOf(segments)}
	switch {
	case method == http.MethodOptions:
		found.name = namePreflight
		return found
	case !ok || len(segments) == 0:
		return found
	case method == http.MethodHead:
		method = http.MethodGet
	}
	segments = known(method, found.realm, segments)
	for i := range r.byLength[len(segments)] {
		p := &r.byLength[len(segments)][i]
		if p.route.method != method || !p.matches(segments) {
			continue
		}
		if found.values, ok = p.values(segments); ok {
			found.route, found.name = p.route, p.route.name()
		}
		return found
	}
	return found
}

// below cuts a path at its slashes and takes off the mount. Go's client doubles it for one call, and old ones of Python
// for another. ok is false for a path with more segments than any route has.
func below(segments []string, path string) (below []string, ok bool) {
	for segment := range strings.SplitSeq(path, "/") {
		if segment == "" {
			continue
		}
		if len(segments) == maxSegments {
			return segments, false
		}
		segments = append(segments, segment)
	}
	for range 2 {
		if len(segments) > 0 && segments[0] == areaMain {
			segments = segments[1:]
		}
	}
	return segments, true
}

func realmOf(segments []string) realm {
	switch {
	case len(segments) == 0:
		return realmServer
	case segments[0] == "client", segments[0] == "fp":
		return realmClient
	case segments[0] == "management":
		return realmManagement
	}
	return realmServer
}

// known takes other spellings of a path for the one in the table. Java glues the query of one call to its path, without
// a question mark; the documentation prints the management API's nouns with underscores.
func known(method string, in realm, segments []string) []string {
	switch {
	case in == realmServer && method == http.MethodPost && strings.HasPrefix(segments[0], "challenges"):
		segments[0] = "challenges"
		return segments[:1]
	case in == realmManagement && len(segments) > 1:
		segments[1] = strings.ReplaceAll(segments[1], "_", "-")
	}
	return segments
}

func (p *pattern) matches(segments []string) bool {
	for i, want := range p.segments {
		if want[0] != '{' && want != segments[i] {
			return false
		}
	}
	return true
}

// values decodes the segments that the pattern names; a text that no name is made of matches nothing.
func (p *pattern) values(segments []string) (values [maxParams]string, ok bool) {
	n := 0
	for i, want := range p.segments {
		if want[0] != '{' {
			continue
		}
		text, err := url.PathUnescape(segments[i])
		if err != nil || !plainText(text) {
			return values, false
		}
		values[n] = text
		n++
	}
	return values, true
}

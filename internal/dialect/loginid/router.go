package loginid

import (
	"net/http"
	"slices"
	"strings"
)

// maxSegments bounds a path: a mount of two, the browser SDK's own and the five of the longest route.
const maxSegments = 8

// router finds routes by escaped path, below every mount. Slashes that follow each other count as one and one at
// the end as none, because clients join their base address and the path as they stand; nothing is decoded or
// resolved, and nobody is redirected, which would turn a POST into a GET.
type router struct{ byLength [maxSegments + 1][]pattern }

type pattern struct {
	route    *route
	segments []string
}

// match is what a path led to. Without a route, allow lists the methods that the path would take, and is empty for
// a path that is not in the table.
type match struct {
	route  *route
	name   string
	values map[string]string
	allow  string
}

// Names of what matches no route, in logs and metrics.
const (
	nameUnknown   = "unknown"
	nameMethod    = "unknown method"
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
	if method == http.MethodOptions {
		return match{name: namePreflight}
	}
	if method == http.MethodHead {
		method = http.MethodGet
	}
	found := match{name: nameUnknown}
	segments, ok := below(path)
	if !ok {
		return found
	}
	var allow []string
	for i := range r.byLength[len(segments)] {
		p := &r.byLength[len(segments)][i]
		if !p.matches(segments) {
			continue
		}
		if p.route.method == method {
			return match{route: p.route, name: p.route.name(), values: p.values(segments)}
		}
		allow = append(allow, p.route.method)
	}
	if len(allow) > 0 {
		slices.Sort(allow)
		found.name, found.allow = nameMethod, strings.Join(slices.Compact(allow), ", ")
	}
	return found
}

// below cuts a path at its slashes and takes off the mount: nothing, /api, /api/native, or, for transactions alone,
// /api/native/api. ok is false when it has more segments than any route.
func below(path string) (segments []string, ok bool) {
	for segment := range strings.SplitSeq(path, "/") {
		if segment == "" {
			continue
		}
		if len(segments) == maxSegments {
			return nil, false
		}
		segments = append(segments, segment)
	}
	if len(segments) == 0 || segments[0] != mountAPI {
		return segments, true
	}
	segments = segments[1:]
	if len(segments) == 0 || segments[0] != mountNative {
		return segments, true
	}
	segments = segments[1:]
	if len(segments) > 1 && segments[0] == mountAPI && segments[1] == areaTx {
		segments = segments[1:]
	}
	return segments, true
}

// Segments of the mounts, and of the routes that the browser SDK puts below one of its own.
const (
	mountAPI    = "api"
	mountNative = "native"
	areaTx      = "tx"
)

func (p *pattern) matches(segments []string) bool {
	for i, want := range p.segments {
		if want[0] != '{' && want != segments[i] {
			return false
		}
	}
	return true
}

func (p *pattern) values(segments []string) map[string]string {
	var values map[string]string
	for i, want := range p.segments {
		if want[0] == '{' {
			if values == nil {
				values = make(map[string]string, 1)
			}
			values[strings.Trim(want, "{}")] = segments[i]
		}
	}
	return values
}

// Areas are the first segments of all paths that belong to this dialect when nothing is mounted in front of them.
// Below "api" is whatever is not our own API's.
func Areas() []string {
	areas := []string{v2Area}
	for _, r := range routes() {
		area, _, _ := strings.Cut(strings.TrimPrefix(r.path, "/"), "/")
		if !slices.Contains(areas, area) {
			areas = append(areas, area)
		}
	}
	return areas
}

package authy

import (
	"slices"
	"strings"
)

// maxSegments is one more than the longest path of the table has.
const maxSegments = 9

// router finds routes by escaped path. Duplicate slashes count as one and a trailing one as none, because
// base URLs are configured with and without; nothing is ever decoded or resolved, so that a segment can only
// be what it looks like.
type router struct{ byLength [maxSegments][]pattern }

type pattern struct {
	route    *route
	segments []string
}

// match is what a path led to. Without a route, allow lists the methods that the path would take, and is
// empty for a path that is not in the table.
type match struct {
	route  *route
	name   string
	format string
	values map[string]string
	allow  string
}

func newRouter(table []route) router {
	var r router
	for i := range table {
		segments := strings.Split(strings.Trim(table[i].path, "/"), "/")
		r.byLength[len(segments)] = append(r.byLength[len(segments)], pattern{&table[i], segments})
	}
	return r
}

// Names of what matches no route, in logs and metrics.
const (
	nameUnknown = "unknown"
	nameMethod  = "unknown method"
)

func (r *router) find(method, path string) match {
	var space [maxSegments]string
	segments, ok := split(space[:0], path)
	found := match{name: nameUnknown, format: formatJSON}
	if !ok {
		return found
	}
	var allow []string
	for i := range r.byLength[len(segments)] {
		p := &r.byLength[len(segments)][i]
		if !p.matches(segments) {
			continue
		}
		if p.route.method != method && p.route.method != anyMethod {
			allow = append(allow, p.route.method)
			continue
		}
		found.route, found.name = p.route, p.route.name()
		found.format, found.values = p.values(segments)
		return found
	}
	if len(allow) > 0 {
		slices.Sort(allow)
		found.name, found.allow, found.format = nameMethod, strings.Join(slices.Compact(allow), ", "), formatOf(path)
	}
	return found
}

// split cuts a path at its slashes; ok is false when it has more segments than any route.
func split(into []string, path string) (segments []string, ok bool) {
	for segment := range strings.SplitSeq(path, "/") {
		if segment == "" {
			continue
		}
		if len(into) == maxSegments-1 {
			return nil, false
		}
		into = append(into, segment)
	}
	return into, true
}

func (p *pattern) matches(segments []string) bool {
	for i, want := range p.segments {
		got := segments[i]
		switch {
		case want == "{format}":
			if got != formatJSON && got != formatXML {
				return false
			}
		case want[0] != '{' && want != got:
			return false
		}
	}
	return true
}

func (p *pattern) values(segments []string) (format string, values map[string]string) {
	format = formatJSON
	for i, want := range p.segments {
		switch {
		case want == "{format}":
			format = segments[i]
		case want[0] == '{':
			if values == nil {
				values = make(map[string]string, 2)
			}
			values[strings.Trim(want, "{}")] = segments[i]
		}
	}
	return format, values
}

// formatOf is the format that a path asks its answer in.
func formatOf(path string) string {
	var space [maxSegments]string
	if segments, ok := split(space[:0], path); ok && len(segments) > 1 && segments[1] == formatXML {
		return formatXML
	}
	return formatJSON
}

// Areas are the first segments of all paths that belong to this dialect.
func Areas() []string {
	var areas []string
	for _, r := range routes() {
		area, _, _ := strings.Cut(strings.TrimPrefix(r.path, "/"), "/")
		if !slices.Contains(areas, area) {
			areas = append(areas, area)
		}
	}
	return areas
}

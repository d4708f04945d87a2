package launchkey

import "strings"

// router finds routes by escaped path, as it came: nothing is decoded or resolved. Slashes in front count as
// one, because base addresses are configured with a slash at the end and without.
type router struct {
	exact  map[string]*route
	prefix map[string]*route // of paths that end in a parameter, by what is in front of it
}

// match is what a request led to: a route and the parameter of its path, or nothing.
type match struct {
	route *route
	name  string
	value string
}

// nameUnknown is what matches no route, in logs and metrics.
const nameUnknown = "unknown"

func newRouter(table []route) router {
	r := router{exact: map[string]*route{}, prefix: map[string]*route{}}
	for i := range table {
		if front, _, ok := strings.Cut(table[i].path, "{"); ok {
			r.prefix[table[i].method+" "+front] = &table[i]
			continue
		}
		r.exact[table[i].name()] = &table[i]
	}
	return r
}

func (r *router) find(method, path string) match {
	path = "/" + strings.TrimLeft(path, "/")
	if found := r.exact[method+" "+path]; found != nil {
		return match{route: found, name: found.name()}
	}
	cut := strings.LastIndexByte(path, '/') + 1
	if found := r.prefix[method+" "+path[:cut]]; found != nil && cut < len(path) {
		return match{route: found, name: found.name(), value: path[cut:]}
	}
	return match{name: nameUnknown}
}

package authsignaltest

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

// collection is a list of documents of the management API.
type collection struct {
	path string
	id   string           // the member that names one
	name func(Doc) string // of a new one; nil: it names itself
}

func (s *Server) routeManagement() {
	ids := func(Doc) string { return uuid() }
	slug := func(d Doc) string { return strings.ToLower(strings.ReplaceAll(text(d, "name"), " ", "-")) }
	for _, c := range []collection{
		{path: "/management/action-configurations", id: "actionCode"},
		{path: "/management/action-configurations/{action}/rules", id: "ruleId", name: ids},
		{path: "/management/value-lists", id: "alias", name: slug},
		{path: "/management/custom-data-points", id: "id", name: ids},
	} {
		s.routeCollection(c)
	}
	s.documents["/v1/management/authenticator-configurations"] = []Doc{
		{"authenticatorId": "email-otp", "verificationMethod": "EMAIL_OTP", "isActive": true, "verificationCodeLength": 6},
	}
	s.routeCollection(collection{path: "/management/authenticator-configurations", id: "authenticatorId", name: ids})
	for path, first := range map[string]Doc{
		"tenant": {"tenantId": s.TenantID, "name": "Test", "tokenDurationInMinutes": 10}, "theme": {"name": "Test", "darkMode": Doc{}},
		"message-overrides": {"messageOverrides": Doc{}},
	} {
		document := first
		s.on("GET /management/"+path, func(*http.Request, Doc) Reply { return good(document) })
		s.on("PATCH /management/"+path, func(_ *http.Request, body Doc) Reply {
			merge(document, body)
			return good(document)
		})
	}
	s.on("GET /management/message-overrides/catalog", func(*http.Request, Doc) Reply {
		return good(Doc{"catalogVersion": "1", "screens": []Doc{{"id": "code-entry", "label": "Code", "family": "otp"}}, "points": []Doc{
			{"publicId": "code-entry.heading", "screen": "code-entry", "maxLength": 100, "defaultCopy": Doc{"en": "Enter the code"}},
		}})
	})
}

// merge changes what a change names; null takes away.
func merge(into, change Doc) {
	for name, value := range change {
		if value == nil {
			delete(into, name)
			continue
		}
		into[name] = value
	}
}

func (s *Server) routeCollection(c collection) {
	s.on("GET "+c.path, func(r *http.Request, _ Doc) Reply { return good(append([]Doc{}, s.documents[r.URL.Path]...)) })
	s.on("POST "+c.path, func(r *http.Request, body Doc) Reply {
		made := maps.Clone(body)
		if c.name != nil {
			made[c.id] = c.name(body)
		}
		if text(made, c.id) == "" || slices.ContainsFunc(s.documents[r.URL.Path], func(d Doc) bool { return clashes(d, made, c.id) }) {
			return invalid
		}
		made["tenantId"] = s.TenantID
		s.documents[r.URL.Path] = append(s.documents[r.URL.Path], made)
		return good(made)
	})
	one := c.path + "/{id}"
	s.on("GET "+one, func(r *http.Request, _ Doc) Reply {
		return s.withDocument(r, c.id, func(d Doc) Reply { return good(d) })
	})
	s.on("PATCH "+one, func(r *http.Request, body Doc) Reply {
		return s.withDocument(r, c.id, func(d Doc) Reply {
			merge(d, body)
			return good(d)
		})
	})
	s.on("DELETE "+one, func(r *http.Request, _ Doc) Reply {
		return s.withDocument(r, c.id, func(gone Doc) Reply {
			path := listOf(r)
			s.documents[path] = slices.DeleteFunc(s.documents[path], func(d Doc) bool { return d[c.id] == gone[c.id] })
			return good(success)
		})
	})
}

// clashes is whether two cannot both be: the same name, or of rules the same
// priority.
func clashes(a, b Doc, id string) bool {
	return a[id] == b[id] || id == "ruleId" && a["priority"] == b["priority"]
}

func listOf(r *http.Request) string { return strings.TrimSuffix(r.URL.Path, "/"+r.PathValue("id")) }

func (s *Server) withDocument(r *http.Request, id string, f func(Doc) Reply) Reply {
	for _, d := range s.documents[listOf(r)] {
		if d[id] == r.PathValue("id") {
			return f(d)
		}
	}
	return missing
}

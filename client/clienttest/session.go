package clienttest

import (
	"net/http"
	"slices"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/receipt"
)

// Login has Ann log in at an application of that name, and gives the session's
// id.
func (s *Server) Login(application string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.next("session")
	s.sessions = append(s.sessions, api.Session{
		ID: id, Application: api.Named{ID: s.next("app"), Name: application}, StartedAt: receipt.FormatTime(s.now),
	})
	return id
}

// Sessions lists the ids of the sessions that are open.
func (s *Server) Sessions() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids := make([]string, len(s.sessions))
	for i, session := range s.sessions {
		ids[i] = session.ID
	}
	return ids
}

func (s *Server) listSessions(*call) (any, *api.Problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return api.SessionList{Sessions: append([]api.Session{}, s.sessions...)}, nil
}

func (s *Server) endSession(c *call) (any, *api.Problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.sessions, func(session api.Session) bool { return session.ID == c.r.PathValue("id") })
	if i < 0 {
		return nil, problem(http.StatusNotFound, api.CodeSessionUnknown, "there is no such session")
	}
	s.sessions = slices.Delete(s.sessions, i, i+1)
	return nil, nil
}

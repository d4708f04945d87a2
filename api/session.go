package api

// Session is an application that the person is logged in at.
type Session struct {
	ID          string `json:"id"`
	Application Named  `json:"application"`
	StartedAt   string `json:"started_at"`
}

// SessionList answers GET /sessions, oldest first.
type SessionList struct {
	Sessions []Session `json:"sessions"`
}

package authsignaltest

import (
	"cmp"
	"crypto/rand"
	"net/http"
	"slices"
	"time"
)

// challenge is a code that was sent.
type challenge struct {
	id, code string
	asked    Doc
	verified bool
	attempts int
}

// maxAttempts is how many wrong codes a challenge takes.
const maxAttempts = 3

func (s *Server) routeChallenges() {
	s.on("POST /challenge", s.begin)
	s.on("POST /verify", s.verify)
	s.on("POST /claim", s.claim)
	s.on("GET /challenges", s.findChallenge)
}

func (s *Server) begin(_ *http.Request, body Doc) Reply {
	c := s.challenges[text(body, "challengeId")]
	if c == nil {
		if text(body, "challengeId") != "" || text(body, "action") == "" || text(body, "email")+text(body, "phoneNumber") == "" {
			return invalid
		}
		body["idempotencyKey"] = cmp.Or(text(body, "idempotencyKey"), uuid())
		c = &challenge{id: uuid(), asked: body}
		s.challenges[c.id] = c
	}
	c.code, c.attempts = digits(), 0
	return good(Doc{"challengeId": c.id, "idempotencyKey": c.asked["idempotencyKey"], "expiresAt": time.Now().Add(tokenLife).Unix()})
}

// digits makes a code.
func digits() string {
	const length = 6
	b := make([]byte, length)
	_, _ = rand.Read(b) // never fails
	for i := range b {
		b[i] = '0' + b[i]%10
	}
	return string(b)
}

// Code is the code that a challenge sent last.
func (s *Server) Code(challengeID string) string {
	s.t.Helper()
	s.lock.Lock()
	defer s.lock.Unlock()
	c := s.challenges[challengeID]
	if c == nil {
		s.t.Errorf("there is no challenge %s", challengeID)
		return ""
	}
	return c.code
}

func (s *Server) verify(_ *http.Request, body Doc) Reply {
	c := s.challenges[text(body, "challengeId")]
	switch {
	case c == nil:
		return invalid
	case c.attempts >= maxAttempts:
		return good(Doc{"isVerified": false, "failureReason": "MAX_ATTEMPTS_EXCEEDED"})
	case c.verified || c.code != text(body, "verificationCode"):
		c.attempts++
		return good(Doc{"isVerified": false, "failureReason": "CODE_INVALID_OR_EXPIRED"})
	}
	c.verified = true
	answer := Doc{"isVerified": true, "verificationMethod": c.asked["verificationMethod"]}
	for _, name := range []string{"email", "phoneNumber"} {
		if said := text(c.asked, name); said != "" {
			answer[name] = said
		}
	}
	return good(answer)
}

func (s *Server) claim(_ *http.Request, body Doc) Reply {
	c, skip := s.challenges[text(body, "challengeId")], body["skipVerificationCheck"] == true
	if c == nil || text(body, "userId") == "" || !c.verified && !skip {
		return invalid
	}
	delete(s.challenges, c.id)
	a := &action{user: text(body, "userId"), code: text(c.asked, "action"), key: text(c.asked, "idempotencyKey"), created: now(), madeAt: time.Now()}
	a.move("CHALLENGE_REQUIRED", "")
	if c.verified {
		a.move("CHALLENGE_SUCCEEDED", text(c.asked, "verificationMethod"))
	}
	s.actions[a.user+"\n"+a.code+"\n"+a.key] = a
	return good(Doc{"token": s.token(a), "verificationMethod": c.asked["verificationMethod"]})
}

func (s *Server) findChallenge(r *http.Request, _ Doc) Reply {
	query := r.URL.Query()
	for _, c := range s.challenges {
		if query.Get("challengeId") != "" && query.Get("challengeId") != c.id ||
			query.Get("userId") != "" && query.Get("userId") != text(c.asked, "userId") ||
			query.Get("action") != "" && query.Get("action") != text(c.asked, "action") {
			continue
		}
		found := Doc{"challengeId": c.id, "expiresAt": time.Now().Add(tokenLife).Unix(), "action": c.asked["action"]}
		for _, name := range []string{"email", "phoneNumber", "smsChannel"} {
			if said := text(c.asked, name); said != "" {
				found[name] = said
			}
		}
		if c.verified {
			found["verificationMethod"] = c.asked["verificationMethod"]
		}
		return good(found)
	}
	return good(Doc{})
}

// session is a pair of tokens.
type session struct {
	user, client, refresh, method string
}

func (s *Server) routeSessions() {
	s.on("POST /sessions", s.createSession)
	s.on("POST /sessions/validate", s.validateSession)
	s.on("POST /sessions/refresh", func(_ *http.Request, body Doc) Reply {
		for access, in := range s.sessions {
			if in.refresh == text(body, "refreshToken") {
				delete(s.sessions, access)
				return good(s.open(*in))
			}
		}
		return Refusal(http.StatusUnauthorized, "unauthorized")
	})
	s.on("POST /sessions/revoke", func(_ *http.Request, body Doc) Reply {
		delete(s.sessions, text(body, "accessToken"))
		return good(success)
	})
	s.on("POST /sessions/user/revoke", func(_ *http.Request, body Doc) Reply {
		for access, in := range s.sessions {
			if in.user == text(body, "userId") {
				delete(s.sessions, access)
			}
		}
		return good(success)
	})
}

func (s *Server) createSession(_ *http.Request, body Doc) Reply {
	a := s.tokens[text(body, "token")]
	if a == nil || a.state != "CHALLENGE_SUCCEEDED" || text(body, "action") != "" && text(body, "action") != a.code {
		return Refusal(http.StatusUnauthorized, "unauthorized")
	}
	return good(s.open(session{user: a.user, client: text(body, "clientId"), method: a.method}))
}

func (s *Server) open(in session) Doc {
	access := "access-" + rand.Text()
	in.refresh = "refresh-" + rand.Text()
	s.sessions[access] = &in
	return Doc{"accessToken": access, "refreshToken": in.refresh}
}

func (s *Server) validateSession(_ *http.Request, body Doc) Reply {
	in := s.sessions[text(body, "accessToken")]
	clients, some := body["clientIds"].([]any)
	if in == nil || some && !slices.Contains(clients, any(in.client)) {
		return Refusal(http.StatusUnauthorized, "unauthorized")
	}
	return good(Doc{"user": s.user(in.user).doc(), "expiresAt": time.Now().Add(tokenLife).Unix(), "verificationMethod": in.method})
}

package authsignaltest

import (
	"cmp"
	"crypto/rand"
	"net/http"
	"slices"
	"strings"
	"time"
)

// action is one instance.
type action struct {
	user, code, key string
	state, method   string
	created, since  string
	attributes      Doc
	madeAt          time.Time
}

// tokenLife is how long a token counts.
const tokenLife = 10 * time.Minute

func (s *Server) routeActions() {
	s.on("POST /users/{user}/actions/{action}", s.track)
	s.on("GET /users/{user}/actions/{action}/{key}", func(r *http.Request, _ Doc) Reply {
		return s.withAction(r, func(a *action) Reply { return good(a.doc()) })
	})
	s.on("PATCH /users/{user}/actions/{action}/{key}", func(r *http.Request, body Doc) Reply {
		return s.withAction(r, func(a *action) Reply {
			a.move(text(body, "state"), a.method)
			return good(a.doc())
		})
	})
	s.on("GET /users/{user}/actions", s.queryActions)
	s.on("POST /validate", s.validate)
}

func (s *Server) track(r *http.Request, body Doc) Reply {
	who := s.user(r.PathValue("user"))
	for _, name := range []string{"email", "phoneNumber", "username"} {
		if said := text(body, name); said != "" {
			who.attributes[name] = said
		}
	}
	key := cmp.Or(text(body, "idempotencyKey"), uuid())
	id := who.id + "\n" + r.PathValue("action") + "\n" + key
	a := s.actions[id]
	if a == nil {
		a = &action{user: who.id, code: r.PathValue("action"), key: key, created: now(), since: now(), attributes: body, madeAt: time.Now()}
		a.state = s.decide(a)
		s.actions[id] = a
	}
	token := s.token(a)
	return good(Doc{
		"idempotencyKey": key, "state": a.state, "token": token, "url": strings.TrimSuffix(s.URL, "/v1") + "/challenge?token=" + token,
		"isEnrolled": len(who.authenticators) > 0, "enrolledVerificationMethods": who.methods(),
		"allowedVerificationMethods": []string{"EMAIL_OTP", "AUTHENTICATOR_APP", "PASSKEY"}, "ruleIds": []string{},
	})
}

func (s *Server) decide(a *action) string {
	outcome := "CHALLENGE"
	if s.Decide != nil {
		outcome = s.Decide(a.user, a.code, a.attributes)
	}
	switch outcome {
	case "CHALLENGE", "REVIEW":
		return outcome + "_REQUIRED"
	}
	return outcome
}

func (s *Server) token(a *action) string {
	token := "token-" + rand.Text()
	s.tokens[token] = a
	return token
}

func (a *action) move(state, method string) {
	a.state, a.method, a.since = state, method, now()
}

func (a *action) doc() Doc {
	d := Doc{
		"state": a.state, "createdAt": a.created, "stateUpdatedAt": a.since, "rules": []Doc{}, "ruleIds": []string{}, "output": Doc{},
		"actionCode": a.code, "idempotencyKey": a.key,
	}
	if a.method != "" {
		d["verificationMethod"] = a.method
	}
	return d
}

func (s *Server) withAction(r *http.Request, f func(*action) Reply) Reply {
	a := s.actions[r.PathValue("user")+"\n"+r.PathValue("action")+"\n"+r.PathValue("key")]
	if a == nil {
		return missing
	}
	return f(a)
}

func (s *Server) queryActions(r *http.Request, _ Doc) Reply {
	query := r.URL.Query()
	list := []Doc{}
	for _, a := range s.actions {
		codes := query.Get("codes")
		if a.user != r.PathValue("user") || codes != "" && !slices.Contains(strings.Split(codes, ","), a.code) ||
			query.Get("state") != "" && query.Get("state") != a.state || a.created < query.Get("fromDate") {
			continue
		}
		list = append(list, a.doc())
	}
	slices.SortFunc(list, func(a, b Doc) int { return strings.Compare(text(b, "createdAt"), text(a, "createdAt")) })
	return good(list)
}

func (s *Server) validate(_ *http.Request, body Doc) Reply {
	a := s.tokens[text(body, "token")]
	switch {
	case a == nil:
		return Refusal(http.StatusUnauthorized, "token_invalid")
	case time.Since(a.madeAt) > tokenLife:
		return Refusal(http.StatusUnauthorized, "expired_token")
	case text(body, "userId") != "" && text(body, "userId") != a.user:
		return good(Doc{"isValid": false, "error": "User is invalid."})
	case text(body, "action") != "" && text(body, "action") != a.code:
		return good(Doc{"isValid": false, "error": "Action is invalid."})
	}
	d := a.doc()
	d["isValid"], d["userId"], d["action"] = a.state == "CHALLENGE_SUCCEEDED", a.user, a.code
	return good(d)
}

// Pass lets the user pass the challenge of a token by a method, and gives the
// token that a browser would bring then.
func (s *Server) Pass(token, method string) string {
	s.t.Helper()
	return s.answer(token, "CHALLENGE_SUCCEEDED", method)
}

// Fail lets the user fail the challenge of a token.
func (s *Server) Fail(token string) string {
	s.t.Helper()
	return s.answer(token, "CHALLENGE_FAILED", "")
}

// Expire makes a token, and all of its action, too old.
func (s *Server) Expire(token string) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if a := s.tokens[token]; a != nil {
		a.madeAt = a.madeAt.Add(-tokenLife)
	}
}

func (s *Server) answer(token, state, method string) string {
	s.t.Helper()
	s.lock.Lock()
	defer s.lock.Unlock()
	a := s.tokens[token]
	if a == nil || a.state != "CHALLENGE_REQUIRED" {
		s.t.Errorf("there is no challenge to answer")
		return ""
	}
	a.move(state, method)
	return s.token(a)
}

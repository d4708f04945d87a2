package authsignal

import "net/http"

// serverRoutes are the server's API.
func serverRoutes() []route {
	const get, post = http.MethodGet, http.MethodPost
	return append([]route{
		{method: post, path: "/challenge", answer: startChallenge("")},
		{method: post, path: "/verify", answer: taking((*Dialect).verifyChallenge)},
		{method: post, path: "/claim", answer: taking((*Dialect).claimChallenge)},
		{method: get, path: "/challenges", answer: taking((*Dialect).findChallenge)},
		{method: post, path: "/challenges", answer: taking((*Dialect).findChallenge)},
		{method: post, path: "/sessions", answer: taking((*Dialect).createSession)},
		{method: post, path: "/sessions/validate", answer: taking((*Dialect).validateSession)},
		{method: post, path: "/sessions/refresh", answer: taking((*Dialect).refreshSession)},
		{method: post, path: "/sessions/revoke", answer: taking((*Dialect).revokeSession)},
		{method: post, path: "/sessions/user/revoke", answer: taking((*Dialect).revokeSessions)},
	}, olderRoutes()...)
}

// olderRoutes are calls of clients that are old, some of which are still in use.
func olderRoutes() []route {
	const get, post = http.MethodGet, http.MethodPost
	return []route{
		{method: get, path: "/users/{userId}/challenge", answer: (*Dialect).findOld},
		{method: post, path: "/challenge/sms", answer: startChallenge("SMS")},
		{method: post, path: "/challenge/email", answer: startChallenge("EMAIL_OTP")},
		{method: post, path: "/verify/sms", answer: taking((*Dialect).verifyChallenge)},
		{method: post, path: "/verify/email", answer: taking((*Dialect).verifyChallenge)},
	}
}

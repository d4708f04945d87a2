package authsignal

import "net/http"

// serverRoutes are the server's API.
func serverRoutes() []route {
	const get, post, patch, remove = http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodDelete
	return append([]route{
		{method: post, path: "/users/{userId}/actions/{action}", answer: taking((*Dialect).track)},
		{method: get, path: "/users/{userId}/actions/{action}/{idempotencyKey}", answer: (*Dialect).getAction},
		{method: patch, path: "/users/{userId}/actions/{action}/{idempotencyKey}", answer: taking((*Dialect).updateAction)},
		{method: get, path: "/users/{userId}/actions", answer: (*Dialect).queryActions},
		{method: post, path: "/validate", answer: taking((*Dialect).validate)},
		{method: post, path: "/users/authenticators", answer: taking((*Dialect).enrollMany)}, // before the user of that id
		{method: get, path: "/users", answer: (*Dialect).queryUsers},
		{method: get, path: "/users/{userId}", answer: (*Dialect).getUser},
		{method: patch, path: "/users/{userId}", answer: taking((*Dialect).updateUser)},
		{method: post, path: "/users/{userId}", answer: taking((*Dialect).updateUser)},
		{method: remove, path: "/users/{userId}", answer: (*Dialect).deleteUser},
		{method: get, path: "/users/{userId}/authenticators", answer: (*Dialect).listAuthenticatorsOf},
		{method: post, path: "/users/{userId}/authenticators", answer: taking((*Dialect).enroll)},
		{method: remove, path: "/users/{userId}/authenticators/{userAuthenticatorId}", answer: (*Dialect).deleteAuthenticator},
		{method: get, path: "/authenticators", answer: (*Dialect).listMethods},
		{method: get, path: "/users/{userId}/devices", answer: (*Dialect).listDevices},
		{method: patch, path: "/users/{userId}/devices/{deviceId}", answer: taking((*Dialect).updateDevice)},
		{method: post, path: "/users/{userId}/devices/{deviceId}/invalidate", answer: (*Dialect).invalidateDevice},
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
		{method: post, path: "/token", answer: taking((*Dialect).manage)},
		{method: post, path: "/users/email/{email}/challenge", answer: taking((*Dialect).emailLogin)},
		{method: post, path: "/call/start", answer: (*Dialect).callConnect},
		{method: post, path: "/call/finish", answer: (*Dialect).callConnect},
	}
}

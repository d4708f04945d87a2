package authsignal_test

import (
	"maps"
	"testing"
)

func TestSessionsAreOpenedContinuedAndEnded(t *testing.T) {
	t.Parallel()
	servers(t, func(t *testing.T, w *serverWorld) {
		w.enrol("ann", "+6421000001")
		w.good(request{method: "PATCH", path: "users/ann", body: object{"email": "ann@guild.example"}})
		tracked := w.track("ann", "signIn", nil).text("token")
		w.no("not proved", request{path: "sessions", body: object{"token": tracked, "clientId": "web"}}, 400, "invalid_request")
		proved := w.prove(tracked)
		w.no("another client", request{path: "sessions", body: object{"token": proved, "clientId": "tv"}}, 400, "invalid_request")
		w.no("another action", request{path: "sessions", body: object{"token": proved, "clientId": "web", "action": "pay"}}, 400, "invalid_request")
		w.no("another tenant", request{path: "sessions", key: kioskKey, body: object{"token": proved, "clientId": "web"}}, 401, "token_invalid")
		first := w.good(request{path: "sessions", body: object{"token": proved, "clientId": "web", "action": "signIn"}})
		claims := claimsOf(t, first.text("accessToken"))
		if claims["aud"] != "web" || claims["sub"] != "ann" || len(first.text("refreshToken")) != 96 {
			t.Errorf("claims %v", claims)
		}
		validate := func(token string, more object) request {
			body := object{"accessToken": token}
			maps.Copy(body, more)
			return request{path: "sessions/validate", body: body}
		}
		valid := w.good(validate(first.text("accessToken"), object{"clientIds": []string{"phone", "web"}}))
		if user, _ := valid.body["user"].(object); user["userId"] != "ann" || user["email"] != "ann@guild.example" || valid.body["verificationMethod"] != "SMS" {
			t.Errorf("valid: %s", valid.raw)
		}
		w.no("of another client", validate(first.text("accessToken"), object{"clientIds": []string{"phone"}}), 401, "unauthorized")
		w.no("a token of an action", validate(proved, nil), 401, "unauthorized")
		w.no("of a session, as one of an action", request{path: "sessions", body: object{"token": first.text("accessToken"), "clientId": "web"}}, 401, "token_invalid")
		foreign := validate(first.text("accessToken"), nil)
		foreign.key = bakeryKey
		w.no("at another tenant", foreign, 401, "unauthorized")

		next := w.good(request{path: "sessions/refresh", body: object{"refreshToken": first.text("refreshToken")}})
		w.no("the old pair", validate(first.text("accessToken"), nil), 401, "unauthorized")
		w.good(validate(next.text("accessToken"), nil))
		w.no("the old refresh token", request{path: "sessions/refresh", body: object{"refreshToken": first.text("refreshToken")}}, 401, "unauthorized")
		w.no("which ended the session", validate(next.text("accessToken"), nil), 401, "unauthorized")

		again := w.good(request{path: "sessions", body: object{"token": proved, "clientId": "web"}})
		w.good(request{path: "sessions/revoke", body: object{"accessToken": again.text("accessToken")}})
		w.no("a revoked one", validate(again.text("accessToken"), nil), 401, "unauthorized")
	})
}

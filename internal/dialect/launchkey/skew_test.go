package launchkey_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
)

func TestATokenIsRememberedForNodesWhoseClockIsBehind(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		id, at := uuid.NewString(), w.Clock.Now().Unix()
		r := names()
		r.claims = func(c object) { c["jti"], c["iat"], c["nbf"], c["exp"] = id, at, at, at+5 }
		w.ok(r, nil)
		// One node sweeps when it would not believe the token any more; for another one it is still good.
		const behind = 20 * time.Second
		w.Clock.Advance(35*time.Second + behind)
		w.sweepTokens()
		w.Clock.Advance(-behind)
		w.refused(r, http.StatusUnauthorized, "")
	})
}

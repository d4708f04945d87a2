package loginid_test

import (
	"testing"

	"github.com/twinseal/twinseal/internal/dialect/loginid"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/configuration"
)

// An application whose keys have all ended must not become one that anybody may speak for.
func TestAnApplicationStaysPrivateWhenItsLastKeyEnds(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		client, err := w.Service.Authenticate(t.Context(), mfa.KeyLoginIDClient, mfa.SecretText(app))
		if err != nil {
			t.Fatal(err)
		}
		id, err := loginid.KeyID(&w.keys[app].PublicKey)
		if err != nil {
			t.Fatal(err)
		}
		w.create("bob")
		now := w.Service.Now()
		if err := w.Configuration.UpdatePublicKey(t.Context(), client.Application.ID.Owner(), id, configuration.PublicKeyChange{ExpiresAt: &now}); err != nil {
			t.Fatal(err)
		}
		w.refused(t, "without a token", w.call(app, "", "/register/fido2/init", object{"username": "ann"}), 401, "unauthorized")
		w.refused(t, "with the ended key", w.call(app, "auth.register", "/register/fido2/init", object{"username": "ann"}), 401, "unauthorized")
		w.refused(t, "a transaction without a token", w.call(app, "", "/tx/init", object{"username": "bob", "tx_payload": "pay", "nonce": "n"}), 403, "operation_not_allowed")
	})
}

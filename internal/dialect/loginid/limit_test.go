package loginid_test

import "testing"

func TestStrangersBeginSoMuchAndBackendsWhatTheyNeed(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		w.create("bob")
		key := publicPEM(t, newKey(t))
		w.ok(backend, "credentials.force_add", "/credentials/publickey", object{"username": "bob", "publickey": key})
		const most = 60
		for range most + 1 {
			w.ok(app, "auth.login", "/authenticate/publickey/init", object{"username": "bob", "publickey": key})
		}
		begin := func() answer { return w.call(web, "", "/register/fido2/init", object{"username": "ann"}) }
		for range most {
			w.good(begin())
		}
		w.refused(t, "one too many", begin(), 429, "too_manny_registration_attempts")
		w.refused(t, "of another kind", w.call(web, "", "/authenticate/publickey/init", object{"username": "bob", "publickey": key}), 429, "remote_session_maximum_retry_attempts")
		w.ok(app, "auth.register", "/register/fido2/init", object{"username": "ann"})
	})
}

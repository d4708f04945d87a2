package passkeys_test

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/twinseal/twinseal/internal/factor/passkey/passkeytest"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/passkeys"
	"github.com/twinseal/twinseal/internal/store"
)

// FuzzClientData sends anything for what browsers say of a ceremony: it is refused, and never our fault.
func FuzzClientData(f *testing.F) {
	d := newDesk(f, mfatest.New(f, store.Options{SQLitePath: filepath.Join(f.TempDir(), "test.db")}))
	key := passkeytest.New(passkeytest.Options{})
	d.join("ann", key)
	signed := d.signed(key, d.begin(ann), shop)
	f.Add(signed.ClientData[:len(signed.ClientData)-1], "AAAA")
	f.Add([]byte(`{"type":"webauthn.get","challenge":7,"origin":"https://shop.example"}`), "")
	f.Add([]byte(`{"challenge":"AA==","Challenge":"BB"}`), "e30")
	f.Fuzz(func(t *testing.T, client []byte, statement string) {
		bad := signed
		bad.ClientData = client
		_, _, err := d.passkeys.FinishSignIn(t.Context(), passkeys.FinishSignIn{Caller: d.caller, Assertion: bad})
		if e, ok := errors.AsType[*mfa.Error](err); string(client) != string(signed.ClientData) && (!ok || e.Code == mfa.Internal) {
			t.Errorf("%q: %v", client, err)
		}
		_, err = d.passkeys.FinishApproval(t.Context(), passkeys.FinishApproval{Statement: statement, Assertion: bad})
		if e, ok := errors.AsType[*mfa.Error](err); !ok || e.Code == mfa.Internal {
			t.Errorf("%q: %v", statement, err)
		}
	})
}

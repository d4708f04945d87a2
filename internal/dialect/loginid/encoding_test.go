package loginid_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/dialect/loginid"
	"github.com/twinseal/twinseal/internal/factor/passkey/passkeytest"
)

// browserDecode is what the browser SDK does with a value: it drops a zero among the last two bytes, because it takes
// it for padding of its own.
func browserDecode(text string) []byte {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_="
	var out []byte
	for i := 0; i < len(text); i += 4 {
		var n [4]int
		for j := range n {
			n[j] = 64 // what charAt gives beyond the end stands for padding
			if i+j < len(text) {
				n[j] = strings.IndexByte(alphabet, text[i+j])
			}
		}
		out = append(out, byte(n[0]<<2|n[1]>>4))
		if n[2] != 64 {
			out = append(out, byte((n[1]&15)<<4|n[2]>>2))
		}
		if n[3] != 64 {
			out = append(out, byte((n[2]&3)<<6|n[3]))
		}
	}
	return out
}

func TestCredentialIDsWithZerosAtTheEndArePaddedAsOneClientNeeds(t *testing.T) {
	t.Parallel()
	for length := 16; length <= 70; length++ {
		for _, tail := range [][]byte{{1, 1}, {0, 1}, {1, 0}, {0, 0}} {
			id := make([]byte, length)
			for i := range id {
				id[i] = byte(i + 1)
			}
			copy(id[length-2:], tail)
			text := loginid.EncodeID(id)
			plain := base64.RawURLEncoding.EncodeToString(id)
			if padded := strings.HasSuffix(text, "=="); padded != (tail[0] == 0 || tail[1] == 0) || strings.TrimRight(text, "=") != plain {
				t.Errorf("%d bytes that end in %v are written %s", length, tail, text)
			}
		}
	}
	if got := browserDecode(loginid.EncodeID([]byte("sixteen bytes it"))); string(got) != "sixteen bytes it" {
		t.Errorf("decoded %q", got)
	}
}

func TestNoChallengeEndsInAZero(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		phone := device()
		w.register("bob", phone)
		drawn := func(times int, path string, member ...string) {
			for range times {
				a := w.ok(web, "", path, object{"username": "bob", "tx_payload": "pay 1"})
				raw, err := base64.RawURLEncoding.DecodeString(text(a.body, member...))
				if err != nil || len(raw) != 32 || raw[30] == 0 || raw[31] == 0 {
					t.Errorf("%s drew %x, %v", path, raw, err)
				}
			}
		}
		drawn(500, "/authenticate/fido2/init", "assertion_payload", "challenge")
		drawn(20, "/tx/init", "assertion_options", "challenge")
	})
}

func TestACredentialWhoseIDEndsInZerosSignsIn(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		phone := passkeytest.New(passkeytest.Options{Bend: func(d *passkeytest.Draft) {
			if d.Type == "webauthn.create" {
				d.CredentialID = append(append([]byte(nil), d.CredentialID[:30]...), 0, 0)
			}
		}})
		begun := w.ok(web, "", "/register/fido2/init", object{"username": "bob"})
		w.ok(web, "", "/register/fido2/complete", object{"username": "bob", "attestation_payload": w.made(begun, phone)})
		asked := w.ok(web, "", "/authenticate/fido2/init", object{"username": "bob"})
		if got := string(w.raw(asked.body, "assertion_payload", "allowCredentials")); !strings.Contains(got, `AA=="`) {
			t.Errorf("asked for %s", got)
		}
	})
}

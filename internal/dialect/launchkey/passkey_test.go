package launchkey_test

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/client/launchkey/answerpackage"
	"github.com/twinseal/twinseal/internal/factor/passkey"
	"github.com/twinseal/twinseal/internal/factor/passkey/passkeytest"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/passkeys"
	"github.com/twinseal/twinseal/policy"
	"github.com/twinseal/twinseal/receipt"
)

// shop is the page of the directory's relying party.
const shop = "https://shop.example"

// party gives the service a relying party, and the rules of passkeys.
func (w *world) party() *passkeys.Service {
	w.tb.Helper()
	_, err := w.Configuration.UpdateApplication(w.Context(), w.service().Directory.ID.Owner(), svcID, func(a *mfa.Application) error {
		a.Settings.RelyingParty = &mfa.RelyingParty{ID: "shop.example", Origins: []string{shop}}
		return nil
	})
	w.must(err)
	return passkeys.New(passkeys.Config{
		Domain: w.Service, Store: w.Store, Random: rand.Reader, Factor: passkey.New(passkey.Config{Now: w.Clock.Now}), Sealer: w.World,
	})
}

func base64url(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }

// linkPasskey spends a device's code on a passkey, and gives the id that was announced.
func (w *world) linkPasskey(rules *passkeys.Service, key *passkeytest.Authenticator, name string) string {
	w.tb.Helper()
	var made struct {
		Code     string
		DeviceID string `json:"device_id"`
	}
	w.ok(by(onDir, http.MethodPost, devices, object{"identifier": name}), &made)
	begun, err := rules.BeginLink(w.Context(), passkeys.BeginLink{Code: made.Code, Origin: shop, Name: "laptop"})
	w.must(err)
	options, err := json.Marshal(object{
		"challenge": base64url(begun.Challenge), "rp": object{"id": begun.RelyingParty.ID}, "user": object{"id": base64url(begun.UserHandle)},
		"pubKeyCredParams": []object{{"type": "public-key", "alg": -7}},
	})
	w.must(err)
	answer, err := key.Create(shop, options)
	w.must(err)
	_, err = rules.FinishLink(w.Context(), passkeys.FinishLink{ID: begun.ID, Registration: mfa.PasskeyRegistration{
		CredentialID: answer.CredentialID, ClientData: answer.ClientData, Attestation: answer.Attestation,
	}})
	w.must(err)
	return made.DeviceID
}

func TestAPasskeyIsLinkedLikeADevice(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		w.patch(object{"webhook_url": "https://a.b"})
		id := w.linkPasskey(w.party(), passkeytest.New(passkeytest.Options{}), "ann")
		if rows := w.devices("ann"); len(rows) != 1 || rows[0].ID == nil || *rows[0].ID != id {
			t.Errorf("the directory sees %+v", rows)
		}
		told := w.hooks(w.service(), onOrg, onDir)
		if len(told) != 1 {
			t.Fatalf("told %+v", told)
		}
		var body map[string]string
		w.must(json.Unmarshal(told[0].body, &body))
		if body["device_id"] != id || !strings.HasPrefix(body["device_public_key"], "-----BEGIN PUBLIC KEY-----\n") || len(body["device_public_key_id"]) != 47 {
			t.Errorf("%s", told[0].body)
		}
		w.ok(by(onDir, http.MethodDelete, devices, object{"identifier": "ann", "device_id": id}), nil)
		if rows := w.devices("ann"); len(rows) != 0 {
			t.Errorf("after it was unlinked: %+v", rows)
		}
	})
}

func TestAPasskeyAnswersAnAuthRequestWithSealedPackages(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		rules, key := w.party(), passkeytest.New(passkeytest.Options{})
		w.linkPasskey(rules, key, "ann")
		asked := w.ask(object{"username": "ann", "policy": json.RawMessage(`{"minimum_requirements":[{"requirement":"authenticated","any":1}]}`)})
		c, err := rules.Question(w.Context(), mfa.ChallengeID(asked.ID))
		w.must(err)
		question, err := receipt.ParseQuestion(c.Question)
		w.must(err)
		evidence, failure := question.Policy.Judge(policy.Facts{Time: w.Clock.Now(), Passkey: &policy.Passkey{Verified: true}})
		if failure != "" {
			t.Fatalf("the policy fails by %s", failure)
		}
		public, err := question.Recipient.Key.PublicKey()
		w.must(err)
		sealed, err := answerpackage.Seal(answerpackage.New(answerpackage.Answer{
			AuthRequest: string(c.ID), DeviceID: "browser", ServicePins: []string{"8074"}, Approved: true, Policy: *question.Policy, Evidence: evidence,
		}), answerpackage.Recipient{KeyID: question.Recipient.KeyID, Key: public})
		w.must(err)
		packages, err := json.Marshal(sealed)
		w.must(err)
		sum, err := receipt.HashPackages(packages)
		w.must(err)
		begun, err := rules.BeginApproval(w.Context(), passkeys.BeginApproval{
			Challenge: c.ID, Origin: shop, Decision: receipt.Approved, Evidence: &evidence, Packages: sum,
		})
		w.must(err)
		options, err := json.Marshal(object{"challenge": base64url(begun.Challenge), "rpId": begun.RelyingParty.ID})
		w.must(err)
		a, err := key.Get(shop, options)
		w.must(err)
		_, err = rules.FinishApproval(w.Context(), passkeys.FinishApproval{
			Challenge: c.ID, Statement: begun.Statement, Packages: packages, Assertion: mfa.PasskeyAssertion{
				CredentialID: a.CredentialID, ClientData: a.ClientData, AuthenticatorData: a.AuthenticatorData, Signature: a.Signature,
			},
		})
		w.must(err)
		if p := w.opened(asked.ID); !p.Authorized() || p.DeviceID != "browser" {
			t.Errorf("the service opens %+v", p)
		}
	})
}

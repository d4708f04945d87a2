package authsignal_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
)

// phone is an app with a key.
type phone struct {
	w   *clientWorld
	key *ecdsa.PrivateKey
}

func (w *clientWorld) phone() *phone {
	w.tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	w.must(err)
	return &phone{w, key}
}

// public is the key as bodies carry it.
func (p *phone) public() string {
	p.w.tb.Helper()
	der, err := x509.MarshalPKIXPublicKey(p.key.Public())
	p.w.must(err)
	return base64.StdEncoding.EncodeToString(der)
}

// query is the key as addresses of iOS carry it.
func (p *phone) query() string {
	return "?publicKey=" + base64.RawURLEncoding.EncodeToString([]byte(p.public()))
}

// androidQuery is the same of Android, which escapes nothing.
func (p *phone) androidQuery() string {
	return "?publicKey=" + base64.StdEncoding.EncodeToString([]byte(p.public()))
}

func (p *phone) sign(message string) string {
	p.w.tb.Helper()
	sum := sha256.Sum256([]byte(message))
	signature, err := ecdsa.SignASN1(rand.Reader, p.key, sum[:])
	p.w.must(err)
	return base64.StdEncoding.EncodeToString(signature)
}

// signed is a body in which the key signed a message.
func (p *phone) signed(message string, more object) object {
	p.w.tb.Helper()
	body := object{"publicKey": p.public(), "signature": p.sign(message), "challengeId": message}
	maps.Copy(body, more)
	return body
}

// enrol makes the key the user's who holds the token.
func (p *phone) enrol(token, group string) answer {
	p.w.tb.Helper()
	return p.w.call(token, "user-authenticators/"+group, object{
		"publicKey": p.public(), "deviceName": "Ann's phone", "devicePlatform": "ios", "pushToken": nil, "performAttestation": nil,
	})
}

// post is a call of the phone, which has the tenant alone.
func (p *phone) post(path string, body any) answer {
	p.w.tb.Helper()
	return p.w.do(ask{path: path, auth: p.w.anon(), body: body})
}

func (p *phone) get(path string) answer {
	p.w.tb.Helper()
	return p.w.do(ask{method: http.MethodGet, path: path, auth: p.w.anon()})
}

func TestAKeyIsEnrolledFoundAndRemoved(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		for _, group := range []string{"push", "qr-code", "in-app", "device"} {
			p := w.phone()
			made := w.good(p.enrol(w.tracked("ann-"+group, "login"), group))
			if made.text("userId") != "ann-"+group || made.text("verifiedAt") == "" {
				t.Errorf("%s: enrolled %s", group, made.raw)
			}
			for _, query := range []string{p.query(), p.androidQuery()} {
				found := w.good(p.get("user-authenticators/" + group + query))
				if found.text("userAuthenticatorId") != made.text("userAuthenticatorId") {
					t.Errorf("%s: found %s", group, found.raw)
				}
			}
			window := strconv.FormatInt(w.Clock.Now().Unix()/600, 10)
			path := "user-authenticators/" + group + "/remove"
			w.no("another message", p.post(path, object{"publicKey": p.public(), "signature": p.sign("0.0")}), http.StatusBadRequest, "invalid_credential")
			w.no("another key", p.post(path, object{"publicKey": p.public(), "signature": w.phone().sign(window + ".0")}), http.StatusBadRequest, "invalid_credential")
			w.fits("remove", p.post(path, object{"publicKey": p.public(), "signature": p.sign(window + ".0")}), object{"removedAuthenticatorId": made.text("userAuthenticatorId")})
			w.no("gone", p.get("user-authenticators/"+group+p.query()), http.StatusNotFound, "not_found")
		}
		p := w.phone()
		w.no("a key of none", p.get("user-authenticators/push"+p.query()), http.StatusNotFound, "not_found")
		w.no("no key", p.get("user-authenticators/push"), http.StatusBadRequest, "invalid_request")
		w.no("another platform", w.call(w.tracked("bob", "login"), "user-authenticators/push", object{"publicKey": p.public(), "devicePlatform": "web"}), http.StatusBadRequest, "invalid_request")
	})
}

func TestAnAppThatMustAttestIsRefused(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		token := w.tracked("ann", "login")
		begun := w.call(token, "challenge", object{})
		w.fits("nonce", begun, object{"challengeId": "*", "nonce": "*"})
		w.change(shopTenant, func(s *mfa.ApplicationSettings) { s.StepUp.RequireAttestation = true })
		w.no("enroll", w.phone().enrol(token, "push"), http.StatusBadRequest, "invalid_configuration")
	})
}

// pushed enrols a phone for a user and asks it.
func (w *clientWorld) pushed(alias string) (p *phone, pass stepup.Pass, token string, begun answer) {
	w.tb.Helper()
	p = w.phone()
	w.good(p.enrol(w.tracked(alias, "login"), "push"))
	pass = w.track(shopTenant, alias, "pay", func(a *mfa.ActionRequest) { a.Custom = []byte(`{"sum":12,"secret":"x"}`) })
	token = w.token(pass)
	begun = w.good(w.call(token, "challenge/push", object{"action": "pay"}))
	return p, pass, token, begun
}

func TestAPhoneAnswersAPush(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		for _, approve := range []bool{true, false} {
			p, pass, token, begun := w.pushed(fmt.Sprintf("ann-%t", approve))
			id := begun.text("challengeId")
			w.fits("pending", w.call(token, "verify/push", object{"challengeId": id}), object{"isVerified": false, "isConsumed": false})
			waiting := w.good(p.get("user-authenticators/push/challenge" + p.query()))
			if waiting.text("challengeId") != id || waiting.text("actionCode") != "pay" || waiting.text("userId") == "" || waiting.body["expiresAt"] == nil {
				t.Errorf("what waits is %s", waiting.raw)
			}
			w.no("signed by another", p.post("user-authenticators/push/challenge", object{"publicKey": p.public(), "signature": w.phone().sign(id), "challengeId": id, "approved": true}), http.StatusBadRequest, "invalid_credential")
			w.fits("answer", p.post("user-authenticators/push/challenge", p.signed(id, object{"approved": approve, "verificationCode": nil})), object{"isVerified": approve})
			end := w.call(token, "verify/push", object{"challengeId": id})
			if approve {
				w.fits("approved", end, object{"isVerified": true, "isConsumed": true, "accessToken": "*"})
			} else {
				w.fits("rejected", end, object{"isVerified": false, "isConsumed": true})
			}
			want := map[bool]mfa.ActionState{true: mfa.ActionChallengeSucceeded, false: mfa.ActionChallengeFailed}[approve]
			if state := w.state(pass.ActionID); state != want {
				t.Errorf("the action is %s, want %s", state, want)
			}
			nothing := w.good(p.get("user-authenticators/push/challenge" + p.query()))
			if len(nothing.body) != 1 || nothing.text("userAuthenticatorId") == "" {
				t.Errorf("nothing waits, and that is %s", nothing.raw)
			}
		}
	})
}

func TestOfManyAnswersToAPushOneCounts(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		p, _, token, begun := w.pushed("ann")
		id := begun.text("challengeId")
		var won atomic.Int32
		var all sync.WaitGroup
		for i := range 12 {
			body := p.signed(id, object{"approved": i%2 == 0})
			all.Go(func() {
				if w.do(ask{path: "user-authenticators/push/challenge", auth: w.anon(), body: body}).status == http.StatusOK {
					won.Add(1)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 {
			t.Errorf("%d answers counted", won.Load())
		}
		if end := w.call(token, "verify/push", object{"challengeId": id}); end.body["isConsumed"] != true {
			t.Errorf("the end is %s", end.raw)
		}
	})
}

func TestWhatWaitsIsReadBySignatureWhereTheApplicationDemandsIt(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		p, _, _, begun := w.pushed("ann")
		path := "user-authenticators/push/challenge"
		w.fits("nothing to sign", p.post(path+"/sign"+p.query(), nil), object{})
		w.change(shopTenant, func(s *mfa.ApplicationSettings) { s.StepUp.RequireSignedPush = true })
		if unsigned := p.get(path + p.query()); unsigned.status < http.StatusBadRequest {
			t.Errorf("read without a signature: %s", unsigned.raw)
		}
		message := w.good(p.post(path+"/sign"+p.androidQuery(), nil)).text("message")
		read := func(signature string) answer {
			return w.do(ask{method: http.MethodGet, path: path + p.query(), auth: w.anon(), header: map[string]string{"X-Authsignal-Signature": signature}})
		}
		if got := w.good(read(p.sign(message))); got.text("challengeId") != begun.text("challengeId") {
			t.Errorf("read %s", got.raw)
		}
		w.no("signed by another", read(w.phone().sign(message)), http.StatusBadRequest, "invalid_credential")
		w.no("no Base64", read("~"), http.StatusBadRequest, "invalid_request")
	})
}

func TestAPhoneChangesWhatIsKnownOfItsKey(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		p := w.phone()
		w.good(p.enrol(w.tracked("ann", "login"), "push"))
		begun := w.good(p.post("user-authenticators/push/sign"+p.query(), nil))
		if begun.text("challengeId") == "" || begun.text("message") == "" {
			t.Fatalf("begun by %s", begun.raw)
		}
		change := func(signature string) answer {
			return w.do(ask{method: http.MethodPatch, path: "user-authenticators/push", auth: w.anon(), body: object{
				"challengeId": begun.text("challengeId"), "publicKey": p.public(), "signature": signature, "pushToken": "token-2", "resetExpiry": true,
			}})
		}
		w.no("signed by another", change(w.phone().sign(begun.text("message"))), http.StatusBadRequest, "invalid_credential")
		done := w.good(change(p.sign(begun.text("message"))))
		if done.text("userId") != "ann" || done.text("lastVerifiedAt") == "" || done.text("pushToken") != "token-2" {
			t.Errorf("changed to %s", done.raw)
		}
	})
}

// pictured enrols a phone that reads pictures and shows it one, to a page without a token.
func (w *clientWorld) pictured(alias string) (p *phone, begun answer) {
	w.tb.Helper()
	p = w.phone()
	w.good(p.enrol(w.tracked(alias, "login"), "qr-code"))
	begun = w.do(ask{path: "challenge/qr-code", auth: w.anon(), body: object{"action": "kiosk", "custom": object{"terminal": "7"}}})
	w.fits("picture", begun, object{"challengeId": "*", "expiresAt": "*", "deviceCode": "*"})
	return p, begun
}

func (w *clientWorld) poll(begun answer) answer {
	w.tb.Helper()
	return w.do(ask{path: "verify/qr-code", auth: w.anon(), body: object{"challengeId": begun.text("challengeId"), "deviceCode": begun.text("deviceCode")}})
}

func TestAPictureIsClaimedAndApproved(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		p, begun := w.pictured("ann")
		id := begun.text("challengeId")
		if at, err := time.Parse(time.RFC3339, begun.text("expiresAt")); err != nil || at.Sub(w.Clock.Now()) < 10*time.Minute {
			t.Errorf("it lives until %s", begun.text("expiresAt"))
		}
		w.fits("unread", w.poll(begun), object{"isClaimed": false, "isVerified": false, "isConsumed": false})
		claimed := w.good(p.post("user-authenticators/qr-code/challenge/claim", p.signed(id, nil)))
		if claimed.body["success"] != true || claimed.text("actionCode") != "kiosk" {
			t.Errorf("claimed: %s", claimed.raw)
		}
		w.fits("claimed", w.poll(begun), object{"isClaimed": true, "isVerified": false, "isConsumed": false})
		thief := w.phone()
		w.good(thief.enrol(w.tracked("mallory", "login"), "qr-code"))
		if a := thief.post("user-authenticators/qr-code/challenge", thief.signed(id, object{"approved": true})); a.status < http.StatusBadRequest {
			t.Errorf("somebody else approved: %s", a.raw)
		}
		w.fits("approve", p.post("user-authenticators/qr-code/challenge", p.signed(id, object{"approved": true})), object{"isVerified": true})
		end := w.poll(begun)
		w.fits("approved", end, object{"isClaimed": true, "isVerified": true, "isConsumed": true, "accessToken": "*"})
		opened, _, err := w.dialect.Open(w.Context(), end.text("accessToken"))
		w.must(err)
		if w.state(opened.ActionID) != mfa.ActionChallengeSucceeded {
			t.Error("no action was proved")
		}
		guess := begun
		guess.body = object{"challengeId": id, "deviceCode": "guess"}
		if a := w.poll(guess); a.status == http.StatusOK && a.text("accessToken") != "" {
			t.Errorf("a guess of the device code got %s", a.raw)
		}
	})
}

func TestAPictureIsRejected(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		p, begun := w.pictured("ann")
		id := begun.text("challengeId")
		w.good(p.post("user-authenticators/qr-code/challenge/claim", p.signed(id, nil)))
		w.fits("reject", p.post("user-authenticators/qr-code/challenge", p.signed(id, object{"approved": false})), object{"isVerified": false})
		w.fits("rejected", w.poll(begun), object{"isClaimed": true, "isVerified": false, "isConsumed": true})
	})
}

func TestOfManyWhoReadAPictureOneClaimsIt(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		_, begun := w.pictured("ann")
		id := begun.text("challengeId")
		var bodies []object
		for i := range 6 {
			p := w.phone()
			w.good(p.enrol(w.tracked("reader-"+strconv.Itoa(i), "login"), "qr-code"))
			bodies = append(bodies, p.signed(id, nil))
		}
		var won atomic.Int32
		var all sync.WaitGroup
		for _, body := range bodies {
			all.Go(func() {
				if w.do(ask{path: "user-authenticators/qr-code/challenge/claim", auth: w.anon(), body: body}).status == http.StatusOK {
					won.Add(1)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 {
			t.Errorf("%d claimed it", won.Load())
		}
	})
}

func TestAPictureOfAnActionIsForItsUser(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		p, thief := w.phone(), w.phone()
		w.good(p.enrol(w.tracked("ann", "login"), "qr-code"))
		w.good(thief.enrol(w.tracked("mallory", "login"), "qr-code"))
		pass := w.track(shopTenant, "ann", "pay")
		token := w.token(pass)
		w.no("another action", w.call(token, "challenge/qr-code", object{"action": "login"}), http.StatusBadRequest, "invalid_request")
		begun := w.good(w.call(token, "challenge/qr-code", object{"action": "pay"}))
		id := begun.text("challengeId")
		if a := thief.post("user-authenticators/qr-code/challenge/claim", thief.signed(id, nil)); a.status < http.StatusBadRequest {
			t.Errorf("somebody else claimed it: %s", a.raw)
		}
		w.good(p.post("user-authenticators/qr-code/challenge/claim", p.signed(id, nil)))
		w.good(p.post("user-authenticators/qr-code/challenge", p.signed(id, object{"approved": true})))
		w.fits("approved", w.poll(begun), object{"isClaimed": true, "isVerified": true, "isConsumed": true, "accessToken": "*"})
		if w.state(pass.ActionID) != mfa.ActionChallengeSucceeded {
			t.Error("the action was not proved")
		}
	})
}

func TestAnAppProvesByItsOwnKey(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		for _, group := range []string{"in-app", "device"} {
			p := w.phone()
			w.good(p.enrol(w.tracked("ann-"+group, "login"), group))
			begun := w.good(w.do(ask{path: "challenge", auth: w.anon(), body: object{"action": "transfer"}}))
			proved := p.post("verify/"+group, p.signed(begun.text("challengeId"), nil))
			w.fits(group, proved, object{"token": "*", "userId": "ann-" + group, "userAuthenticatorId": "*"})
			opened, _, err := w.dialect.Open(w.Context(), proved.text("token"))
			w.must(err)
			if w.state(opened.ActionID) != mfa.ActionChallengeSucceeded {
				t.Errorf("%s: no action was proved", group)
			}
			if again := p.post("verify/"+group, p.signed(begun.text("challengeId"), nil)); again.status < http.StatusBadRequest {
				t.Errorf("%s: counted twice: %s", group, again.raw)
			}
			next := w.good(w.do(ask{path: "challenge", auth: w.anon(), body: object{"action": "transfer"}}))
			w.no("signed by another", p.post("verify/"+group, object{"publicKey": p.public(), "signature": w.phone().sign("x"), "challengeId": next.text("challengeId")}), http.StatusBadRequest, "invalid_credential")
		}
	})
}

func TestAppsShowPublicDataAlone(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		now := w.Clock.Now()
		w.must(w.Store.Write(w.Context(), func(r mfa.WriteRecords) error {
			return r.AddDataPoint(mfa.DataPoint{
				ID: mfa.NewID[mfa.DataPointID](), ApplicationID: w.tenants[shopTenant].Application.ID, Name: "sum", Type: mfa.DataNumber,
				Model: mfa.DataOfAction, Public: true, CreatedAt: now, UpdatedAt: now,
			})
		}))
		p, _, _, _ := w.pushed("ann")
		waiting := w.good(p.get("user-authenticators/push/challenge" + p.query()))
		if custom, _ := waiting.body["custom"].(object); len(custom) != 1 || custom["sum"] != 12.0 {
			t.Errorf("shows %s", waiting.raw)
		}
	})
}

func TestAKeyIsFoundByItsPlainText(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		p := w.phone()
		w.good(p.enrol(w.tracked("ann", "login"), "push"))
		escaped := "?publicKey=" + url.QueryEscape(p.public())
		w.good(p.get("user-authenticators/push" + escaped))
	})
}

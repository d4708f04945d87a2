package hosted_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"net/url"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
)

// app is a key that the shop's own app holds.
type app struct {
	w   *world
	key *ecdsa.PrivateKey
	ref stepup.KeyRef
}

// withApp gives somebody the shop's app, which reads pictures.
func (w *world) withApp(alias string) *app {
	w.t.Helper()
	on := true
	w.change(shopTenant, func(s *mfa.ApplicationSettings) {
		s.StepUp.Methods = map[mfa.Method]mfa.MethodSettings{mfa.MethodQRCode: {Active: &on}}
	})
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	w.must(err)
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	w.must(err)
	_, err = w.StepUp.AddAppKey(w.t.Context(), w.track(shopTenant, alias, "app"), stepup.NewAppKey{Use: mfa.MethodQRCode, Key: public, Name: "phone", Platform: "ios"})
	w.must(err)
	return &app{w, key, stepup.KeyRef{Use: mfa.MethodQRCode, Key: public}}
}

func (a *app) signed(text string) stepup.Signed {
	a.w.t.Helper()
	sum := sha256.Sum256([]byte(text))
	signature, err := ecdsa.SignASN1(rand.Reader, a.key, sum[:])
	a.w.must(err)
	return stepup.Signed{KeyRef: a.ref, Signature: signature}
}

// standing asks, as the script of a waiting page does.
func (r *reader) standing() string {
	r.w.t.Helper()
	u, err := url.Parse(r.at)
	r.w.must(err)
	asks := r.w.reader()
	asks.post("/challenge/state", u.Query())
	return asks.body
}

func TestAPictureIsReadByTheAppAndThePageGoesOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	phone := w.withApp("ann")
	p := w.track(shopTenant, "ann", "withdraw")
	r := w.reader()
	r.open(w.address(p))
	r.on("send")
	r.submit("go")
	r.on("qr")
	r.has(`data-testid="picture"`)
	u, err := url.Parse(r.at)
	w.must(err)
	prompt, device := u.Query().Get("prompt"), u.Query().Get("device")
	if prompt == "" || device == "" || device == prompt {
		t.Fatalf("at %s", r.at)
	}
	anybody := stepup.Pass{Caller: w.tenants[shopTenant]}
	for _, step := range []struct {
		do   func() error
		want string
	}{
		{func() error { return nil }, `{"state":"waiting"}`},
		{func() error {
			_, err := w.StepUp.ClaimByKey(t.Context(), anybody, mfa.PromptID(prompt), phone.signed(prompt))
			return err
		}, `{"state":"claimed"}`},
		{func() error {
			_, err := w.StepUp.AnswerByKey(t.Context(), anybody, mfa.PromptID(prompt), phone.signed(prompt), true)
			return err
		}, `{"state":"over"}`},
	} {
		w.must(step.do())
		if got := strings.TrimSpace(r.standing()); got != step.want {
			t.Errorf("it stands at %s, want %s", got, step.want)
		}
	}
	r.open(r.at)
	r.on("done")
	if got := w.state(p); got != mfa.ActionChallengeSucceeded {
		t.Errorf("the action is %s", got)
	}
}

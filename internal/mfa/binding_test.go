package mfa_test

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
)

func TestAKeyOpensNothingOutsideOfItsBrowser(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		ann := w.Register("4055551701")
		d := ann.Link()
		digest := mfa.DigestOfBinding(base64.RawURLEncoding.EncodeToString(make([]byte, 32)))
		_, key := w.NewKey()
		bound, err := w.Service.LinkByCode(t.Context(), linkCode(t, w, ann).Code, mfa.NewDevice{Key: key, Name: `", "binding":"`, Platform: "web", Binding: digest})
		if err != nil {
			t.Fatal(err)
		}
		proof := func(thumbprint, nonce, binding string) error {
			p := d.Proof(nonce)
			p.Thumbprint, p.Binding = thumbprint, binding
			_, err := w.Service.AuthenticateDevice(t.Context(), p, mfa.Foresight{})
			return err
		}
		own := bound.Device.Thumbprint
		for i, binding := range []string{"", digest[:42], "x" + digest[1:]} {
			want(t, "shown "+binding, proof(own, fmt.Sprint("jti-0000000000000-bound-", i), binding), mfa.Unauthenticated, mfa.ReasonDeviceUnbound)
		}
		if err := proof(own, "jti-0000000000000-bound-0", digest); err != nil {
			t.Errorf("in its browser, with the proof that was refused: %v", err)
		}
		if err := proof(d.Caller.Device.Thumbprint, "jti-0000000000000-free", digest); err != nil {
			t.Errorf("a device that is bound to none: %v", err)
		}
	})
}

func FuzzDigestOfBinding(f *testing.F) {
	f.Add(strings.Repeat("A", 43))
	f.Add(base64.RawURLEncoding.EncodeToString([]byte(rand.Text()[:24] + "12345678")))
	f.Add(strings.Repeat("A", 42) + "=")
	f.Add("")
	f.Fuzz(func(t *testing.T, cookie string) {
		digest := mfa.DigestOfBinding(cookie)
		raw, err := base64.RawURLEncoding.Strict().DecodeString(cookie)
		if good := err == nil && len(raw) == 32 && len(cookie) == 43; good && digest == "" {
			t.Errorf("%q is a cookie", cookie)
		}
		if digest != "" && (len(digest) != 43 || digest == cookie) {
			t.Errorf("%q gives %q", cookie, digest)
		}
	})
}

func TestAFloodOfPushesIsDamped(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		ann := w.Register("4055551702")
		phone := ann.Link()
		if err := w.Service.SetPush(t.Context(), phone.Caller, subscription("1")); err != nil {
			t.Fatal(err)
		}
		pushes := func() (out []mfa.Message) {
			for _, d := range w.Outbox(w.Caller) {
				if d.Channel == mfa.ChannelPush {
					out = append(out, w.MessageOf(d))
				}
			}
			return out
		}
		limit := w.Service.Limits().Pushes
		for i := range limit.Burst + 5 {
			ann.Ask(fmt.Sprint("Log in ", i, "?"))
		}
		sent := pushes()
		if len(sent) != limit.Burst {
			t.Fatalf("%d were sent", len(sent))
		}
		last := 0
		for _, m := range sent {
			if strings.HasPrefix(m.Text, "Many requests wait") && m.Challenge == "" && m.To == string(phone.Caller.Device.ID) {
				last++
			}
		}
		if last != 1 || len(ann.Events(mfa.EventPushDamped)) != 1 {
			t.Errorf("%d say that many wait, %d events", last, len(ann.Events(mfa.EventPushDamped)))
		}
		w.Clock.Advance(limit.Per)
		ann.Ask("Log in later?")
		if n := len(pushes()); n != limit.Burst+1 {
			t.Errorf("after the window there are %d", n)
		}
	})
}

// Whoever links a device of their own first makes the phone ring until it rings no more.
func TestNoFloodHidesThatADeviceWasLinked(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		ann := w.Register("4055551703")
		phone := ann.Link()
		if err := w.Service.SetPush(t.Context(), phone.Caller, subscription("1")); err != nil {
			t.Fatal(err)
		}
		for i := range w.Service.Limits().Pushes.Burst {
			ann.Ask(fmt.Sprint("Log in ", i, "?"))
		}
		before := len(sentTo(w, string(phone.Caller.Device.ID)))
		ann.Link()
		if told := sentTo(w, string(phone.Caller.Device.ID)); len(told) != before+1 {
			t.Errorf("the phone was told %d times more", len(told)-before)
		}
	})
}

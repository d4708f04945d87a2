package mfa_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/provision"
	"github.com/twinseal/twinseal/internal/mfa/verifications"
)

func TestGuessing(t *testing.T) {
	t.Parallel()
	play(t, []scene{
		{"the addresses of one IPv6 network are one source of linking codes", networkOfLinks},
		{"the addresses of one IPv6 network are one source of tokens", networkOfTokens},
		{"one new code after the other brings no endless attempts", wrongOverCodes},
		{"what is sent to link by phone is long, since it is all it takes", longLinkCode},
		{"the code of an application that let go links nothing", codeOfOneThatLetGo},
	})
}

func networkOfLinks(t *testing.T, w *mfatest.World) {
	ann := w.Register("4055551501")
	limit := w.Service.Limits().WrongLinks
	for i := range limit.Burst {
		_, err := w.Service.LinkByCode(t.Context(), fmt.Sprintf("YYYY%04d", i), device(w, fmt.Sprintf("2001:db8:0:1::%x", i)))
		want(t, "a wrong code", err, mfa.NotFound, mfa.ReasonCodeWrong)
	}
	link := linkCode(t, w, ann)
	_, err := w.Service.LinkByCode(t.Context(), link.Code, device(w, "2001:db8:0:1:ffff::1"))
	want(t, "another address of the network", err, mfa.Limited, "")
	if _, err := w.Service.LinkByCode(t.Context(), link.Code, device(w, "2001:db8:0:2::1")); err != nil {
		t.Errorf("another network: %v", err)
	}
}

func networkOfTokens(t *testing.T, w *mfatest.World) {
	ann := w.Register("4055551502")
	for i := range w.Service.Limits().WrongTokens.Burst {
		ann.Check("0000000", fmt.Sprintf("2001:db8:0:3::%x", i))
	}
	if got := ann.Check("0000000", "2001:db8:0:3::ffff").Outcome; got != mfa.TokenLimited {
		t.Errorf("another address of the network: %s", got)
	}
	if got := ann.Check("0000000", "2001:db8:0:4::1").Outcome; got != mfa.TokenWrong {
		t.Errorf("another network: %s", got)
	}
}

func wrongOverCodes(t *testing.T, w *mfatest.World) {
	p, limits := number(t, "4055551503"), w.Service.Limits()
	starts := limits.WrongVerifications.Burst / limits.CodeAttempts
	for i := range starts {
		if i > 0 && i%limits.VerificationStarts.Burst == 0 {
			w.Clock.Advance(limits.VerificationStarts.Per)
		}
		start(t, w, verifications.Start{Phone: p})
		code := codeIn(t, sentTo(w, p.E164()))
		for range limits.CodeAttempts {
			if got := checkCode(t, w, p, wrongOf(code)); got != verifications.Wrong {
				t.Fatalf("code %d: a wrong one was %s", i, got)
			}
		}
	}
	w.Clock.Advance(2 * time.Hour)
	_, err := verifications.New(w.Service).Start(t.Context(), verifications.Start{Caller: w.Caller, Phone: p, Channel: mfa.ChannelSMS})
	want(t, "a code that nobody could check", err, mfa.Limited, "")
	w.Clock.Advance(limits.WrongVerifications.Per)
	start(t, w, verifications.Start{Phone: p})
	if got := checkCode(t, w, p, codeIn(t, sentTo(w, p.E164()))); got != verifications.Right {
		t.Errorf("the right code a day later was %s", got)
	}
}

func longLinkCode(t *testing.T, w *mfatest.World) {
	ann := w.Register("4055551504")
	claims(t, w, ann.User.Phone, "192.0.2.54")
	if code := codeIn(t, sentTo(w, ann.User.Phone.E164())); len(code) < 8 {
		t.Errorf("it is %d digits long", len(code))
	}
}

func codeOfOneThatLetGo(t *testing.T, w *mfatest.World) {
	shopKey := mfa.SecretText("shop-key-000000002")
	_, err := w.Provision.Apply(t.Context(), provision.Plan{Organizations: []provision.PlannedOrganization{{
		Name: "Acme", Directories: []provision.PlannedDirectory{{Name: "customers", Applications: []provision.PlannedApplication{{
			Name: "Shop", Settings: mfa.DefaultSettings(), Keys: []provision.PlannedKey{{Kind: mfa.KeyAuthyAPI, Secret: shopKey}},
		}}}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	shop, err := w.Service.Authenticate(t.Context(), mfa.KeyAuthyAPI, shopKey)
	if err != nil {
		t.Fatal(err)
	}
	ann := w.Register("4055551505")
	theirs := linkCode(t, w, ann)
	if err := w.Service.RemoveUser(t.Context(), w.Caller, ann.Ref(), ""); err != nil {
		t.Fatal(err)
	}
	_, err = w.Service.LinkByCode(t.Context(), theirs.Code, device(w, "192.0.2.55"))
	want(t, "the code of the one that let go", err, mfa.NotFound, mfa.ReasonCodeWrong)
	link, err := w.Service.StartLink(t.Context(), shop, ann.Ref())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Service.LinkByCode(t.Context(), link.Code, device(w, "192.0.2.55")); err != nil {
		t.Errorf("the code of the one that stays: %v", err)
	}
}

package mfa_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
)

func TestLinkingOfDevices(t *testing.T) {
	t.Parallel()
	play(t, []scene{
		{"a code links as people type it", typedCode},
		{"a code links once and for its life", codeOnce},
		{"wrong codes are counted for each address", wrongLinks},
		{"a person has so many devices", deviceLimit},
		{"a key is linked once", keyOnce},
		{"a suspended person links nothing", suspendedLink},
		{"what is no key is refused", badKeys},
		{"the owner is told by mail", ownerTold},
		{"a push subscription must be one", pushSubscriptions},
		{"an ended subscription is forgotten, its successor is not", forgottenPush},
	})
}

// device describes a new device at an address.
func device(w *mfatest.World, source string) mfa.NewDevice {
	_, key := w.NewKey()
	return mfa.NewDevice{Key: key, Name: "phone", Platform: "test", Source: source}
}

func linkCode(t *testing.T, w *mfatest.World, p *mfatest.Person) mfa.LinkCode {
	t.Helper()
	link, err := w.Service.StartLink(t.Context(), w.Caller, p.Ref())
	if err != nil {
		t.Fatal(err)
	}
	return link
}

func typedCode(t *testing.T, w *mfatest.World) {
	ann := w.Register("4055551201")
	link := linkCode(t, w, ann)
	typed := " " + strings.ToLower(link.Code[:4]) + " - " + link.Code[4:] + " "
	typed = strings.NewReplacer("0", "o", "1", "l").Replace(typed)
	got, err := w.Service.LinkByCode(t.Context(), typed, device(w, "192.0.2.11"))
	if err != nil {
		t.Fatal(err)
	}
	if got.User.ID != ann.User.ID || got.Organization.Name != "Acme" || got.Directory.Name != "customers" ||
		len(got.Applications) != 1 || got.Seed.Empty() || got.TOTP.Issuer != "Acme" || got.Device.RegisteredBy != "code" {
		t.Errorf("the account is %+v", got)
	}
	if link.URI != "twinseal://link?code="+link.Code+"&server=https%3A%2F%2Fmfa.example.test" {
		t.Errorf("the QR holds %s", link.URI)
	}
	if n := len(ann.Events(mfa.EventEnrollmentCompleted)); n != 1 {
		t.Errorf("%d events, want 1", n)
	}
}

func codeOnce(t *testing.T, w *mfatest.World) {
	ann := w.Register("4055551202")
	used, late := linkCode(t, w, ann), linkCode(t, w, ann)
	if _, err := w.Service.LinkByCode(t.Context(), used.Code, device(w, "192.0.2.12")); err != nil {
		t.Fatal(err)
	}
	_, err := w.Service.LinkByCode(t.Context(), used.Code, device(w, "192.0.2.12"))
	want(t, "a used code", err, mfa.NotFound, mfa.ReasonCodeWrong)
	w.Clock.Advance(w.Service.Limits().LinkLife)
	_, err = w.Service.LinkByCode(t.Context(), late.Code, device(w, "192.0.2.12"))
	want(t, "an expired code", err, mfa.NotFound, mfa.ReasonCodeWrong)
	_, err = w.Service.LinkByCode(t.Context(), "", device(w, "192.0.2.12"))
	want(t, "no code", err, mfa.NotFound, mfa.ReasonCodeWrong)
}

func wrongLinks(t *testing.T, w *mfatest.World) {
	ann := w.Register("4055551203")
	link := linkCode(t, w, ann)
	limit := w.Service.Limits().WrongLinks
	for i := range limit.Burst {
		_, err := w.Service.LinkByCode(t.Context(), fmt.Sprintf("ZZZZ%04d", i), device(w, "203.0.113.13"))
		want(t, "a wrong code", err, mfa.NotFound, mfa.ReasonCodeWrong)
	}
	_, err := w.Service.LinkByCode(t.Context(), link.Code, device(w, "203.0.113.13"))
	want(t, "the right code from the guesser's address", err, mfa.Limited, "")
	if _, err := w.Service.LinkByCode(t.Context(), link.Code, device(w, "192.0.2.13")); err != nil {
		t.Errorf("the right code from the owner's address: %v", err)
	}
	w.Clock.Advance(limit.Per)
	if _, err := w.Service.LinkByCode(t.Context(), linkCode(t, w, ann).Code, device(w, "203.0.113.13")); err != nil {
		t.Errorf("after the window: %v", err)
	}
}

func deviceLimit(t *testing.T, w *mfatest.World) {
	ann := w.Register("4055551204")
	var last *mfatest.Device
	for range w.Service.Limits().DevicesPerUser {
		last = ann.Link()
	}
	link := linkCode(t, w, ann)
	_, err := w.Service.LinkByCode(t.Context(), link.Code, device(w, "192.0.2.14"))
	want(t, "one device more", err, mfa.Conflict, mfa.ReasonDevicesFull)
	if err := w.Service.UnlinkDevice(t.Context(), last.Caller); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Service.LinkByCode(t.Context(), link.Code, device(w, "192.0.2.14")); err != nil {
		t.Errorf("in the place of one that was unlinked: %v", err)
	}
}

func keyOnce(t *testing.T, w *mfatest.World) {
	ann, bob := w.Register("4055551205"), w.Register("4055551206")
	d := device(w, "192.0.2.15")
	if _, err := w.Service.LinkByCode(t.Context(), linkCode(t, w, ann).Code, d); err != nil {
		t.Fatal(err)
	}
	again := linkCode(t, w, bob)
	_, err := w.Service.LinkByCode(t.Context(), again.Code, d)
	if !mfa.IsCode(err, mfa.Conflict) {
		t.Errorf("a key that is linked: %v, want a conflict", err)
	}
	if _, err := w.Service.LinkByCode(t.Context(), again.Code, device(w, "192.0.2.15")); err != nil {
		t.Errorf("the code of a refused link: %v", err)
	}
}

func suspendedLink(t *testing.T, w *mfatest.World) {
	ann := w.Register("4055551207")
	link := linkCode(t, w, ann)
	ann.Suspend()
	_, err := w.Service.LinkByCode(t.Context(), link.Code, device(w, "192.0.2.16"))
	want(t, "a suspended person's device", err, mfa.Forbidden, mfa.ReasonUserSuspended)
}

func badKeys(t *testing.T, w *mfatest.World) {
	ann := w.Register("4055551208")
	link := linkCode(t, w, ann)
	_, good := w.NewKey()
	for _, key := range []string{
		``, `{}`, `null`, `[]`, `{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}`, strings.Replace(string(good), "P-256", "P-384", 1),
		strings.TrimSuffix(string(good), "}") + `,"d":"AA"}`, strings.Repeat("x", 2000),
	} {
		_, err := w.Service.LinkByCode(t.Context(), link.Code, mfa.NewDevice{Key: json.RawMessage(key), Name: "x", Source: "192.0.2.17"})
		if !mfa.IsCode(err, mfa.Invalid) {
			t.Errorf("%.40s: %v, want invalid", key, err)
		}
	}
}

func ownerTold(t *testing.T, w *mfatest.World) {
	before := len(sentTo(w, "ann@example.com"))
	w.Register("4055551209").Link()
	mails := sentTo(w, "ann@example.com")
	if len(mails) != before+1 || !strings.Contains(mails[before].Text, "phone") {
		t.Errorf("the mails are %+v", mails[before:])
	}
}

func pushSubscriptions(t *testing.T, w *mfatest.World) {
	phone := w.Register("4055551210").Link()
	strict := w.Beside(mfa.Options{PublicURL: "https://mfa.example.test"})
	for what, spoil := range map[string]func(*mfa.PushTarget){
		"no address":       func(p *mfa.PushTarget) { p.Endpoint = "" },
		"no host":          func(p *mfa.PushTarget) { p.Endpoint = "https:///x" },
		"another scheme":   func(p *mfa.PushTarget) { p.Endpoint = "ftp://push.example.test/x" },
		"a long address":   func(p *mfa.PushTarget) { p.Endpoint += strings.Repeat("x", 3000) },
		"a short point":    func(p *mfa.PushTarget) { p.P256DH = "BAAA" },
		"a bad point":      func(p *mfa.PushTarget) { p.P256DH = "%%%" },
		"a short secret":   func(p *mfa.PushTarget) { p.Auth = "AAAA" },
		"without security": func(p *mfa.PushTarget) { p.Endpoint = "http://push.example.test/x" },
	} {
		target := subscription("x")
		spoil(target)
		if err := strict.SetPush(t.Context(), phone.Caller, target); !mfa.IsCode(err, mfa.Invalid) {
			t.Errorf("%s: %v, want invalid", what, err)
		}
	}
	plain := subscription("x")
	plain.Endpoint = "http://127.0.0.1:1/x"
	if err := w.Service.SetPush(t.Context(), phone.Caller, plain); err != nil {
		t.Errorf("the sandbox's own push service: %v", err)
	}
}

func pushOf(t *testing.T, w *mfatest.World, d *mfatest.Device, nonce string) *mfa.PushTarget {
	t.Helper()
	return d.Authenticate(nonce).Data.Push
}

func forgottenPush(t *testing.T, w *mfatest.World) {
	phone := w.Register("4055551211").Link()
	first, second := subscription("first"), subscription("second")
	for _, target := range []*mfa.PushTarget{first, second} {
		if err := w.Service.SetPush(t.Context(), phone.Caller, target); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Service.ForgetPush(t.Context(), phone.Caller.Device.ID, *first); err != nil {
		t.Fatal(err)
	}
	if got := pushOf(t, w, phone, "jti-push-0000000001"); got == nil || *got != *second {
		t.Errorf("after an old one ended the subscription is %+v", got)
	}
	if err := w.Service.ForgetPush(t.Context(), phone.Caller.Device.ID, *second); err != nil {
		t.Fatal(err)
	}
	if got := pushOf(t, w, phone, "jti-push-0000000002"); got != nil {
		t.Errorf("after it ended the subscription is %+v", got)
	}
	if err := w.Service.ForgetPush(t.Context(), "nobody", *second); err != nil {
		t.Errorf("of a device that is gone: %v", err)
	}
}

// invites reads tokens of the form invite:ID for one application.
type invites struct{ application mfa.ApplicationID }

var errReader = errors.New("the reader failed")

func (i invites) ReadInvite(_ context.Context, token string) (mfa.Invite, bool, error) {
	if token == "broken" {
		return mfa.Invite{}, false, errReader
	}
	id, ok := strings.CutPrefix(token, "invite:")
	return mfa.Invite{ApplicationID: i.application, CustomID: id}, ok, nil
}

func TestInvitations(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		w.Service.Use(nil, []mfa.InviteReader{invites{w.Caller.Application.ID}})
		_, err := w.Service.LinkByInvite(t.Context(), "something else", device(w, "192.0.2.21"))
		want(t, "a token of no dialect", err, mfa.Unauthenticated, mfa.ReasonCodeWrong)
		if _, err = w.Service.LinkByInvite(t.Context(), "broken", device(w, "192.0.2.21")); !errors.Is(err, errReader) {
			t.Errorf("a reader's error: %v", err)
		}
		_, _, err = w.Service.EnrollmentStatus(t.Context(), w.Caller, "crm-7")
		want(t, "before anybody came", err, mfa.NotFound, "")
		first, err := w.Service.LinkByInvite(t.Context(), "invite:crm-7", device(w, "192.0.2.21"))
		if err != nil {
			t.Fatal(err)
		}
		w.Clock.Advance(time.Second)
		second, err := w.Service.LinkByInvite(t.Context(), "invite:crm-7", device(w, "192.0.2.21"))
		if err != nil || second.User.ID != first.User.ID || second.Device.ID == first.Device.ID {
			t.Errorf("the same custom id again: %+v, %v, want the same user", second.User, err)
		}
		status, user, err := w.Service.EnrollmentStatus(t.Context(), w.Caller, "crm-7")
		if err != nil || status.State != mfa.EnrollmentCompleted || user.ID != first.User.ID {
			t.Errorf("the status is %+v of %+v, %v", status, user, err)
		}
		other, err := w.Service.LinkByInvite(t.Context(), "invite:crm-8", device(w, "192.0.2.21"))
		if err != nil || other.User.ID == first.User.ID {
			t.Errorf("another custom id: %v", err)
		}
	})
}

func TestDevicesThatRaceForOneInvitationShareItsUser(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		w.Service.Use(nil, []mfa.InviteReader{invites{w.Caller.Application.ID}})
		const racers = 8 // fewer than a person may have devices
		var group sync.WaitGroup
		users := make([]mfa.UserID, racers)
		for i := range racers {
			d := device(w, "192.0.2.22")
			group.Go(func() {
				linked, err := w.Service.LinkByInvite(t.Context(), "invite:crm-9", d)
				if err != nil {
					t.Error(err)
				}
				users[i] = linked.User.ID
			})
		}
		group.Wait()
		for _, id := range users {
			if id != users[0] {
				t.Errorf("one invitation made the users %v", users)
				break
			}
		}
	})
}

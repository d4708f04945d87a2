package people_test

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/people"
)

func worlds(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	mfatest.Engines(t, func(t *testing.T, in *mfatest.World) {
		t.Helper()
		test(t, &world{in, t})
	})
}

// world is one in which people are spoken of.
type world struct {
	*mfatest.World

	tb testing.TB
}

func (w *world) must(err error) {
	w.tb.Helper()
	if err != nil {
		w.tb.Fatal(err)
	}
}

func (w *world) update(change people.Change) people.Person {
	w.tb.Helper()
	p, err := w.People.Update(w.Context(), w.Caller, "ann", change)
	w.must(err)
	return p
}

func (w *world) enrol(in people.NewEntry) people.Enrolled {
	w.tb.Helper()
	out, err := w.People.EnrolVerified(w.Context(), w.Caller, "ann", in)
	w.must(err)
	return out
}

func (w *world) find() people.Person {
	w.tb.Helper()
	p, err := w.People.Find(w.Context(), w.Caller, "ann")
	w.must(err)
	return p
}

func TestWhatIsToldOfAPersonStaysAsItWasTold(t *testing.T) {
	t.Parallel()
	worlds(t, func(t *testing.T, w *world) {
		p := w.update(people.Change{
			Email: new("Ann@Example.com"), Phone: new("9876543210"), Username: new("ann"), DisplayName: new("Ann"), Locale: new("de"),
			Custom: json.RawMessage(`{"tier":"gold"}`),
		})
		if got := p.Profile; got.Email != "Ann@Example.com" || got.EmailVerified || got.Phone != "9876543210" || got.DisplayName != "Ann" || string(got.Custom) != `{"tier":"gold"}` {
			t.Errorf("profile %+v", got)
		}
		p = w.update(people.Change{EmailVerified: new(true), DisplayName: new("")})
		if got := p.Profile; !got.EmailVerified || got.Email != "Ann@Example.com" || got.DisplayName != "" || got.Username != "ann" || got.PhoneVerified {
			t.Errorf("what was not told changed: %+v", got)
		}
		if got := w.update(people.Change{Email: new("new@example.com")}).Profile; got.EmailVerified {
			t.Error("a new address took over that the old one was verified")
		}
		for field, change := range map[string]people.Change{
			"custom": {Custom: json.RawMessage(`"x"`)}, "email": {Email: new(strings.Repeat("x", 5000))},
		} {
			_, err := w.People.Update(w.Context(), w.Caller, "ann", change)
			if refusal, ok := err.(*mfa.Error); !ok || refusal.Field != field { //nolint:errorlint // it is returned unwrapped
				t.Errorf("%s: %v", field, err)
			}
		}
	})
}

func TestWhatCodesGoToFollowsAVerifiedAddress(t *testing.T) {
	t.Parallel()
	worlds(t, func(t *testing.T, w *world) {
		sms := w.enrol(people.NewEntry{Method: mfa.MethodSMS, Address: "+447911123456"})
		mail := w.enrol(people.NewEntry{Method: mfa.MethodEmailOTP, Address: "old@example.com"})
		w.update(people.Change{Email: new("told@example.com"), Phone: new("+447911000000")})
		w.update(people.Change{Email: new("new@example.com"), EmailVerified: new(true), PhoneVerified: new(true)})
		for _, want := range []struct {
			id mfa.AuthenticatorID
			to string
		}{{sms.Entry.ID, "+447911000000"}, {mail.Entry.ID, "new@example.com"}} {
			e, ok := people.EntryOf(w.find().Entries, want.id)
			if !ok || e.Address != want.to || string(e.Secret.Reveal()) != want.to {
				t.Errorf("codes go to %q, want %q", e.Address, want.to)
			}
		}
	})
}

func TestWhatTheApplicationVerifiedIsEnrolledOnceWithRecoveryCodesOnce(t *testing.T) {
	t.Parallel()
	worlds(t, func(t *testing.T, w *world) {
		sms := people.NewEntry{Method: mfa.MethodSMS, Address: "+447911123456"}
		first := w.enrol(sms)
		if len(first.Recovery) != mfa.RecoveryCodes || first.Again || first.Entry.UserID != first.User.ID {
			t.Errorf("first %+v", first)
		}
		if again := w.enrol(sms); again.Entry.ID != first.Entry.ID || !again.Again || again.Recovery != nil {
			t.Errorf("again %+v", again)
		}
		seed, data, err := people.ParseSeedURI("otpauth://totp/Shop:ann?secret=JBSWY3DPEHPK3PXP&issuer=Shop")
		w.must(err)
		app := w.enrol(people.NewEntry{Method: mfa.MethodTOTP, Seed: seed, TOTP: data, Default: true})
		if app.Recovery != nil || w.enrol(people.NewEntry{Method: mfa.MethodTOTP, Seed: seed, TOTP: data}).Entry.ID != app.Entry.ID {
			t.Errorf("the same seed was enrolled twice")
		}
		p := w.find()
		if p.Profile.Email != "" || p.Profile.Phone != "" || p.Profile.DefaultMethod != mfa.MethodTOTP || len(p.Entries) != 2 {
			t.Errorf("person %+v", p)
		}
	})
}

func TestWhatCannotBeEnrolledIsRefused(t *testing.T) {
	t.Parallel()
	worlds(t, func(t *testing.T, w *world) {
		for what, in := range map[string]people.NewEntry{
			"a phone without number": {Method: mfa.MethodSMS}, "no address": {Method: mfa.MethodEmailOTP, Address: "nonsense"},
			"an app without seed": {Method: mfa.MethodTOTP}, "a method that is off": {Method: mfa.MethodWhatsApp, Address: "+447911123456"},
			"a push": {Method: mfa.MethodPush}, "a passkey without relying party": {Method: mfa.MethodPasskey},
		} {
			if _, err := w.People.EnrolVerified(w.Context(), w.Caller, "ann", in); !mfa.IsCode(err, mfa.Invalid) {
				t.Errorf("%s: %v", what, err)
			}
		}
		for i := range w.Service.Limits().FactorsPerUser {
			w.enrol(people.NewEntry{Method: mfa.MethodSMS, Address: "+44791112345" + string(rune('0'+i%10)) + string(rune('0'+i/10))})
		}
		_, err := w.People.EnrolVerified(w.Context(), w.Caller, "ann", people.NewEntry{Method: mfa.MethodSMS, Address: "+15550000000"})
		if !mfa.IsCode(err, mfa.Conflict) {
			t.Errorf("one too many: %v", err)
		}
	})
}

func TestDevicesOfOtherFrontDoorsCountAndTheirSeedsStayWithThem(t *testing.T) {
	t.Parallel()
	worlds(t, func(t *testing.T, w *world) {
		ann := w.Register("4055551001")
		phone := ann.Link()
		entries := func() []people.Entry {
			var held []mfa.Authenticator
			w.must(w.Store.Read(w.Context(), func(r mfa.Records) (err error) {
				held, err = r.AuthenticatorsOf(ann.User.ID)
				return err
			}))
			return people.Entries(w.Caller, held)
		}
		var methods []mfa.Method
		for _, e := range entries() {
			methods = append(methods, e.Method)
		}
		slices.Sort(methods)
		if !slices.Equal(methods, []mfa.Method{mfa.MethodPush, mfa.MethodTOTP}) {
			t.Errorf("methods %v", methods)
		}
		w.must(w.Store.Write(w.Context(), func(r mfa.WriteRecords) error {
			u, err := r.LockUser(w.Caller.Directory.ID, ann.Ref())
			if err != nil {
				return err
			}
			for _, e := range entries() {
				_, err := w.People.RemoveEntry(r, w.Caller, u, e.ID, "")
				if carried := e.ID != phone.Caller.Device.ID; carried != mfa.IsCode(err, mfa.NotFound) {
					t.Errorf("%s: %v", e.Method, err)
				}
			}
			return nil
		}))
		if left := entries(); len(left) > 0 {
			t.Errorf("left %+v", left)
		}
	})
}

func TestRecoveryCodesGoWithTheLastEntry(t *testing.T) {
	t.Parallel()
	worlds(t, func(t *testing.T, w *world) {
		one := w.enrol(people.NewEntry{Method: mfa.MethodSMS, Address: "+447911123456"})
		two := w.enrol(people.NewEntry{Method: mfa.MethodEmailOTP, Address: "ann@example.com"})
		has := func() (out bool) {
			w.must(w.Store.Read(w.Context(), func(r mfa.Records) error {
				held, err := r.AuthenticatorsOf(one.User.ID)
				out = people.HasRecovery(held)
				return err
			}))
			return out
		}
		for _, step := range []struct {
			id   mfa.AuthenticatorID
			left bool
		}{{one.Entry.ID, true}, {two.Entry.ID, false}} {
			_, err := w.People.Remove(w.Context(), w.Caller, "ann", step.id, "")
			if err != nil || has() != step.left {
				t.Errorf("%v, codes left %v", err, has())
			}
		}
		if _, err := w.People.Remove(w.Context(), w.Caller, "ann", two.Entry.ID, ""); !mfa.IsCode(err, mfa.NotFound) {
			t.Errorf("again: %v", err)
		}
	})
}

func TestPeopleAreFoundPageByPageByExactlyWhatTheyAre(t *testing.T) {
	t.Parallel()
	worlds(t, func(t *testing.T, w *world) {
		for _, alias := range []string{"ann", "bob", "cat"} {
			_, err := w.People.Update(w.Context(), w.Caller, alias, people.Change{Email: new("we@example.com")})
			w.must(err)
		}
		var seen []string
		q := people.Query{Field: mfa.ProfileEmail, Value: "we@example.com", Limit: 2}
		for page := 0; ; page++ {
			found, more, err := w.People.Query(w.Context(), w.Caller, q)
			w.must(err)
			for _, p := range found {
				seen = append(seen, p.User.Alias)
				q.After = p.User.Alias
			}
			if !more {
				break
			}
		}
		slices.Sort(seen)
		if !slices.Equal(seen, []string{"ann", "bob", "cat"}) {
			t.Errorf("seen %v", seen)
		}
		if found, _, err := w.People.Query(w.Context(), w.Caller, people.Query{Field: mfa.ProfileEmail, Value: "we@example"}); err != nil || len(found) > 0 {
			t.Errorf("a part of an address found %v, %v", found, err)
		}
	})
}

func TestWhoIsDeletedIsGoneAndActionsOnlyIfThatWasSaid(t *testing.T) {
	t.Parallel()
	worlds(t, func(t *testing.T, w *world) {
		for _, actions := range []bool{false, true} {
			e := w.enrol(people.NewEntry{Method: mfa.MethodSMS, Address: "+447911123456"})
			a := mfa.Action{ID: mfa.NewID[mfa.ActionID](), ApplicationID: w.Caller.Application.ID, UserID: e.User.ID, Code: "pay", CreatedAt: w.Clock.Now()}
			w.must(w.Store.Write(w.Context(), func(r mfa.WriteRecords) error { return r.AddAction(a) }))
			w.must(w.People.Delete(w.Context(), w.Caller, "ann", actions, ""))
			if _, err := w.People.Find(w.Context(), w.Caller, "ann"); !mfa.IsCode(err, mfa.NotFound) {
				t.Errorf("found %v", err)
			}
			w.must(w.Store.Read(w.Context(), func(r mfa.Records) error {
				if _, err := r.Action(a.ID); mfa.IsCode(err, mfa.NotFound) != actions {
					t.Errorf("actions %v: %v", actions, err)
				}
				return nil
			}))
			w.must(w.People.Delete(w.Context(), w.Caller, "ann", actions, "")) // nobody
		}
	})
}

func TestWhoeverComesBackToAnApplicationHasNothingOfItAndKeepsWhatOthersSee(t *testing.T) {
	t.Parallel()
	worlds(t, func(t *testing.T, w *world) {
		other := mfa.Application{
			ID: mfa.NewID[mfa.ApplicationID](), OrganizationID: w.Caller.Organization.ID, DirectoryID: w.Caller.Directory.ID, Name: "Neighbour",
			Settings: w.Caller.Application.Settings,
		}
		w.must(w.Store.Write(w.Context(), func(r mfa.WriteRecords) error {
			_, err := r.PutApplication(other)
			return err
		}))
		neighbour, err := w.Service.CallerFor(w.Context(), other.ID)
		w.must(err)
		w.enrol(people.NewEntry{Method: mfa.MethodSMS, Address: "+447911123456"})
		_, err = w.People.EnrolVerified(w.Context(), neighbour, "ann", people.NewEntry{Method: mfa.MethodSMS, Address: "+447911123457"})
		w.must(err)
		w.must(w.People.Delete(w.Context(), w.Caller, "ann", false, ""))
		back := w.update(people.Change{Username: new("ann@shop")})
		if len(back.Entries) != 0 {
			t.Errorf("who was deleted has %+v", back.Entries)
		}
		there, err := w.People.Find(w.Context(), neighbour, "ann")
		w.must(err)
		if len(there.Entries) != 1 || there.Entries[0].Address != "+447911123457" {
			t.Errorf("at the neighbour's there is %+v", there.Entries)
		}
	})
}

func TestTheLongestUnusedOfTooManyDevicesGoes(t *testing.T) {
	t.Parallel()
	worlds(t, func(t *testing.T, w *world) {
		u := w.update(people.Change{}).User
		most := w.Service.Limits().KnownDevices
		for i := range most + 2 {
			w.Clock.Advance(time.Second)
			w.must(w.Store.Write(w.Context(), func(r mfa.WriteRecords) error {
				_, err := w.People.Seen(r, w.Caller, u, "device-"+string(rune('a'+i/26))+string(rune('a'+i%26)), "Firefox", mfa.MethodTOTP)
				return err
			}))
		}
		known, err := w.People.Devices(w.Context(), w.Caller, "ann")
		w.must(err)
		if len(known) != most || slices.ContainsFunc(known, func(d mfa.KnownDevice) bool { return d.DeviceID == "device-aa" || d.DeviceID == "device-ab" }) {
			t.Errorf("%d devices", len(known))
		}
	})
}

func TestSeedsAreReadFromTheirAddresses(t *testing.T) {
	t.Parallel()
	_, _, err := people.ParseSeedURI("otpauth://totp/Shop:ann%40example.com?secret=jbsw%20y3dp-&digits=8&period=60&algorithm=sha256&issuer=Shop")
	if err == nil {
		t.Error("a seed with a hyphen was read")
	}
	seed, data, err := people.ParseSeedURI("otpauth://totp/Shop:ann%40example.com?secret=jbsw%20y3dpehpk3pxp&digits=8&period=60&algorithm=sha256&issuer=Shop")
	if err != nil || base64.StdEncoding.EncodeToString(seed.Reveal()) != "SGVsbG8h3q2+7w==" {
		t.Fatalf("%v", err)
	}
	if want := (mfa.TOTPData{Algorithm: "SHA256", Digits: 8, Period: 60, Issuer: "Shop", Label: "Shop:ann@example.com"}); data != want {
		t.Errorf("%+v", data)
	}
	for _, broken := range []string{
		"", "otpauth://hotp/x?secret=JBSWY3DP", "https://totp/x?secret=JBSWY3DP", "otpauth://totp/x", "otpauth://totp/x?secret=1!",
		"otpauth://totp/x?secret=JBSWY3DP&digits=-1", "otpauth://totp/x?secret=JBSWY3DP&period=x",
	} {
		if _, _, err := people.ParseSeedURI(broken); !mfa.IsCode(err, mfa.Invalid) {
			t.Errorf("%q: %v", broken, err)
		}
	}
}

func FuzzParseSeedURI(f *testing.F) {
	f.Add("otpauth://totp/Shop:ann?secret=JBSWY3DPEHPK3PXP&issuer=Shop&digits=6&period=30")
	f.Add("otpauth://totp/?secret====")
	f.Fuzz(func(t *testing.T, uri string) {
		seed, data, err := people.ParseSeedURI(uri)
		if err == nil && (seed.Empty() || data.Digits < 0 || data.Period < 0) {
			t.Errorf("%q was read as %+v", uri, data)
		}
	})
}

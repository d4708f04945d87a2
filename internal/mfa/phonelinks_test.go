package mfa_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/phonelinks"
	"github.com/twinseal/twinseal/internal/mfa/provision"
	"github.com/twinseal/twinseal/receipt"
)

func TestLinkingByPhone(t *testing.T) {
	t.Parallel()
	play(t, []scene{
		{"the code links the device that began, once", phoneLinked},
		{"an unknown number gets the same answer, and no code links it", unknownNumber},
		{"wrong codes use up the attempts of one link", wrongPhoneCodes},
		{"another key cannot finish", otherKeyRefused},
		{"a link dies", deadPhoneLink},
		{"starts are limited for a number and for a source", limitedPhoneLinks},
		{"a source beyond its limit uses up nobody's number", sourceBeforeNumber},
		{"a suspended person gets no code", suspendedPhoneLink},
		{"of two directories one must be named, and only to who has the code", twoDirectories},
	})
}

// claim is a device that wants to be linked by a number.
type claim struct {
	device     mfa.NewDevice
	thumbprint string
	link       phonelinks.Link
}

func claims(t *testing.T, w *mfatest.World, phone mfa.Phone, source string) claim {
	t.Helper()
	c := claim{device: device(w, source)}
	var err error
	if c.link, err = phonelinks.New(w.Service).Start(t.Context(), phone, c.device); err != nil {
		t.Fatal(err)
	}
	var key receipt.JWK
	if err := json.Unmarshal(c.device.Key, &key); err != nil {
		t.Fatal(err)
	}
	c.thumbprint = key.Thumbprint()
	return c
}

func (c claim) finish(w *mfatest.World, code string, directory mfa.DirectoryID) (mfa.Linked, *phonelinks.Candidates, error) {
	return phonelinks.New(w.Service).Finish(w.Context(), c.link.ID, code, directory, c.thumbprint, c.device.Source)
}

func phoneLinked(t *testing.T, w *mfatest.World) {
	ann := w.Register("4055551301")
	c := claims(t, w, ann.User.Phone, "192.0.2.31")
	code := codeIn(t, sentTo(w, ann.User.Phone.E164()))
	got, candidates, err := c.finish(w, code, "")
	if err != nil || candidates != nil || got.User.ID != ann.User.ID || got.Device.Thumbprint != c.thumbprint || got.Device.RegisteredBy != "sms" {
		t.Fatalf("%+v, %+v, %v", got, candidates, err)
	}
	_, _, err = c.finish(w, code, "")
	want(t, "the code again", err, mfa.NotFound, mfa.ReasonCodeWrong)
}

func unknownNumber(t *testing.T, w *mfatest.World) {
	phone := number(t, "4055551302")
	c := claims(t, w, phone, "192.0.2.32")
	if c.link.ID == "" || !c.link.ExpiresAt.Equal(w.Clock.Now().Add(w.Service.Limits().LinkLife)) {
		t.Errorf("the answer is %+v", c.link)
	}
	if n := len(sentTo(w, phone.E164())); n != 0 {
		t.Errorf("%d messages went to a number that nobody has", n)
	}
	var e mfa.Enrollment
	err := w.Store.Read(t.Context(), func(r mfa.Records) (err error) {
		e, err = r.Enrollment(c.link.ID)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = c.finish(w, string(e.Secret.Reveal()), "")
	want(t, "the code that nobody got", err, mfa.NotFound, mfa.ReasonCodeWrong)
	_, _, err = c.finish(w, wrongOf(string(e.Secret.Reveal())), "")
	want(t, "a wrong code", err, mfa.NotFound, mfa.ReasonCodeWrong)
}

func wrongPhoneCodes(t *testing.T, w *mfatest.World) {
	ann := w.Register("4055551303")
	c := claims(t, w, ann.User.Phone, "192.0.2.33")
	code := codeIn(t, sentTo(w, ann.User.Phone.E164()))
	for range w.Service.Limits().EnrollmentAttempts {
		_, _, err := c.finish(w, wrongOf(code), "")
		want(t, "a wrong code", err, mfa.NotFound, mfa.ReasonCodeWrong)
	}
	_, _, err := c.finish(w, code, "")
	want(t, "the right code after too many wrong ones", err, mfa.NotFound, mfa.ReasonCodeWrong)
	again := claims(t, w, ann.User.Phone, "192.0.2.33")
	if _, _, err := again.finish(w, codeIn(t, sentTo(w, ann.User.Phone.E164())), ""); err != nil {
		t.Errorf("a new link: %v", err)
	}
}

func otherKeyRefused(t *testing.T, w *mfatest.World) {
	ann := w.Register("4055551304")
	c := claims(t, w, ann.User.Phone, "192.0.2.34")
	code := codeIn(t, sentTo(w, ann.User.Phone.E164()))
	thief := claims(t, w, number(t, "4055551305"), "203.0.113.34")
	thief.link = c.link
	for range w.Service.Limits().EnrollmentAttempts + 1 {
		_, _, err := thief.finish(w, code, "")
		want(t, "another key", err, mfa.NotFound, mfa.ReasonCodeWrong)
	}
	if _, _, err := c.finish(w, code, ""); err != nil {
		t.Errorf("the key that began, after somebody else tried: %v", err)
	}
}

func deadPhoneLink(t *testing.T, w *mfatest.World) {
	ann := w.Register("4055551306")
	c := claims(t, w, ann.User.Phone, "192.0.2.36")
	code := codeIn(t, sentTo(w, ann.User.Phone.E164()))
	w.Clock.Advance(w.Service.Limits().LinkLife)
	_, _, err := c.finish(w, code, "")
	want(t, "an expired link", err, mfa.NotFound, mfa.ReasonCodeWrong)
	c.link.ID = "nonsense"
	_, _, err = c.finish(w, code, "")
	want(t, "a link that never was", err, mfa.NotFound, mfa.ReasonCodeWrong)
	link := linkCode(t, w, ann)
	c.link.ID = mfa.EnrollmentID(link.Code)
	_, _, err = c.finish(w, link.Code, "")
	want(t, "a linking code in its place", err, mfa.NotFound, mfa.ReasonCodeWrong)
}

func limitedPhoneLinks(t *testing.T, w *mfatest.World) {
	ann := w.Register("4055551307")
	limit := w.Service.Limits().PhoneLinks
	for range limit.Burst {
		claims(t, w, ann.User.Phone, "192.0.2.37")
	}
	_, err := phonelinks.New(w.Service).Start(t.Context(), ann.User.Phone, device(w, "192.0.2.38"))
	want(t, "one more for the number", err, mfa.Limited, "")
	if n := len(sentTo(w, ann.User.Phone.E164())); n != limit.Burst {
		t.Errorf("%d messages went out, want %d", n, limit.Burst)
	}
	w.Clock.Advance(limit.Per)
	claims(t, w, ann.User.Phone, "192.0.2.37")
}

func sourceBeforeNumber(t *testing.T, w *mfatest.World) {
	ann := w.Register("4055551308")
	limit := w.Service.Limits().PhoneLinksSource
	for i := range limit.Burst {
		claims(t, w, mfa.Phone{CountryCode: 1, National: "405555" + string(rune('0'+i/10)) + string(rune('0'+i%10)) + "99"}, "203.0.113.38")
	}
	for range w.Service.Limits().PhoneLinks.Burst + 1 {
		_, err := phonelinks.New(w.Service).Start(t.Context(), ann.User.Phone, device(w, "203.0.113.38"))
		want(t, "one more from the source", err, mfa.Limited, "")
	}
	claims(t, w, ann.User.Phone, "192.0.2.38")
}

func suspendedPhoneLink(t *testing.T, w *mfatest.World) {
	ann := w.Register("4055551309")
	ann.Suspend()
	claims(t, w, ann.User.Phone, "192.0.2.39")
	if n := len(sentTo(w, ann.User.Phone.E164())); n != 0 {
		t.Errorf("%d messages went out", n)
	}
}

func twoDirectories(t *testing.T, w *mfatest.World) {
	ann := w.Register("4055551310")
	w.Clock.Advance(time.Second)
	_, err := w.Provision.Apply(t.Context(), provision.Plan{Organizations: []provision.PlannedOrganization{{
		Name: "Other", Directories: []provision.PlannedDirectory{{
			Name: "staff", Applications: []provision.PlannedApplication{{Name: "Intranet", Settings: mfa.DefaultSettings()}},
			Users: []provision.PlannedUser{{Phone: ann.User.Phone}},
		}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	c := claims(t, w, ann.User.Phone, "192.0.2.40")
	code := codeIn(t, sentTo(w, ann.User.Phone.E164()))
	if _, candidates, err := c.finish(w, wrongOf(code), ""); candidates != nil {
		t.Errorf("a wrong code was told the directories %+v, %v", candidates, err)
	}
	_, candidates, err := c.finish(w, code, "")
	want(t, "the right code without a directory", err, mfa.Conflict, mfa.ReasonDirectoryRequired)
	if candidates == nil || len(candidates.Directories) != 2 || candidates.Directories[0].Name != "customers" || candidates.Directories[1].Name != "staff" {
		t.Fatalf("the candidates are %+v", candidates)
	}
	_, _, err = c.finish(w, code, "00000000-0000-4000-8000-000000000001")
	want(t, "a directory that does not know the number", err, mfa.NotFound, mfa.ReasonCodeWrong)
	got, _, err := c.finish(w, code, candidates.Directories[1].ID)
	if err != nil || got.Directory.Name != "staff" || got.Organization.Name != "Other" || len(got.Applications) != 1 {
		t.Errorf("the named directory: %+v, %v", got, err)
	}
}

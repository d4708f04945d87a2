package launchkey

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/twinseal/twinseal/client/launchkey"
	"github.com/twinseal/twinseal/e2e/harness"
)

// devices are linked and unlinked.
func devices(t *testing.T, s *scene) {
	ctx := t.Context()
	list := func() []launchkey.Device { return must(s.dir.LinkedDevices(ctx, s.user))(t) }
	if got := list(); len(got) != 0 {
		t.Errorf("nobody has the devices %+v", got)
	}
	pending := must(s.dir.LinkDevice(ctx, s.user, launchkey.LinkDeviceOptions{TTL: 5 * time.Minute}))(t)
	if got := list(); len(got) != 1 || got[0].ID != pending.DeviceID || got[0].Status != launchkey.LinkPending || got[0].Status.Active() {
		t.Errorf("while the link is pending the devices are %+v", got)
	}
	_, link := s.linked(t)
	if len(link.Code) < 7 || !strings.Contains(link.QRCodeURL, link.Code) {
		t.Errorf("the link is %+v", link)
	}
	got := list()
	if len(got) != 2 || got[0].ID != pending.DeviceID || got[1].ID != link.DeviceID || got[1].Status != launchkey.Linked || got[1].Name != "Terminal" || got[1].Type == "" {
		t.Errorf("the devices are %+v, want %s and %s", got, pending.DeviceID, link.DeviceID)
	}
	_, err := s.NewDevice(t).Try("link", "--server", s.URL, "--code", link.Code, "--name", "Thief")
	if err == nil {
		t.Error("a code links twice")
	}
	refused(t, "unlink an unknown device", s.dir.UnlinkDevice(ctx, s.user, unknownDevice), launchkey.ErrNotFound)
	refused(t, "unlink nobody's device", s.dir.UnlinkDevice(ctx, rand.Text(), link.DeviceID), launchkey.ErrNotFound)
	s.good(t, s.dir.UnlinkDevice(ctx, s.user, pending.DeviceID))
	s.good(t, s.dir.UnlinkDevice(ctx, s.user, link.DeviceID))
	if got := list(); len(got) != 0 {
		t.Errorf("after all were unlinked the devices are %+v", got)
	}
	if _, err := s.NewDevice(t).Try("link", "--server", s.URL, "--code", pending.Code, "--name", "Late"); err == nil {
		t.Error("the code of a link that was taken back links")
	}
	for name, user := range map[string]string{"no user": "", "a user without end": strings.Repeat("x", 501)} {
		_, err := s.dir.LinkDevice(ctx, user, launchkey.LinkDeviceOptions{})
		refused(t, name, err, launchkey.ErrInvalidDirectoryIdentifier, launchkey.ErrFormat)
	}
	_, err = s.dir.LinkDevice(ctx, s.user, launchkey.LinkDeviceOptions{TTL: time.Second})
	refused(t, "a link for a second", err, launchkey.ErrInvalidParameters, launchkey.ErrFormat)
	s.linkedByPicture(t)
}

// linkedByPicture scans the picture instead of typing the code.
func (s *scene) linkedByPicture(t *testing.T) {
	t.Helper()
	link := must(s.dir.LinkDevice(t.Context(), s.user, launchkey.LinkDeviceOptions{}))(t)
	at, err := url.Parse(link.QRCodeURL)
	if err != nil {
		t.Fatal(err)
	}
	picture := s.Get(t, at.Path)
	if !bytes.HasPrefix(picture.Body, []byte("\x89PNG")) {
		t.Fatalf("the picture is %d %q", picture.Status, picture.Header)
	}
	s.NewDevice(t).LinkByCode(harness.QRText(t, picture.Body))
	if got := must(s.dir.LinkedDevices(t.Context(), s.user))(t); len(got) != 1 || !got[0].Status.Active() {
		t.Errorf("linked by a picture, the devices are %+v", got)
	}
}

// sessions are begun and ended by the service, and ended by the directory.
func sessions(t *testing.T, s *scene) {
	ctx := t.Context()
	list := func() []launchkey.Session { return must(s.dir.AllServiceSessions(ctx, s.user))(t) }
	_, err := s.dir.AllServiceSessions(ctx, s.user)
	refused(t, "the sessions of nobody", err, launchkey.ErrNotFound)
	refused(t, "end the sessions of nobody", s.dir.EndAllServiceSessions(ctx, s.user), launchkey.ErrNotFound)
	refused(t, "begin a session of nobody", s.svc.SessionStart(ctx, s.user, ""), launchkey.ErrNotFound)
	refused(t, "end a session of nobody", s.svc.SessionEnd(ctx, s.user), launchkey.ErrNotFound)
	device, _ := s.linked(t)
	if got := list(); len(got) != 0 {
		t.Errorf("before any began the sessions are %+v", got)
	}
	s.good(t, s.svc.SessionEnd(ctx, s.user))
	s.good(t, s.svc.SessionStart(ctx, s.user, ""))
	if got := list(); len(got) != 1 || got[0].ServiceID != s.svcID || got[0].RequestID != "" || time.Since(got[0].StartedAt).Abs() > time.Minute {
		t.Errorf("the sessions are %+v", got)
	}
	request := launchkey.AuthorizationID(uuid.NewString())
	s.good(t, s.svc.SessionStart(ctx, s.user, request))
	second := s.newService(t)
	s.good(t, s.dir.UpdateService(ctx, second, launchkey.ServiceUpdate{Icon: launchkey.To("https://example.com/icon.png")}))
	s.good(t, s.owner.service(t, second).SessionStart(ctx, s.user, ""))
	for _, got := range list() {
		name := must(s.dir.Service(ctx, got.ServiceID))(t).Name
		if want := map[launchkey.ServiceID]launchkey.Session{
			s.svcID: {ServiceID: s.svcID, ServiceName: name, RequestID: request, StartedAt: got.StartedAt},
			second:  {ServiceID: second, ServiceName: name, ServiceIcon: "https://example.com/icon.png", StartedAt: got.StartedAt},
		}[got.ServiceID]; got != want {
			t.Errorf("a session is %+v, want %+v", got, want)
		}
	}
	var shown []struct{ Application struct{ ID string } }
	device.Run(&shown, "sessions")
	if len(shown) != 2 {
		t.Errorf("the device shows the sessions %+v", shown)
	}
	s.good(t, s.svc.SessionEnd(ctx, s.user))
	if got := list(); len(got) != 1 || got[0].ServiceID != second {
		t.Errorf("after one was ended the sessions are %+v", got)
	}
	s.good(t, s.dir.EndAllServiceSessions(ctx, s.user))
	if got := list(); len(got) != 0 {
		t.Errorf("after all were ended the sessions are %+v", got)
	}
}

// codes of an app: TOTP.
func codes(t *testing.T, s *scene) {
	ctx := t.Context()
	check := func(what, code string, want bool) {
		t.Helper()
		if got := must(s.svc.VerifyTOTP(ctx, s.user, code))(t); got != want {
			t.Errorf("%s: %v", what, got)
		}
	}
	s.good(t, s.dir.RemoveUserTOTP(ctx, s.user))
	_, err := s.svc.VerifyTOTP(ctx, s.user, "123456")
	refused(t, "a code of nobody", err, launchkey.ErrNotFound)
	made := must(s.dir.GenerateUserTOTP(ctx, s.user))(t)
	s.Log.Secret(string(made.Secret))
	if made.Algorithm != "SHA1" || made.Period < 30*time.Second || made.Digits < 6 || len(string(made.Secret)) != 32 {
		t.Errorf("the configuration is %s, %s, %d digits", made.Algorithm, made.Period, made.Digits)
	}
	check("letters", "notvalid", false)
	seed := harness.Seed{Secret: string(made.Secret), Digits: made.Digits, Period: made.Period}
	now := s.Now(t)
	code := seed.Code(t, now)
	wrong := fmt.Sprintf("%0*d", made.Digits, 1)
	for offset := -2; offset <= 2; offset++ {
		if seed.Code(t, now.Add(time.Duration(offset)*made.Period)) == wrong {
			wrong = fmt.Sprintf("%0*d", made.Digits, 2)
		}
	}
	check("a wrong code", wrong, false)
	check("the code", code, true)
	check("the code again", code, false)

	again := must(s.dir.GenerateUserTOTP(ctx, s.user))(t)
	if again.Secret == made.Secret {
		t.Error("the second configuration is the first")
	}
	check("a code of the first configuration", seed.Code(t, now.Add(made.Period)), false)
	s.good(t, s.dir.RemoveUserTOTP(ctx, s.user))
	_, err = s.svc.VerifyTOTP(ctx, s.user, "123456")
	refused(t, "a code without configuration", err, launchkey.ErrNotFound)
}

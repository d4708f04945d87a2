package hosted

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"

	"github.com/google/uuid"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
)

// A browser is remembered by a cookie, by its person's consent alone. It counts once: the answer to each proof brings
// the next one, so a copy is noticed.

// cookiePrefix begins the cookie's name, which differs by application and user: several people may use one browser.
const cookiePrefix = "twinseal_trust_"

func (v *visit) cookieName() string {
	sum := sha256.Sum256([]byte(string(v.pass.Caller.Application.ID) + "\x00" + string(v.pass.UserID)))
	return cookiePrefix + hex.EncodeToString(sum[:8])
}

// remember is what people consent to, "" where they cannot or have.
func (v *visit) remember(s *screen) string {
	if v.settings.RememberDays <= 0 {
		return ""
	}
	if _, err := v.request.Cookie(v.cookieName()); err == nil {
		return ""
	}
	return s.say("remember.label", "days", strconv.Itoa(v.settings.RememberDays))
}

// recognise finds the device of the browser before a proof. A cookie that does not count is taken away, whatever the
// reason was.
func (v *visit) recognise(ctx context.Context) error {
	shown, err := v.request.Cookie(v.cookieName())
	if err != nil || v.settings.RememberDays <= 0 {
		return nil //nolint:nilerr // most browsers have none
	}
	known, err := v.hosted.StepUp.Recognise(ctx, v.pass.Caller, mfa.NewSecret([]byte(shown.Value)), v.pass.Source)
	switch {
	case err != nil && mfa.CodeOf(err) == mfa.Internal:
		return err
	case err != nil || known.User.ID != v.pass.UserID:
		v.setCookie("", -1)
		return nil //nolint:nilerr // a cookie that does not count is no reason to refuse its person
	}
	if v.pass.DeviceID == "" {
		v.pass.DeviceID = known.Device.DeviceID
	}
	v.setCookie(string(known.Token.Reveal()), int(known.Until.Sub(v.now()).Seconds()))
	return nil
}

// consent reports whether the form asks to remember the browser, and gives it an id where the application told none.
func (v *visit) consent() bool {
	if v.settings.RememberDays <= 0 || v.form.Get("remember") != "yes" {
		return false
	}
	if v.pass.DeviceID == "" {
		v.pass.DeviceID = uuid.NewString()
	}
	return true
}

// trust remembers the browser after a proof.
func (v *visit) trust(ctx context.Context, p stepup.Pass) error {
	got, err := v.hosted.StepUp.Remember(ctx, p)
	if err != nil {
		return err
	}
	v.setCookie(string(got.Token.Reveal()), int(got.Until.Sub(v.now()).Seconds()))
	return nil
}

// setCookie keeps a token for the pages alone. In somebody's frame browsers keep it only if it says that it is meant to
// be there, apart from what they keep for other sites.
func (v *visit) setCookie(value string, seconds int) {
	c := &http.Cookie{ //nolint:gosec // secure wherever the server is reached by https
		Name: v.cookieName(), Value: value, Path: root, MaxAge: seconds, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: v.secure(),
	}
	if v.asked.Popup && v.secure() {
		c.SameSite, c.Partitioned = http.SameSiteNoneMode, true
	}
	v.cookie = c
}

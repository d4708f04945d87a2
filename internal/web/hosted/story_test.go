package hosted_test

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // what authenticator apps use
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

const number = "+447700900123"

func TestSomebodyWithoutAnythingEnrolsAPhoneAndReturns(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.track(shopTenant, "ann", "withdraw")
	r := w.reader()
	r.open(w.address(p))
	r.on("enrol")
	r.lacks(`data-testid="way-push"`, `data-testid="way-recovery_code"`)
	r.follow("way-sms")
	r.on("address")
	r.submit("go", "address", "0123")
	if r.on("address"); r.status != 422 {
		t.Errorf("a number that is none: status %d", r.status)
	}
	r.has(`value="0123"`, `aria-invalid="true"`, "country code")
	r.submit("go", "address", number)
	r.on("code")
	r.has("•••• 123")
	r.lacks(number)
	r.submit("go", "code", "000000")
	r.on("code")
	r.has("That code is wrong")
	r.submit("go", "code", w.sentCode())
	r.on("offer")
	if got := w.state(p); got != mfa.ActionChallengeSucceeded {
		t.Fatalf("the action is %s", got)
	}
	r.submit("go")
	r.has(`data-testid="codes"`)
	codes := strings.Count(r.body, "<li><code>")
	if codes < 5 {
		t.Errorf("%d recovery codes", codes)
	}
	r.follow("go")
	r.on("done")
	r.has("You are protected")
	back, err := url.Parse(r.link("leave"))
	w.must(err)
	if !strings.HasPrefix(back.String(), w.shop+"/back?order=7&token=") {
		t.Errorf("back to %s", back)
	}
	if pass, _, err := w.Dialect.Open(t.Context(), back.Query().Get("token")); err != nil || pass.ActionID != p.ActionID {
		t.Errorf("the token stands for %v, %v", pass.ActionID, err)
	}
	if r.header.Get("Refresh") != "" {
		t.Error("the page leaves before it was read")
	}
}

// enrolled gives somebody a phone that is theirs.
func (w *world) enrolled(alias string) {
	w.t.Helper()
	p := w.track(shopTenant, alias, "enrol")
	_, err := w.StepUp.EnrolAddress(w.t.Context(), p, mfa.MethodSMS, number)
	w.must(err)
	got, err := w.StepUp.CheckCode(w.t.Context(), p, mfa.MethodSMS, w.sentCode())
	w.must(err)
	if !got.Verified {
		w.t.Fatalf("not enrolled: %+v", got)
	}
	w.must(func() error { _, err := w.StepUp.MakeRecovery(w.t.Context(), got.Pass); return err }())
}

func TestSomebodyEnrolledProvesAndIsSentBackAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrolled("ann")
	p := w.track(shopTenant, "ann", "withdraw")
	r := w.reader()
	sent := len(w.messages(shopTenant))
	r.open(w.address(p))
	r.on("send")
	if len(w.messages(shopTenant)) != sent {
		t.Error("something was sent because somebody looked")
	}
	r.submit("go")
	r.on("code")
	r.open(r.at)
	if r.on("code"); len(w.messages(shopTenant)) != sent+1 {
		t.Error("reloading sends again")
	}
	code := w.sentCode()
	first := r.body
	r.submit("go", "code", code)
	r.on("done")
	if got := r.header.Get("Refresh"); !strings.HasPrefix(got, "0;url="+w.shop+"/back?order=7&token=") {
		t.Errorf("refresh %q", got)
	}
	r.body = first // a second tab, or the way back
	r.submit("go", "code", code)
	r.on("done")
	r.open(w.address(p))
	r.on("done")
}

func TestAnAuthenticatorAppIsSetUpByPictureOrByText(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.track(shopTenant, "ann", "withdraw")
	r := w.reader()
	r.open(w.address(p))
	r.follow("way-totp")
	r.on("setup")
	r.has(`data-testid="picture"`, "otpauth://totp/")
	before := r.body
	r.open(r.at)
	if secretOf(t, before) != secretOf(t, r.body) {
		t.Error("reloading shows another secret")
	}
	r.submit("go", "code", "")
	r.has("Enter the code first")
	r.submit("go", "code", w.appCode(secretOf(t, r.body)))
	r.on("offer")
	r.follow("skip")
	r.on("done")

	again := w.track(shopTenant, "ann", "withdraw")
	r.open(w.address(again))
	r.on("totp")
	w.Clock.Advance(30 * time.Second)
	r.submit("go", "code", w.appCode(secretOf(t, before)))
	if got := w.state(again); got != mfa.ActionChallengeSucceeded {
		t.Errorf("the action is %s", got)
	}
}

func secretOf(t *testing.T, body string) string {
	t.Helper()
	_, rest, found := strings.Cut(body, `data-copy="`)
	secret, _, _ := strings.Cut(rest, `"`)
	if !found {
		t.Fatalf("there is no secret in %s", body)
	}
	return secret
}

// appCode is what an app that knows the secret shows.
func (w *world) appCode(secret string) string {
	w.t.Helper()
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	w.must(err)
	var step [8]byte
	binary.BigEndian.PutUint64(step[:], uint64(w.Clock.Now().Unix()/30))
	mac := hmac.New(sha1.New, key)
	mac.Write(step[:])
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%06d", (binary.BigEndian.Uint32(sum[offset:])&0x7fffffff)%1_000_000)
}

func TestALinkIsFollowedElsewhereAndCountsOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.track(shopTenant, "ann", "withdraw", func(r *mfa.ActionRequest) { r.Email = "ann@example.com" })
	r := w.reader()
	r.open(w.address(p))
	r.follow("way-email_magic_link")
	r.on("send")
	r.has("a••••@example.com")
	r.lacks("ann@example.com")
	r.submit("go")
	r.on("link")
	r.has(`http-equiv="refresh"`)
	link := w.sentLink()

	phone := w.reader()
	phone.open(link)
	phone.on("landing")
	phone.open(link)
	phone.on("landing")
	if got := w.state(p); got != mfa.ActionChallengeRequired {
		t.Fatalf("looking at a link made the action %s", got)
	}
	r.open(r.at)
	r.on("link")
	phone.submit("go")
	phone.on("confirmed")
	if strings.Contains(phone.body, r.token()) || phone.link("leave") != "" {
		t.Error("the page behind the link goes on by itself")
	}
	phone.open(link)
	if phone.on("gone"); phone.status != 410 {
		t.Errorf("a used link: status %d", phone.status)
	}
	r.open(r.at)
	r.on("offer")
	if got := w.state(p); got != mfa.ActionChallengeSucceeded {
		t.Errorf("the action is %s", got)
	}
}

func TestARecoveryCodeStandsInForAnyWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enrolled("ann")
	codes := w.freshCodes("ann")
	p := w.track(shopTenant, "ann", "withdraw")
	r := w.reader()
	r.open(w.address(p))
	r.follow("to-recovery")
	r.on("recovery")
	r.submit("go", "code", "nonsense")
	r.on("recovery")
	r.has("That code is wrong")
	r.submit("go", "code", codes[0])
	r.on("done")
	if got := w.state(p); got != mfa.ActionChallengeSucceeded {
		t.Errorf("the action is %s", got)
	}
	other := w.track(shopTenant, "ann", "withdraw")
	r.open(w.address(other))
	r.follow("to-recovery")
	r.submit("go", "code", codes[0])
	if r.on("recovery"); w.state(other) != mfa.ActionChallengeRequired {
		t.Error("a recovery code counts twice")
	}
}

// freshCodes are somebody's recovery codes, made anew.
func (w *world) freshCodes(alias string) []string {
	w.t.Helper()
	p := w.track(shopTenant, alias, "codes")
	p.Scopes = []string{"read:authenticators", "update:authenticators"}
	codes, err := w.StepUp.MakeRecovery(w.t.Context(), p)
	w.must(err)
	return codes
}

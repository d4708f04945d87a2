package authsignal

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/authsignal"
	"github.com/twinseal/twinseal/e2e/harness"
	"github.com/twinseal/twinseal/internal/factor/passkey/passkeytest"
)

// TestWhatExpiresIsOver moves the clock: tokens end, and the log is told once theirs have.
func TestWhatExpiresIsOver(t *testing.T) {
	t.Parallel()
	harness.Each(t, func(t *testing.T, engine harness.Engine) {
		w := newSite(t, engine)
		user := fresh()
		got := w.trackHooked(t, user, "signIn", attributes{"email": "ann@example.com", "ipAddress": "203.0.113.7"})
		w.Advance(t, 11*time.Minute)
		w.bad(t, http.StatusUnauthorized, "expired_token", http.MethodPost, "/client/verify/totp", bearer(got.Token), attributes{"verificationCode": "000000"})
		var v validated
		w.good(t, &v, http.MethodPost, "/validate", basic(hookedSecret), attributes{"token": got.Token})
		if v.IsValid {
			t.Errorf("an expired token: %+v", v)
		}
		w.Advance(t, 10*time.Minute)
		told := w.callbacks.Await(t, "the log", toPath("/logs", user))
		hook := ok(authsignal.NewWebhook([]authsignal.Secret{hookedSecret}, authsignal.WithTolerance(0)))(t)
		events := ok(hook.ConstructLogEvents(told.Body, told.Header.Get(authsignal.SignatureHeader)))(t)
		i := slices.IndexFunc(events, func(e authsignal.Event) bool {
			return e.Type == authsignal.EventActionLogged && strings.Contains(string(e.Data), user)
		})
		if i < 0 {
			t.Fatalf("the log is %s", told.Body)
		}
		var logged authsignal.ActionLogged
		if err := events[i].Decode(&logged); err != nil || string(logged.UserID) != user || logged.State != authsignal.ChallengeRequired || logged.Outcome != authsignal.OutcomeChallenge {
			t.Errorf("logged %+v, %v", logged, err)
		}
	})
}

// TestAFileAndAConsoleDoNotUndoEachOther: what the management API changed since stays when the file comes again.
func TestAFileAndAConsoleDoNotUndoEachOther(t *testing.T) {
	t.Parallel()
	harness.Each(t, func(t *testing.T, engine harness.Engine) {
		w := newSite(t, engine)
		w.good(t, nil, http.MethodPatch, "/management/tenant", basic(managementKey), attributes{"name": "Changed", "tokenDurationInMinutes": 20})
		w.good(t, nil, http.MethodPost, "/management/action-configurations/transfer/rules", basic(managementKey), attributes{
			"name": "Later", "type": "REVIEW", "priority": 50, "isActive": true, "conditions": json.RawMessage(`{"==":[{"var":"device.isBot"},true]}`),
		})
		const small = `organizations: [{name: Acme, directories: [{name: customers, applications: [{name: Shop, passkeys: {url: "SITE"}, authsignal: {tenant_id: ` + tenantID + `, hide_logo: true}}]}]}]`
		file := filepath.Join(t.TempDir(), "shop.yaml")
		harness.Write(t, file, strings.Replace(small, "SITE", w.site.url, 1))
		if out := w.Operate(t, "apply", "-f", file); !strings.HasPrefix(out, "0 created, 1 updated, 2 unchanged") {
			t.Errorf("applied: %s", out)
		}
		harness.Until(t, "the change to be seen", func() (bool, bool) {
			var tenant struct {
				Name                   string
				HideAuthsignalLogo     bool
				TokenDurationInMinutes int
			}
			w.good(t, &tenant, http.MethodGet, "/management/tenant", basic(managementKey), nil)
			return true, tenant.HideAuthsignalLogo && tenant.Name == "Changed" && tenant.TokenDurationInMinutes == 20
		})
		var rules []struct{ Name string }
		w.good(t, &rules, http.MethodGet, "/management/action-configurations/transfer/rules", basic(managementKey), nil)
		if len(rules) != 3 {
			t.Errorf("the rules are %+v", rules)
		}
	})
}

// TestTwoNodesAreOneTenant: what is tracked at one is asked, answered and validated at the other.
func TestTwoNodesAreOneTenant(t *testing.T) {
	t.Parallel()
	w := newSite(t, harness.PostgreSQL)
	other := *w
	other.Server = w.Node(t)
	user := fresh()
	phone := newPhone(t, w)
	phone.enrol(w.track(t, user, "signIn", nil).Token, "push")
	got := w.track(t, user, "signIn", attributes{"idempotencyKey": "one"})
	if again := other.track(t, user, "signIn", attributes{"idempotencyKey": "one"}); again.State != got.State || again.IdempotencyKey != "one" {
		t.Errorf("tracked again elsewhere: %+v", again)
	}
	var asked struct{ ChallengeID string }
	w.good(t, &asked, http.MethodPost, "/client/challenge/push", bearer(got.Token), attributes{"action": "signIn"})
	phone.w = &other
	phone.answer("push", phone.pending().ChallengeID, true)
	var out pushed
	w.good(t, &out, http.MethodPost, "/client/verify/push", bearer(got.Token), attributes{"challengeId": asked.ChallengeID})
	var v validated
	other.good(t, &v, http.MethodPost, "/validate", basic(secretKey), attributes{"token": out.AccessToken, "userId": user})
	if !out.IsVerified || !v.IsValid {
		t.Errorf("answered %+v, validated %+v", out, v)
	}
}

// TestTheVendorsFixtureIsShown: the suites of four SDKs look for a user whose passkey has the name of its model and the
// browser that made it.
func TestTheVendorsFixtureIsShown(t *testing.T) {
	t.Parallel()
	const fixture = "b60429a1-6288-43dc-80c0-6a3e73dd51b9"
	const chrome = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"
	harness.Each(t, func(t *testing.T, engine harness.Engine) {
		w := newSite(t, engine)
		device := passkeytest.New(passkeytest.Options{AAGUID: [16]byte{0xfb, 0xfc, 0x30, 0x07, 0x15, 0x4e, 0x4e, 0xcc, 0x8c, 0x0b, 0x6e, 0x02, 0x05, 0x57, 0xd7, 0xbd}})
		token := w.track(t, fixture, "signIn", nil).Token
		var begun struct {
			ChallengeID string
			Options     json.RawMessage
		}
		w.good(t, &begun, http.MethodPost, "/client/user-authenticators/passkey/registration-options", bearer(token), attributes{"username": "jo"})
		made, err := device.Create(w.site.url, begun.Options)
		if err != nil {
			t.Fatal(err)
		}
		id := portText(made.CredentialID)
		body, err := json.Marshal(attributes{"challengeId": begun.ChallengeID, "registrationCredential": attributes{
			"id": id, "rawId": id, "type": "public-key", "clientExtensionResults": attributes{}, "authenticatorAttachment": "platform",
			"response": attributes{"clientDataJSON": portText(made.ClientData), "attestationObject": portText(made.Attestation), "transports": []string{"internal"}},
		}})
		if err != nil {
			t.Fatal(err)
		}
		got := w.Send(t, harness.Request{Method: http.MethodPost, Path: "/v1/client/user-authenticators/passkey", Type: "application/json", Body: string(body), Header: http.Header{
			"Authorization": {bearer(token)}, "User-Agent": {chrome}, "Origin": {w.site.url},
		}})
		if got.Status != http.StatusOK {
			t.Fatalf("registered %d %s", got.Status, got.Body)
		}
		var list []authenticator
		w.good(t, &list, http.MethodGet, "/users/"+fixture+"/authenticators", basic(secretKey), nil)
		if len(list) != 1 || list[0].WebauthnCredential == nil {
			t.Fatalf("there are %+v", list)
		}
		c := list[0].WebauthnCredential
		if c.AaguidMapping.Name != "iCloud Keychain" || !strings.HasPrefix(c.AaguidMapping.SvgIconLight, "data:image/svg+xml") || c.AaguidMapping.SvgIconDark == "" || c.ParsedUserAgent.Browser.Name != "Chrome" {
			t.Errorf("the passkey is %+v", c)
		}
	})
}

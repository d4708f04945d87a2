package authsignal_test

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/authsignal"
)

// sent is a call as the protocol wants it, with an answer and what the port makes
// of it.
type sent struct {
	make   func(context.Context, *world) (any, error)
	method string
	path   string
	body   string
	answer string
	want   any
}

// on makes a call whose result is anything.
func on[T any](call func(context.Context, *authsignal.Authsignal) (T, error)) func(context.Context, *world) (any, error) {
	return func(ctx context.Context, w *world) (any, error) { return call(ctx, w.app) }
}

const (
	made    = "2025-02-20T01:51:56.070Z"
	success = `{"success":true}`
)

var calls = map[string]sent{
	"track with everything": {
		on(func(ctx context.Context, a *authsignal.Authsignal) (*authsignal.Tracked, error) {
			return a.Track(ctx, jo, withdraw, authsignal.Attributes{
				IdempotencyKey: "k1", RedirectURL: "https://shop.example/back?a=b", RedirectToSettings: true, Email: "jo@example.net", PhoneNumber: "+4915112345678",
				Username: "jo", DeviceID: "d1", UserAgent: "Firefox", IPAddress: "192.0.2.1", Custom: map[string]any{"amount": 12.5, "to": "<Ann & Co>"},
				Scope: authsignal.AddAuthenticators, ChallengeID: "c1", Locale: "de-AT", CustomDomain: "mfa.shop.example",
			})
		}),
		http.MethodPost, "/v1/users/jo%7C7/actions/withdraw",
		`{"idempotencyKey":"k1","redirectUrl":"https://shop.example/back?a=b","redirectToSettings":true,"email":"jo@example.net",
			"phoneNumber":"+4915112345678","username":"jo","deviceId":"d1","userAgent":"Firefox","ipAddress":"192.0.2.1","custom":{"amount":12.5,"to":"<Ann & Co>"},
			"scope":"add:authenticators","challengeId":"c1","locale":"de-AT","customDomain":"mfa.shop.example"}`,
		`{"idempotencyKey":"k1","state":"CHALLENGE_REQUIRED","url":"https://mfa.example/challenge?token=t","token":"t","isEnrolled":true,
			"enrolledVerificationMethods":["SMS","PASSKEY"],"allowedVerificationMethods":["SMS"],"defaultVerificationMethod":"SMS","ruleIds":["r1"]}`,
		&authsignal.Tracked{
			IdempotencyKey: "k1", State: authsignal.ChallengeRequired, URL: "https://mfa.example/challenge?token=t", Token: "t", IsEnrolled: true,
			Enrolled: []authsignal.Method{authsignal.SMS, authsignal.Passkey}, Allowed: []authsignal.Method{authsignal.SMS},
			Default: authsignal.SMS, RuleIDs: []authsignal.RuleID{"r1"},
		},
	},
	"get action": {
		on(func(ctx context.Context, a *authsignal.Authsignal) (*authsignal.Action, error) {
			return a.GetAction(ctx, "a b", withdraw, "k 1")
		}),
		http.MethodGet, "/v1/users/a%20b/actions/withdraw/k%201", "",
		`{"state":"ALLOW","createdAt":"` + made + `","stateUpdatedAt":"` + made + `","verificationMethod":"PUSH","priorityRuleId":"r1",
			"rules":[{"ruleId":"r1","name":"Office","description":"d","metadata":{}}],"ruleIds":["r1","r2"],"output":{"custom":{}}}`,
		&authsignal.Action{
			State: authsignal.Allow, CreatedAt: moment(made), StateSince: moment(made), Method: authsignal.Push, DecidingRule: "r1",
			Rules:   []authsignal.RuleSeen{{ID: "r1", Name: "Office", Description: "d", Metadata: json.RawMessage("{}")}},
			RuleIDs: []authsignal.RuleID{"r1", "r2"}, Output: json.RawMessage(`{"custom":{}}`),
		},
	},
	"update action": {
		on(func(ctx context.Context, a *authsignal.Authsignal) (*authsignal.Action, error) {
			return a.UpdateAction(ctx, jo, withdraw, "k1", authsignal.ReviewFailed)
		}),
		http.MethodPatch, "/v1/users/jo%7C7/actions/withdraw/k1", `{"state":"REVIEW_FAILED"}`,
		`{"state":"REVIEW_FAILED"}`, &authsignal.Action{State: authsignal.ReviewFailed},
	},
	"query actions": {
		on(func(ctx context.Context, a *authsignal.Authsignal) ([]authsignal.PastAction, error) {
			return a.QueryUserActions(ctx, jo, authsignal.ActionQuery{
				From: moment(made), Codes: []authsignal.ActionCode{"a", "b"}, State: authsignal.Block,
			})
		}),
		http.MethodGet, "/v1/users/jo%7C7/actions?codes=a%2Cb&fromDate=2025-02-20T01%3A51%3A56.070Z&state=BLOCK", "",
		`[{"actionCode":"a","idempotencyKey":"k","state":"BLOCK","createdAt":"` + made + `","countryCode":"DE","verifiedByAuthenticatorId":"x"}]`,
		[]authsignal.PastAction{{Code: "a", IdempotencyKey: "k", State: authsignal.Block, CreatedAt: moment(made), CountryCode: "DE", AuthenticatorID: "x"}},
	},
	"validate": {
		on(func(ctx context.Context, a *authsignal.Authsignal) (*authsignal.Validated, error) {
			return a.ValidateChallenge(ctx, "t", authsignal.Expected{UserID: jo, Action: withdraw})
		}),
		http.MethodPost, "/v1/validate", `{"token":"t","userId":"jo|7","action":"withdraw"}`,
		`{"isValid":true,"state":"CHALLENGE_SUCCEEDED","userId":"jo|7","action":"withdraw","actionCode":"withdraw","idempotencyKey":"k1","verificationMethod":"SMS"}`,
		&authsignal.Validated{
			IsValid: true, State: authsignal.ChallengeSucceeded, UserID: jo, Action: withdraw, IdempotencyKey: "k1", Method: authsignal.SMS,
		},
	},
	"get user": {
		on(func(ctx context.Context, a *authsignal.Authsignal) (*authsignal.User, error) {
			return a.GetUser(ctx, jo)
		}),
		http.MethodGet, "/v1/users/jo%7C7", "", `{"isEnrolled":false,"emailVerified":false,"phoneNumberVerified":true,"custom":{"tier":"gold"}}`,
		&authsignal.User{UserID: jo, PhoneVerified: true, Custom: map[string]any{"tier": "gold"}},
	},
	"update user": {
		on(func(ctx context.Context, a *authsignal.Authsignal) (*authsignal.User, error) {
			return a.UpdateUser(ctx, jo, authsignal.UserChange{PhoneNumber: new("9876543210"), EmailVerified: new(false), Default: new(authsignal.SMS)})
		}),
		http.MethodPatch, "/v1/users/jo%7C7", `{"phoneNumber":"9876543210","emailVerified":false,"defaultVerificationMethod":"SMS"}`,
		`{"userId":"jo|7","phoneNumber":"9876543210"}`, &authsignal.User{UserID: jo, PhoneNumber: "9876543210"},
	},
	"delete user": {
		func(ctx context.Context, w *world) (any, error) { return nil, w.app.DeleteUser(ctx, jo) },
		http.MethodDelete, "/v1/users/jo%7C7", "", success, nil,
	},
	"delete user and actions": {
		func(ctx context.Context, w *world) (any, error) { return nil, w.app.DeleteUserAndActions(ctx, jo) },
		http.MethodDelete, "/v1/users/jo%7C7?actions=true", "", success, nil,
	},
	"query users": {
		on(func(ctx context.Context, a *authsignal.Authsignal) (*authsignal.UserPage, error) {
			return a.QueryUsers(ctx, authsignal.UserQuery{Email: "jo+1@example.net", Token: "x.y", Limit: 5, After: "ann"})
		}),
		http.MethodGet, "/v1/users?email=jo%2B1%40example.net&lastEvaluatedUserId=ann&limit=5&token=x.y", "",
		`{"users":[{"userId":"jo","emailVerified":true}],"lastEvaluatedUserId":"jo","tokenPayload":{"sub":"1"}}`,
		&authsignal.UserPage{Users: []authsignal.User{{UserID: "jo", EmailVerified: true}}, Next: "jo", TokenPayload: json.RawMessage(`{"sub":"1"}`)},
	},
	"get authenticators": {
		on(func(ctx context.Context, a *authsignal.Authsignal) ([]authsignal.Authenticator, error) {
			return a.GetAuthenticators(ctx, jo)
		}),
		http.MethodGet, "/v1/users/jo%7C7/authenticators", "",
		`[{"userAuthenticatorId":"x","userId":"jo|7","verificationMethod":"PASSKEY","createdAt":"` + made + `","webauthnCredential":{"credentialId":"AAEC",
			"deviceId":"d","name":"Phone","credentialBackedUp":true,"aaguidMapping":{"name":"iCloud","svgIconLight":"data:","svgIconDark":"data:"}}}]`,
		[]authsignal.Authenticator{{
			ID: "x", UserID: jo, Method: authsignal.Passkey, CreatedAt: moment(made), Credential: &authsignal.WebauthnCredential{
				CredentialID: "AAEC", DeviceID: "d", Name: "Phone", BackedUp: true,
				AAGUIDMapping: &authsignal.AAGUIDMapping{Name: "iCloud", IconLight: "data:", IconDark: "data:"},
			},
		}},
	},
	"enroll by app": {
		on(func(ctx context.Context, a *authsignal.Authsignal) (*authsignal.Enrolled, error) {
			return a.EnrollVerifiedAuthenticator(ctx, jo, authsignal.NewAuthenticator{
				Method: authsignal.AuthenticatorApp, OTPURI: "otpauth://totp/x?secret=A", IsDefault: true,
			})
		}),
		http.MethodPost, "/v1/users/jo%7C7/authenticators", `{"verificationMethod":"AUTHENTICATOR_APP","otpUri":"otpauth://totp/x?secret=A","isDefault":true}`,
		`{"authenticator":{"userAuthenticatorId":"x","userId":"jo|7"},"recoveryCodes":["a","b"]}`,
		&authsignal.Enrolled{Authenticator: authsignal.Authenticator{ID: "x", UserID: jo}, RecoveryCodes: []authsignal.Secret{"a", "b"}},
	},
	"enroll a passkey": {
		on(func(ctx context.Context, a *authsignal.Authsignal) (*authsignal.Enrolled, error) {
			return a.EnrollVerifiedAuthenticator(ctx, jo, authsignal.NewAuthenticator{Passkey: &authsignal.PasskeyImport{CredentialID: "AA", PublicKey: "BB"}})
		}),
		http.MethodPost, "/v1/users/jo%7C7/authenticators", `{"verificationMethod":"PASSKEY","credentialId":"AA","credentialPublicKey":"BB"}`,
		`{"authenticator":{"userAuthenticatorId":"x","userId":"jo|7"}}`,
		&authsignal.Enrolled{Authenticator: authsignal.Authenticator{ID: "x", UserID: jo}},
	},
	"delete authenticator": {
		func(ctx context.Context, w *world) (any, error) { return nil, w.app.DeleteAuthenticator(ctx, jo, "x") },
		http.MethodDelete, "/v1/users/jo%7C7/authenticators/x", "", success, nil,
	},
	"batch": {
		on(func(ctx context.Context, a *authsignal.Authsignal) (*authsignal.BatchResult, error) {
			return a.BatchEnrollVerifiedAuthenticators(ctx, []authsignal.UserPasskey{{UserID: jo, Passkey: authsignal.PasskeyImport{
				CredentialID: "AA", PublicKey: "BB", Name: "n", Transports: []string{"usb"}, AAGUID: "g",
			}}})
		}),
		http.MethodPost, "/v1/users/authenticators",
		`{"authenticators":[{"userId":"jo|7","verificationMethod":"PASSKEY","credentialId":"AA","credentialPublicKey":"BB","name":"n","transports":["usb"],"aaguid":"g"}]}`,
		`{"total":1,"succeeded":0,"failed":1,"failures":[{"userId":"jo|7","credentialId":"AA","errorCode":"conflict","errorDescription":"taken\n"}]}`,
		&authsignal.BatchResult{Total: 1, Failed: 1, Failures: []authsignal.BatchFailure{{UserID: jo, CredentialID: "AA", Code: "conflict", Message: "taken "}}},
	},
	"get methods": {
		on(func(ctx context.Context, a *authsignal.Authsignal) ([]authsignal.MethodSetting, error) {
			return a.GetMethods(ctx)
		}),
		http.MethodGet, "/v1/authenticators", "", `[{"authenticatorId":"x","verificationMethod":"SMS","isActive":true}]`,
		[]authsignal.MethodSetting{{ID: "x", Method: authsignal.SMS, IsActive: true}},
	},
	"challenge": {
		on(func(ctx context.Context, a *authsignal.Authsignal) (*authsignal.Challenge, error) {
			return a.Challenge(ctx, authsignal.NewChallenge{Method: authsignal.SMS, Action: "signIn", PhoneNumber: "+491", Channel: authsignal.ChannelWhatsApp})
		}),
		http.MethodPost, "/v1/challenge", `{"verificationMethod":"SMS","action":"signIn","phoneNumber":"+491","smsChannel":"WHATSAPP"}`,
		`{"challengeId":"c1","idempotencyKey":"k1","expiresAt":1740016316}`,
		&authsignal.Challenge{ID: "c1", IdempotencyKey: "k1", ExpiresAt: time.Unix(1740016316, 0).UTC()},
	},
	"challenge again": {
		on(func(ctx context.Context, a *authsignal.Authsignal) (*authsignal.Challenge, error) {
			return a.Challenge(ctx, authsignal.NewChallenge{ChallengeID: "c1"})
		}),
		http.MethodPost, "/v1/challenge", `{"challengeId":"c1"}`, `{"challengeId":"c1"}`, &authsignal.Challenge{ID: "c1"},
	},
	"verify": {
		on(func(ctx context.Context, a *authsignal.Authsignal) (*authsignal.Verified, error) {
			return a.Verify(ctx, "c1", "123456")
		}),
		http.MethodPost, "/v1/verify", `{"challengeId":"c1","verificationCode":"123456"}`, `{"isVerified":false,"failureReason":"MAX_ATTEMPTS_EXCEEDED"}`,
		&authsignal.Verified{Failure: authsignal.MaxAttemptsExceeded},
	},
	"claim": {
		on(func(ctx context.Context, a *authsignal.Authsignal) (*authsignal.Claimed, error) {
			return a.ClaimChallenge(ctx, "c1", jo, authsignal.Claim{SkipVerificationCheck: true})
		}),
		http.MethodPost, "/v1/claim", `{"challengeId":"c1","userId":"jo|7","skipVerificationCheck":true}`, `{"token":"t","verificationMethod":"SMS"}`,
		&authsignal.Claimed{Token: "t", Method: authsignal.SMS},
	},
	"get challenge": {
		on(func(ctx context.Context, a *authsignal.Authsignal) (*authsignal.OpenChallenge, error) {
			return a.GetChallenge(ctx, authsignal.ChallengeQuery{UserID: jo, Action: "signIn", Method: authsignal.EmailOTP})
		}),
		http.MethodGet, "/v1/challenges?action=signIn&userId=jo%7C7&verificationMethod=EMAIL_OTP", "",
		`{"challengeId":"c1","expiresAt":1740016316,"email":"jo@example.net","action":"signIn"}`,
		&authsignal.OpenChallenge{ID: "c1", ExpiresAt: time.Unix(1740016316, 0).UTC(), Email: "jo@example.net", Action: "signIn"},
	},
	"create session": {
		on(func(ctx context.Context, a *authsignal.Authsignal) (*authsignal.Session, error) {
			return a.CreateSession(ctx, authsignal.NewSession{Token: "t", ClientID: "app", Action: withdraw})
		}),
		http.MethodPost, "/v1/sessions", `{"token":"t","clientId":"app","action":"withdraw"}`, `{"accessToken":"a","refreshToken":"r"}`,
		&authsignal.Session{Access: "a", Refresh: "r"},
	},
	"validate session": {
		on(func(ctx context.Context, a *authsignal.Authsignal) (*authsignal.SessionUser, error) {
			return a.ValidateSession(ctx, "a", "app", "web")
		}),
		http.MethodPost, "/v1/sessions/validate", `{"accessToken":"a","clientIds":["app","web"]}`,
		`{"user":{"userId":"jo|7","email":"jo@example.net"},"expiresAt":1740016316,"verificationMethod":"PASSKEY"}`,
		&authsignal.SessionUser{
			User: authsignal.User{UserID: jo, Email: "jo@example.net"}, ExpiresAt: time.Unix(1740016316, 0).UTC(), Method: authsignal.Passkey,
		},
	},
	"refresh session": {
		on(func(ctx context.Context, a *authsignal.Authsignal) (*authsignal.Session, error) {
			return a.RefreshSession(ctx, "r")
		}),
		http.MethodPost, "/v1/sessions/refresh", `{"refreshToken":"r"}`, `{"accessToken":"a","refreshToken":"r2"}`,
		&authsignal.Session{Access: "a", Refresh: "r2"},
	},
	"revoke session": {
		func(ctx context.Context, w *world) (any, error) { return nil, w.app.RevokeSession(ctx, "a") },
		http.MethodPost, "/v1/sessions/revoke", `{"accessToken":"a"}`, success, nil,
	},
	"revoke sessions of a user": {
		func(ctx context.Context, w *world) (any, error) { return nil, w.app.RevokeUserSessions(ctx, jo) },
		http.MethodPost, "/v1/sessions/user/revoke", `{"userId":"jo|7"}`, success, nil,
	},
	"get devices": {
		on(func(ctx context.Context, a *authsignal.Authsignal) ([]authsignal.UserDevice, error) {
			return a.GetDevices(ctx, jo)
		}),
		http.MethodGet, "/v1/users/jo%7C7/devices", "", `[{"deviceId":"d","userId":"jo|7","lastVerificationMethod":"SMS","invalidatedAt":null}]`,
		[]authsignal.UserDevice{{ID: "d", UserID: jo, LastMethod: authsignal.SMS}},
	},
	"remember device": {
		on(func(ctx context.Context, a *authsignal.Authsignal) (*authsignal.UserDevice, error) {
			return a.RememberDevice(ctx, jo, "d", moment(made))
		}),
		http.MethodPatch, "/v1/users/jo%7C7/devices/d", `{"rememberedUntil":"` + made + `"}`,
		`{"deviceId":"d","userId":"jo|7","rememberedUntil":"` + made + `"}`,
		&authsignal.UserDevice{ID: "d", UserID: jo, RememberedUntil: moment(made)},
	},
	"forget device": {
		on(func(ctx context.Context, a *authsignal.Authsignal) (*authsignal.UserDevice, error) {
			return a.RememberDevice(ctx, jo, "d", time.Time{})
		}),
		http.MethodPatch, "/v1/users/jo%7C7/devices/d", `{"rememberedUntil":null}`, `{"deviceId":"d","userId":"jo|7"}`,
		&authsignal.UserDevice{ID: "d", UserID: jo},
	},
	"invalidate device": {
		on(func(ctx context.Context, a *authsignal.Authsignal) (*authsignal.UserDevice, error) {
			return a.InvalidateDevice(ctx, jo, "d")
		}),
		http.MethodPost, "/v1/users/jo%7C7/devices/d/invalidate", "", `{"deviceId":"d","userId":"jo|7","invalidatedAt":"` + made + `"}`,
		&authsignal.UserDevice{ID: "d", UserID: jo, InvalidatedAt: moment(made)},
	},
}

func TestEveryCallIsWhatTheProtocolSays(t *testing.T) {
	t.Parallel()
	for name, c := range calls {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			w := begin(t)
			w.answers(http.StatusOK, c.answer)
			got, err := c.make(t.Context(), w)
			if err != nil || !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %+v, %v\nwant %+v", got, err, c.want)
			}
			r := w.last(t)
			if r.Method != c.method || r.Path != c.path || !sameJSON(t, r.Body, c.body) {
				t.Errorf("sent %s %s\n%s\nwant %s %s\n%s", r.Method, r.Path, r.Body, c.method, c.path, c.body)
			}
			if wantType := c.body != ""; (r.Header.Get("Content-Type") == "application/json") != wantType || r.Header.Get("User-Agent") == "" {
				t.Errorf("headers %v", r.Header)
			}
			if strings.Contains(r.Body, `\u0026`) {
				t.Errorf("the text was changed: %s", r.Body)
			}
		})
	}
}

func TestNoCallTakesARefusalOrANonsenseForASuccess(t *testing.T) {
	t.Parallel()
	for name, c := range calls {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			w := begin(t)
			for _, answer := range []struct {
				status int
				body   string
			}{{http.StatusForbidden, c.answer}, {http.StatusInternalServerError, c.answer}, {http.StatusFound, c.answer}, {http.StatusOK, `{"a":`}, {http.StatusOK, `null`}} {
				w.answers(answer.status, answer.body)
				if _, err := c.make(t.Context(), w); err == nil && c.want != nil {
					t.Errorf("HTTP %d with %s is a success", answer.status, answer.body)
				} else if err == nil && answer.status != http.StatusOK {
					t.Errorf("HTTP %d is a success", answer.status)
				}
			}
		})
	}
}

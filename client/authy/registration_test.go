package authy_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/twinseal/twinseal/client/authy"
)

func TestRegistrationTokens(t *testing.T) {
	t.Parallel()
	client, err := authy.New(apiKey)
	if err != nil {
		t.Fatal(err)
	}
	token, err := client.RegistrationToken(authy.NewRegistration{
		AppName: "Sample App", AppID: 46113, CustomUserID: "jo-7", Life: 10 * time.Minute, IssuedAt: time.Unix(1700000000, 0),
	})
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.HS256})
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := parsed.Claims([]byte(apiKey), &claims); err != nil {
		t.Fatal(err)
	}
	inner, _ := claims["context"].(map[string]any)
	if claims["iss"] != "Sample App" || claims["iat"] != 1700000000.0 || claims["exp"] != 1700000600.0 ||
		inner["custom_user_id"] != "jo-7" || inner["authy_app_id"] != 46113.0 {
		t.Errorf("claims %v", claims)
	}
	if typ := parsed.Headers[0].ExtraHeaders["typ"]; typ != "JWT" || parsed.Headers[0].Algorithm != "HS256" {
		t.Errorf("headers %v", parsed.Headers)
	}
	if got := authy.RegistrationURI(token); got != "authy://account?token="+token {
		t.Errorf("URI %s", got)
	}
}

func TestRegistrationTokensWithAKeyOfAnyLength(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"k", "test-api-key-0001", strings.Repeat("k", 32), strings.Repeat("k", 64), strings.Repeat("k", 100)} {
		client, err := authy.New(key)
		if err != nil {
			t.Fatal(err)
		}
		token, err := client.RegistrationToken(authy.NewRegistration{AppName: "a", AppID: 1, CustomUserID: "u"})
		if err != nil {
			t.Fatalf("%d bytes: %v", len(key), err)
		}
		// Zeros at the end of a short key change nothing, by the definition of HMAC.
		padded := append([]byte(key), make([]byte, max(0, 32-len(key)))...)
		parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.HS256})
		if err != nil || parsed.Claims(padded) != nil {
			t.Errorf("%d bytes: not signed by the key: %v", len(key), err)
		}
		var claims jwt.Claims
		if err := parsed.Claims(padded, &claims); err != nil || claims.Expiry.Time().Sub(claims.IssuedAt.Time()) != 5*time.Minute {
			t.Errorf("life of %v", claims)
		}
	}
}

func TestRegistrationsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	client := unreachable(t)
	for _, r := range []authy.NewRegistration{{CustomUserID: "u"}, {AppName: "a"}, {AppName: "a", CustomUserID: "u", Life: -1}} {
		if token, err := client.RegistrationToken(r); !errors.Is(err, authy.ErrFormat) || token != "" {
			t.Errorf("%+v: %v", r, err)
		}
	}
	if _, err := client.RegistrationStatus(t.Context(), ""); !errors.Is(err, authy.ErrFormat) {
		t.Errorf("%v", err)
	}
}

func TestRegistrationStatus(t *testing.T) {
	t.Parallel()
	status := func(ctx context.Context, c *authy.Client) (any, error) { return c.RegistrationStatus(ctx, "jo 7&x") }
	const request = "GET /protected/json/registrations/status?custom_user_id=jo+7%26x"
	exchangeAll(t, []exchange{
		{
			name: "completed", call: status, request: request,
			answer: `{"message":"Registration status.","registration":{"status":"completed","authy_id":1000},"success":true}`,
			want:   &authy.Registration{State: authy.RegistrationCompleted, UserID: 1000},
		},
		{
			name: "pending", call: status, request: request,
			answer: `{"message":"Registration status.","registration":{"status":"pending"},"success":true}`,
			want:   &authy.Registration{State: authy.RegistrationPending},
		},
		{
			name: "not yet known", call: status, request: request, status: 404,
			answer: `{"message":"Registration not found","success":false,"errors":{"message":"Registration not found"},"error_code":"60035"}`,
			want:   &authy.Registration{State: authy.RegistrationPending},
		},
		{
			name: "expired", call: status,
			answer: `{"registration":{"status":"expired","authy_id":null},"success":true}`, want: &authy.Registration{State: authy.RegistrationExpired},
		},
		{name: "completed by nobody", call: status, answer: `{"registration":{"status":"completed"},"success":true}`, wantErr: authy.ErrUnexpectedAnswer},
		{name: "another state", call: status, answer: `{"registration":{"status":"done","authy_id":1},"success":true}`, wantErr: authy.ErrUnexpectedAnswer},
		{
			name: "wrong key", call: status, status: 401, wantErr: authy.ErrInvalidKey,
			answer: `{"message":"Invalid API key","success":false,"errors":{"message":"Invalid API key"},"error_code":"60001"}`,
		},
	})
}

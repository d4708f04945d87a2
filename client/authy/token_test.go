package authy_test

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/authy"
)

const validToken = `{"message":"Token is valid.","token":"is valid","success":"true","device":{"city":null,"country":"Colombia","ip":"190.130.65.251","region":null,"registration_city":null,"registration_country":"Colombia","registration_device_id":null,"registration_ip":"190.130.66.242","registration_method":"push","registration_region":null,"os_type":"android","last_account_recovery_at":null,"id":83372911,"registration_date":1490996931,"last_sync_date":1492124001}}`

func verify(token string, options authy.VerifyOptions) func(context.Context, *authy.Client) (any, error) {
	return func(ctx context.Context, c *authy.Client) (any, error) {
		return c.VerifyToken(ctx, 1000, token, options)
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	const request = "GET /protected/json/verify/0297754/1000?force=true"
	plain := verify("0297754", authy.VerifyOptions{})
	exchangeAll(t, []exchange{
		{
			name: "valid, with the device", call: plain, request: request, answer: validToken,
			want: &authy.VerifiedToken{Message: "Token is valid.", Device: &authy.Device{
				ID: "83372911", OS: "android", IP: "190.130.65.251", Country: "Colombia", RegistrationMethod: "push",
				RegistrationIP: "190.130.66.242", RegistrationCountry: "Colombia",
				RegisteredAt: time.Unix(1490996931, 0).UTC(), LastSyncAt: time.Unix(1492124001, 0).UTC(),
			}},
		},
		{
			name: "valid, of an older server", call: plain, request: request,
			answer: `{"message":"Token is valid.","token":"is valid","success":true}`, want: &authy.VerifiedToken{Message: "Token is valid."},
		},
		{
			name: "a device that cannot be read does not spoil a valid token", call: plain,
			answer: `{"message":"Token is valid.","token":"is valid","success":"true","device":{"os_type":"sms","registration_date":"soon"}}`,
			want:   &authy.VerifiedToken{Message: "Token is valid.", Device: &authy.Device{OS: "sms"}},
		},
		{
			name: "with action and address", call: verify("123456", authy.VerifyOptions{Action: "transfer 991&x", UserIP: netip.MustParseAddr("10.0.0.1")}),
			request: "GET /protected/json/verify/123456/1000?action=transfer+991%26x&force=true&user_ip=10.0.0.1",
			answer:  validToken[:strings.Index(validToken, `,"device"`)] + "}", want: &authy.VerifiedToken{Message: "Token is valid."},
		},
		{
			name: "without force", call: verify("123456", authy.VerifyOptions{AcceptUnenrolled: true}),
			request: "GET /protected/json/verify/123456/1000",
			answer:  `{"message":"Token is valid.","token":"is valid","success":"true"}`, want: &authy.VerifiedToken{Message: "Token is valid."},
		},
		{
			name: "wrong", call: plain, request: request, status: 401, wantErr: authy.ErrInvalidToken,
			answer: `{"message":"Token is invalid","token":"is invalid","success":false,"errors":{"message":"Token is invalid"},"error_code":"60020"}`,
		},
		{
			name: "used", call: plain, request: request, status: 401, wantErr: authy.ErrTokenReused,
			answer: `{"message":"Token is invalid. Token was used recently","token":"is invalid","success":false,"errors":{"message":"Token is invalid. Token was used recently"},"error_code":"60019"}`,
		},
		{
			name: "unknown user", call: plain, status: 404, wantErr: authy.ErrUserNotFound,
			answer: `{"message":"User doesn't exist","success":false,"errors":{"message":"User doesn't exist"},"error_code":"60016"}`,
		},
		{
			name: "suspended", call: plain, status: 503, wantErr: authy.ErrSuspended,
			answer: `{"message":"User has been suspended.","success":false,"errors":{"message":"User has been suspended."},"error_code":"60017"}`,
		},
		{
			name: "too many", call: plain, status: 429, wantErr: authy.ErrRateLimited,
			answer: `{"message":"DoS protection: User has requested too many tokens in the last hour.","success":false,"errors":{"message":"DoS protection: User has requested too many tokens in the last hour."},"error_code":"60003"}`,
		},
		{
			name: "the success of another call", call: plain, wantErr: authy.ErrUnexpectedAnswer,
			answer: `{"success":true,"message":"SMS token was sent","cellphone":"+1-XXX-XXX-XX34"}`,
		},
		{
			name: "a success that calls the token invalid", call: plain, wantErr: authy.ErrUnexpectedAnswer,
			answer: `{"message":"Token is valid.","token":"is invalid","success":"true"}`,
		},
		{
			name: "a valid token without success", call: plain, wantErr: authy.ErrUnexpectedAnswer,
			answer: `{"message":"Token is valid.","token":"is valid"}`,
		},
	})
}

func TestTokensThatAreNotSent(t *testing.T) {
	t.Parallel()
	client := unreachable(t)
	for _, token := range []string{"", "12345", "1234567890123", "12345a", "123 456", "..%2fsms", "../sms/1", "１２３４５６", "-123456", "+123456"} {
		_, err := client.VerifyToken(t.Context(), 1000, token, authy.VerifyOptions{})
		var format *authy.FormatError
		if !errors.As(err, &format) || format.Field != "token" {
			t.Errorf("%q: %v", token, err)
		}
		if token != "" && strings.Contains(err.Error(), token) {
			t.Errorf("the error repeats %q", token)
		}
	}
	if _, err := client.VerifyToken(t.Context(), 1000, "123456", authy.VerifyOptions{Action: strings.Repeat("é", 256)}); !errors.Is(err, authy.ErrFormat) {
		t.Errorf("a long action: %v", err)
	}
}

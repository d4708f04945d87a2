package authy_test

import (
	"context"
	"errors"
	"net/netip"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/authy"
)

func number() authy.Phone { return authy.Phone{CountryCode: 1, Number: "987-654-3210"} }

func TestStartVerification(t *testing.T) {
	t.Parallel()
	start := func(v authy.NewVerification) func(context.Context, *authy.Client) (any, error) {
		return func(ctx context.Context, c *authy.Client) (any, error) { return c.StartVerification(ctx, v) }
	}
	const request = "POST /protected/json/phones/verification/start"
	exchangeAll(t, []exchange{
		{
			name: "by SMS", call: start(authy.NewVerification{Phone: number()}), request: request,
			body:   `{"phone_number":"987-654-3210","country_code":1,"via":"sms"}`,
			answer: `{"carrier":"AT&T Wireless","is_cellphone":true,"is_ported":false,"message":"Text message sent to +1 987-654-3210.","seconds_to_expire":599,"uuid":"a1b2c3d0-0000-0135-1111-0e67b818e6fb","success":true}`,
			want: &authy.Verification{
				ID: "a1b2c3d0-0000-0135-1111-0e67b818e6fb", Message: "Text message sent to +1 987-654-3210.", Carrier: "AT&T Wireless",
				IsCellphone: true, ExpiresIn: 599 * time.Second,
			},
		},
		{
			name: "by call, with everything", request: request,
			call: start(authy.NewVerification{
				Phone: number(), Via: authy.ViaCall, Locale: "es", CodeLength: 6, CustomCode: "987654",
				CustomMessage: "Your code: {{code}}", UserIP: netip.MustParseAddr("10.0.0.1"),
			}),
			body:   `{"phone_number":"987-654-3210","country_code":1,"via":"call","locale":"es","code_length":6,"custom_code":"987654","custom_message":"Your code: {{code}}","user_ip":"10.0.0.1"}`,
			answer: `{"carrier":null,"is_cellphone":true,"is_ported":null,"message":"Llamada a +1 987-654-3210 fue iniciada.","seconds_to_expire":"599","uuid":"a1b2c3d0-0000-0135-1111-0e67b818e6fb","sms_id":"SM1","success":true}`,
			want: &authy.Verification{
				ID: "a1b2c3d0-0000-0135-1111-0e67b818e6fb", Message: "Llamada a +1 987-654-3210 fue iniciada.", IsCellphone: true,
				ExpiresIn: 599 * time.Second, SMSID: "SM1",
			},
		},
		{
			name: "bad number", call: start(authy.NewVerification{Phone: number()}), status: 400, wantErr: authy.ErrInvalidInput,
			answer: `{"message":"Phone number is invalid","success":false,"errors":{"message":"Phone number is invalid"},"error_code":"60033"}`,
		},
		{
			name: "not provisioned", call: start(authy.NewVerification{Phone: number()}), status: 403, wantErr: authy.ErrUndeliverable,
			answer: `{"message":"Phone number not provisioned with any carrier","success":false,"errors":{"message":"Phone number not provisioned with any carrier"},"error_code":"60083"}`,
		},
		{
			name: "suspended account", call: start(authy.NewVerification{Phone: number()}), status: 503, wantErr: authy.ErrSuspended,
			answer: `{"message":"Your account is suspended.","success":false,"errors":{"message":"Your account is suspended."},"error_code":"60060"}`,
		},
	})
}

func TestVerificationsThatAreNotStarted(t *testing.T) {
	t.Parallel()
	client := unreachable(t)
	for name, v := range map[string]authy.NewVerification{
		"another way":        {Phone: number(), Via: "pigeon"},
		"a short code":       {Phone: number(), CodeLength: 3},
		"a long code":        {Phone: number(), CodeLength: 11},
		"a code of letters":  {Phone: number(), CustomCode: "abcd"},
		"a short own code":   {Phone: number(), CustomCode: "123"},
		"a long own code":    {Phone: number(), CustomCode: "12345678901"},
		"a negative length":  {Phone: number(), CodeLength: -4},
		"a way in capitals ": {Phone: number(), Via: "SMS"},
	} {
		if _, err := client.StartVerification(t.Context(), v); !errors.Is(err, authy.ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, code := range []string{"", "123", "12345678901", "12a4"} {
		if err := client.CheckVerification(t.Context(), number(), code); !errors.Is(err, authy.ErrFormat) {
			t.Errorf("%q: %v", code, err)
		}
	}
	if _, err := client.VerificationStatusByID(t.Context(), ""); !errors.Is(err, authy.ErrFormat) {
		t.Errorf("empty id: %v", err)
	}
}

func TestCheckVerification(t *testing.T) {
	t.Parallel()
	check := func(ctx context.Context, c *authy.Client) (any, error) {
		return nil, c.CheckVerification(ctx, number(), "4321")
	}
	const request = "GET /protected/json/phones/verification/check?country_code=1&phone_number=987-654-3210&verification_code=4321"
	exchangeAll(t, []exchange{
		{name: "right", call: check, request: request, answer: `{"message":"Verification code is correct.","success":true}`},
		{
			name: "wrong", call: check, request: request, status: 401, wantErr: authy.ErrIncorrectCode,
			answer: `{"message":"Verification code is incorrect","success":false,"errors":{"message":"Verification code is incorrect"},"error_code":"60022"}`,
		},
		{
			name: "none pending", call: check, request: request, status: 404, wantErr: authy.ErrNotPending,
			answer: `{"message":"No pending verifications for +1 987-654-3210 found.","success":false,"errors":{"message":"No pending verifications for +1 987-654-3210 found."},"error_code":"60023"}`,
		},
	})
}

func TestVerificationStatus(t *testing.T) {
	t.Parallel()
	byPhone := func(ctx context.Context, c *authy.Client) (any, error) { return c.VerificationStatus(ctx, number()) }
	byID := func(ctx context.Context, c *authy.Client) (any, error) {
		return c.VerificationStatusByID(ctx, "a1b2 c3")
	}
	exchangeAll(t, []exchange{
		{
			name: "by number", call: byPhone, request: "GET /protected/json/phones/verification/status?country_code=1&phone_number=987-654-3210",
			answer: `{"message":"Phone Verification status.","status":"pending","seconds_to_expire":474,"success":true}`,
			want:   &authy.VerificationStatus{State: authy.VerificationPending, ExpiresIn: 474 * time.Second},
		},
		{
			name: "by id", call: byID, request: "GET /protected/json/phones/verification/status?uuid=a1b2+c3",
			answer: `{"message":"Phone Verification status.","status":"verified","seconds_to_expire":0,"success":true}`,
			want:   &authy.VerificationStatus{State: authy.VerificationVerified},
		},
		{
			name: "expired long ago", call: byPhone,
			answer: `{"message":"Phone Verification status.","status":"expired","seconds_to_expire":-20,"success":true}`,
			want:   &authy.VerificationStatus{State: authy.VerificationExpired},
		},
		{name: "another state", call: byPhone, answer: `{"status":"fine","seconds_to_expire":1,"success":true}`, wantErr: authy.ErrUnexpectedAnswer},
		{
			name: "nothing asked", call: byPhone, status: 400, wantErr: authy.ErrInvalidInput,
			answer: `{"message":"Either uuid or country_code and phone number are required","success":false,"errors":{"message":"Either uuid or country_code and phone number are required"},"error_code":"60042"}`,
		},
	})
}

func TestPhoneInfo(t *testing.T) {
	t.Parallel()
	info := func(ctx context.Context, c *authy.Client) (any, error) { return c.PhoneInfo(ctx, number()) }
	const (
		request = "GET /protected/json/phones/info?country_code=1&phone_number=987-654-3210"
		message = "Phone number information as of 2017-11-25 23:21:39 UTC"
	)
	exchangeAll(t, []exchange{
		{
			name: "known", call: info, request: request,
			answer: `{"message":"` + message + `","type":"voip","provider":"Pinger","ported":false,"success":true}`,
			want:   &authy.PhoneInfo{Message: message, AsOf: time.Date(2017, 11, 25, 23, 21, 39, 0, time.UTC), Type: authy.LineVoIP, Provider: "Pinger"},
		},
		{
			name: "little known", call: info,
			answer: `{"message":"Phone number information","type":"unknown","provider":null,"ported":true,"success":true}`,
			want:   &authy.PhoneInfo{Message: "Phone number information", Type: authy.LineUnknown, Ported: true},
		},
		{
			name: "failed", call: info, status: 500, wantErr: authy.ErrUnavailable,
			answer: `{"message":"Server error while querying phone information. Please try again later","success":false,"errors":{"message":"Server error while querying phone information. Please try again later"},"error_code":"60025"}`,
		},
	})
}

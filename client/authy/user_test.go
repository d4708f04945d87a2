package authy_test

import (
	"context"
	"errors"
	"net/netip"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/authy"
)

const unknownUser = `{"message":"User not found.","success":false,"errors":{"message":"User not found."},"error_code":"60026"}`

func person() authy.NewUser {
	return authy.NewUser{Email: "jo@example.com", Phone: authy.Phone{CountryCode: 1, Number: "415-555-2671"}}
}

func TestUsers(t *testing.T) {
	t.Parallel()
	create := func(user authy.NewUser) func(context.Context, *authy.Client) (any, error) {
		return func(ctx context.Context, c *authy.Client) (any, error) { return c.CreateUser(ctx, user) }
	}
	withLink := person()
	withLink.SendInstallLink, withLink.UserIP = true, netip.MustParseAddr("10.0.0.1")
	const (
		created    = `{"message":"User created successfully.","user":{"id":1000},"success":true}`
		newRequest = "POST /protected/json/users/new"
		newBody    = `{"user":{"email":"jo@example.com","cellphone":"415-555-2671","country_code":1},"send_install_link_via_sms":false}`
	)
	exchangeAll(t, []exchange{
		{name: "create", call: create(person()), request: newRequest, body: newBody, answer: created, want: authy.UserID(1000)},
		{
			name: "create with install link", call: create(withLink), request: newRequest,
			body:   `{"user":{"email":"jo@example.com","cellphone":"415-555-2671","country_code":1},"send_install_link_via_sms":true,"user_ip":"10.0.0.1"}`,
			answer: created, want: authy.UserID(1000),
		},
		{
			name: "success and id as texts, as old servers have them", call: create(person()), request: newRequest, body: newBody,
			answer: `{"message":"User created successfully.","user":{"id":"1000"},"success":"true"}`, want: authy.UserID(1000),
		},
		{name: "a success without id", call: create(person()), answer: `{"message":"User created successfully.","success":true}`, wantErr: authy.ErrUnexpectedAnswer},
		{name: "an id of zero", call: create(person()), answer: `{"user":{"id":0},"success":true}`, wantErr: authy.ErrUnexpectedAnswer},
		{name: "an id beyond 31 bits", call: create(person()), answer: `{"user":{"id":2147483648},"success":true}`, wantErr: authy.ErrUnexpectedAnswer},
		{
			name: "invalid user", call: create(person()), status: 400, wantErr: authy.ErrInvalidInput,
			answer: `{"cellphone":"is invalid","message":"User was not valid","success":false,"errors":{"cellphone":"is invalid","message":"User was not valid"},"error_code":"60027"}`,
		},
		{
			name: "wrong key", call: create(person()), status: 401, wantErr: authy.ErrInvalidKey,
			answer: `{"message":"Invalid API key","success":false,"errors":{"message":"Invalid API key"},"error_code":"60001"}`,
		},
		{
			name: "delete",
			call: func(ctx context.Context, c *authy.Client) (any, error) {
				return nil, c.DeleteUser(ctx, 1000, authy.DeleteOptions{})
			},
			request: "POST /protected/json/users/1000/delete", body: `{}`, answer: `{"message":"User removed from application","success":true}`,
		},
		{
			name: "delete with address",
			call: func(ctx context.Context, c *authy.Client) (any, error) {
				return nil, c.DeleteUser(ctx, 1000, authy.DeleteOptions{UserIP: netip.MustParseAddr("::1")})
			},
			request: "POST /protected/json/users/1000/delete", body: `{"user_ip":"::1"}`, answer: `{"message":"User removed from application","success":true}`,
		},
		{
			name: "delete an unknown user",
			call: func(ctx context.Context, c *authy.Client) (any, error) {
				return nil, c.DeleteUser(ctx, 1, authy.DeleteOptions{})
			},
			status: 404, answer: unknownUser, wantErr: authy.ErrUserNotFound,
		},
		{
			name: "update",
			call: func(ctx context.Context, c *authy.Client) (any, error) {
				return nil, c.UpdateEmail(ctx, 1000, "new@example.com")
			},
			request: "POST /protected/json/users/1000/update", body: `{"email":"new@example.com"}`, answer: `{"message":"User was updated successfully","success":true}`,
		},
		{
			name:   "update with a bad address",
			call:   func(ctx context.Context, c *authy.Client) (any, error) { return nil, c.UpdateEmail(ctx, 1000, "new") },
			status: 400, answer: `{"message":"Email is invalid","success":false,"errors":{"message":"Email is invalid"},"error_code":"60038"}`, wantErr: authy.ErrInvalidInput,
		},
	})
}

func TestUserStatus(t *testing.T) {
	t.Parallel()
	status := func(ctx context.Context, c *authy.Client) (any, error) { return c.UserStatus(ctx, 1000) }
	const request = "GET /protected/json/users/1000/status"
	exchangeAll(t, []exchange{
		{
			name: "whole", call: status, request: request,
			answer: `{"status":{"authy_id":1000,"confirmed":true,"registered":false,"country_code":1,"phone_number":"XXX-XXX-1118","email":"jo@example.com","devices":["iphone"],"has_hard_token":false,"account_disabled":false,"detailed_devices":[{"device_type":"authy","os_type":"unknown","registration_device_id":null,"registration_method":null,"device_id":290908,"last_sync_date":0,"creation_date":1433868212}],"deleted_devices":[]},"message":"User status.","success":true}`,
			want: &authy.UserStatus{
				ID: 1000, Confirmed: true, CountryCode: 1, PhoneNumber: "XXX-XXX-1118", Email: "jo@example.com", Devices: []string{"iphone"},
				DetailedDevices: []authy.RegisteredDevice{{ID: "290908", Type: "authy", OS: "unknown", CreatedAt: time.Unix(1433868212, 0).UTC()}},
			},
		},
		{
			name: "without e-mail and devices", call: status, request: request,
			answer: `{"status":{"authy_id":1000,"confirmed":false,"registered":true,"country_code":57,"phone_number":"XXX-XXX-1118","devices":[],"has_hard_token":true,"account_disabled":true},"message":"User status.","success":true}`,
			want:   &authy.UserStatus{ID: 1000, Registered: true, CountryCode: 57, PhoneNumber: "XXX-XXX-1118", Devices: []string{}, HasHardToken: true, AccountDisabled: true},
		},
		{name: "unknown", call: status, request: request, status: 404, answer: unknownUser, wantErr: authy.ErrUserNotFound},
		{name: "without status", call: status, answer: `{"message":"User status.","success":true}`, wantErr: authy.ErrUnexpectedAnswer},
		{name: "status of another type", call: status, answer: `{"status":"fine","success":true}`, wantErr: authy.ErrUnexpectedAnswer},
	})
}

func TestActivities(t *testing.T) {
	t.Parallel()
	register := func(activity authy.Activity) func(context.Context, *authy.Client) (any, error) {
		return func(ctx context.Context, c *authy.Client) (any, error) {
			return nil, c.RegisterActivity(ctx, 1000, activity)
		}
	}
	const request = "POST /protected/json/users/1000/register_activity"
	exchangeAll(t, []exchange{
		{
			name: "plain", call: register(authy.Activity{Type: authy.ActivityPasswordReset}), request: request,
			body: `{"type":"password_reset"}`, answer: `{"message":"Activity was created.","success":true}`,
		},
		{
			name:    "with data and address",
			call:    register(authy.Activity{Type: authy.ActivityBanned, Data: map[string]string{"reason": "abuse"}, UserIP: netip.MustParseAddr("10.0.0.1")}),
			request: request, body: `{"type":"banned","data":{"reason":"abuse"},"user_ip":"10.0.0.1"}`,
			answer: `{"message":"Activity was created.","success":true}`,
		},
		{
			name: "another type", call: register(authy.Activity{Type: "danced"}), status: 400, wantErr: authy.ErrInvalidInput,
			answer: `{"message":"You can only create the following activities: password_reset, banned, unbanned, cookie_login.","success":false,"errors":{"message":"You can only create the following activities: password_reset, banned, unbanned, cookie_login."},"error_code":"60029"}`,
		},
	})
}

func TestQRCodes(t *testing.T) {
	t.Parallel()
	qr := func(options authy.QROptions) func(context.Context, *authy.Client) (any, error) {
		return func(ctx context.Context, c *authy.Client) (any, error) { return c.UserQRCode(ctx, 1000, options) }
	}
	const request = "POST /protected/json/users/1000/secret"
	exchangeAll(t, []exchange{
		{
			name: "plain", call: qr(authy.QROptions{}), request: request, body: `{}`,
			answer: `{"label":"Sample App (jo@example.com)","issuer":"Sample App","qr_code":"https://mfa.example.net/qr/3f0ce1.png","success":true}`,
			want:   &authy.QRCode{URL: "https://mfa.example.net/qr/3f0ce1.png", Label: "Sample App (jo@example.com)", Issuer: "Sample App"},
		},
		{
			name: "with size and label", call: qr(authy.QROptions{Size: 300, Label: "Bank"}), request: request, body: `{"qr_size":300,"label":"Bank"}`,
			answer: `{"qr_code":"https://mfa.example.net/qr/3f0ce1.png","success":true}`, want: &authy.QRCode{URL: "https://mfa.example.net/qr/3f0ce1.png"},
		},
		{name: "an address that is no picture", call: qr(authy.QROptions{}), answer: `{"qr_code":"javascript:alert(1)","success":true}`, wantErr: authy.ErrUnexpectedAnswer},
		{
			name: "switched off", call: qr(authy.QROptions{}), status: 403, wantErr: authy.ErrDisabled,
			answer: `{"message":"Generic tokens are disabled","success":false,"errors":{"message":"Generic tokens are disabled"},"error_code":"60123"}`,
		},
	})
}

func TestUserIDs(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]authy.UserID{"1": 1, "1000": 1000, "2147483647": 2147483647} {
		if got, err := authy.ParseUserID(text); err != nil || got != want || got.String() != text {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "0", "-1", "+1", " 1", "1.0", "2147483648", "99999999999999999999", "abc", "1/../2"} {
		if id, err := authy.ParseUserID(text); !errors.Is(err, authy.ErrFormat) || id != 0 {
			t.Errorf("%q: %v, %v", text, id, err)
		}
	}
}

func TestNothingIsSentForAnImpossibleUser(t *testing.T) {
	t.Parallel()
	client := unreachable(t)
	ctx := t.Context()
	for _, id := range []authy.UserID{0, -1} {
		_, status := client.UserStatus(ctx, id)
		_, qr := client.UserQRCode(ctx, id, authy.QROptions{})
		_, verify := client.VerifyToken(ctx, id, "1234567", authy.VerifyOptions{})
		_, sms := client.SendSMS(ctx, id, authy.CodeOptions{})
		_, call := client.StartCall(ctx, id, authy.CodeOptions{})
		_, mail := client.SendEmail(ctx, id, authy.CodeOptions{})
		_, approval := client.CreateApproval(ctx, id, authy.NewApproval{Message: "m"})
		deleted, updated := client.DeleteUser(ctx, id, authy.DeleteOptions{}), client.UpdateEmail(ctx, id, "a@b.co")
		activity := client.RegisterActivity(ctx, id, authy.Activity{Type: authy.ActivityBanned})
		for i, err := range []error{status, qr, verify, sms, call, mail, approval, deleted, updated, activity} {
			if !errors.Is(err, authy.ErrFormat) {
				t.Errorf("id %d, call %d: %v", id, i, err)
			}
		}
	}
	if _, err := client.UserQRCode(ctx, 1, authy.QROptions{Size: -1}); !errors.Is(err, authy.ErrFormat) {
		t.Errorf("negative size: %v", err)
	}
}

package launchkey_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/launchkey"
)

const userJSON = `{"identifier":"jo"`

func TestDevices(t *testing.T) {
	t.Parallel()
	link := func(o launchkey.LinkDeviceOptions) func(context.Context, *launchkey.OrganizationFactory) (any, error) {
		return onDirectory(func(ctx context.Context, c *launchkey.DirectoryClient) (launchkey.DeviceLink, error) {
			made, err := c.LinkDevice(ctx, "jo", o)
			if err != nil {
				return launchkey.DeviceLink{}, err
			}
			return *made, nil
		})
	}
	list := onDirectory(func(ctx context.Context, c *launchkey.DirectoryClient) ([]launchkey.Device, error) {
		return c.LinkedDevices(ctx, "jo")
	})
	unlink := onDirectory(func(ctx context.Context, c *launchkey.DirectoryClient) (any, error) {
		return nil, c.UnlinkDevice(ctx, "jo", deviceID)
	})
	const path = "/directory/v3/devices"
	const linkJSON = `{"code":"5r53j9z","qrcode":"https://mfa.example.net/public/v3/qr/5r53j9z","device_id":"` + deviceID + `"}`
	made := launchkey.DeviceLink{Code: "5r53j9z", QRCodeURL: "https://mfa.example.net/public/v3/qr/5r53j9z", DeviceID: deviceID}
	at := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	exchangeAll(t, []exchange{
		{name: "link", call: link(launchkey.LinkDeviceOptions{}), request: "POST " + path, body: userJSON + `}`, status: 201, answer: linkJSON, want: made},
		{name: "link for a while", call: link(launchkey.LinkDeviceOptions{TTL: 299*time.Second + 1}), request: "POST " + path, body: userJSON + `,"ttl":300}`, status: 201, answer: linkJSON, want: made},
		{name: "link without code", call: link(launchkey.LinkDeviceOptions{}), answer: strings.Replace(linkJSON, "5r53j9z", "", 1), wantErr: launchkey.ErrUnexpectedAnswer},
		{name: "link refused", call: link(launchkey.LinkDeviceOptions{}), status: 400, answer: `{"error_code":"DIR-001"}`, wantErr: launchkey.ErrInvalidDirectoryIdentifier},
		{
			name: "list", call: list, request: "POST " + path + "/list", body: userJSON + `}`,
			answer: `[{"id":"` + deviceID + `","name":"Phone","type":"Android","status":1,"created":"2026-01-31T12:00:00Z","updated":"2026-01-31T12:00:00Z"},` +
				`{"id":"` + unknownID + `","name":null,"type":null,"status":0,"created":"2026-01-31T12:00:00Z","updated":"2026-01-31T12:00:00Z"}]`,
			want: []launchkey.Device{
				{ID: deviceID, Name: "Phone", Type: "Android", Status: launchkey.Linked, CreatedAt: at, UpdatedAt: at},
				{ID: unknownID, Status: launchkey.LinkPending, CreatedAt: at, UpdatedAt: at},
			},
		},
		{name: "list of nobody", call: list, answer: `[]`, want: []launchkey.Device{}},
		{name: "list with an unknown status", call: list, answer: `[{"id":"` + deviceID + `","status":7}]`, wantErr: launchkey.ErrUnexpectedAnswer},
		{name: "list without status", call: list, answer: `[{"id":"` + deviceID + `"}]`, wantErr: launchkey.ErrUnexpectedAnswer},
		{name: "unlink", call: unlink, request: "DELETE " + path, body: userJSON + `,"device_id":"` + deviceID + `"}`},
		{name: "unlink none", call: unlink, status: 404, wantErr: launchkey.ErrNotFound},
	})
}

func TestOnlyLinkedDevicesAreActive(t *testing.T) {
	t.Parallel()
	for status, want := range map[launchkey.DeviceStatus]bool{launchkey.LinkPending: false, launchkey.Linked: true, launchkey.UnlinkPending: true, 3: false} {
		if status.Active() != want || status.String() == "" {
			t.Errorf("%v: %v", status, status.Active())
		}
	}
}

func TestDirectorySessions(t *testing.T) {
	t.Parallel()
	list := onDirectory(func(ctx context.Context, c *launchkey.DirectoryClient) ([]launchkey.Session, error) {
		return c.AllServiceSessions(ctx, "jo")
	})
	end := onDirectory(func(ctx context.Context, c *launchkey.DirectoryClient) (any, error) {
		return nil, c.EndAllServiceSessions(ctx, "jo")
	})
	const path = "/directory/v3/sessions"
	at := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	exchangeAll(t, []exchange{
		{
			name: "list", call: list, request: "POST " + path + "/list", body: userJSON + `}`,
			answer: `[{"auth_request":null,"date_created":"2026-01-31T12:00:00Z","service_icon":null,"service_id":"` + serviceID + `","service_name":"Login"},` +
				`{"auth_request":"` + requestID + `","date_created":"2026-01-31T12:00:00Z","service_icon":"https://a.test","service_id":"` + serviceID + `","service_name":"Login"}]`,
			want: []launchkey.Session{
				{ServiceID: serviceID, ServiceName: "Login", StartedAt: at},
				{ServiceID: serviceID, ServiceName: "Login", ServiceIcon: "https://a.test", RequestID: requestID, StartedAt: at},
			},
		},
		{name: "list of none", call: list, answer: `[]`, want: []launchkey.Session{}},
		{name: "list without service", call: list, answer: `[{}]`, wantErr: launchkey.ErrUnexpectedAnswer},
		{name: "list of nobody", call: list, status: 404, wantErr: launchkey.ErrNotFound},
		{name: "end", call: end, request: "DELETE " + path, body: userJSON + `}`},
		{name: "end of nobody", call: end, status: 404, wantErr: launchkey.ErrNotFound},
	})
}

func TestTOTP(t *testing.T) {
	t.Parallel()
	generate := onDirectory(func(ctx context.Context, c *launchkey.DirectoryClient) (launchkey.TOTP, error) {
		made, err := c.GenerateUserTOTP(ctx, "jo")
		if err != nil {
			return launchkey.TOTP{}, err
		}
		return *made, nil
	})
	remove := onDirectory(func(ctx context.Context, c *launchkey.DirectoryClient) (any, error) {
		return nil, c.RemoveUserTOTP(ctx, "jo")
	})
	verify := onService(func(ctx context.Context, c *launchkey.ServiceClient) (bool, error) {
		return c.VerifyTOTP(ctx, "jo", "012345")
	})
	const secret = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	const path = "/directory/v3/totp"
	const answer = `{"secret":"` + secret + `","algorithm":"SHA1","period":30,"digits":6}`
	exchangeAll(t, []exchange{
		{
			name: "generate", call: generate, request: "POST " + path, body: userJSON + `}`, status: 201, answer: answer,
			want: launchkey.TOTP{Secret: secret, Algorithm: "SHA1", Period: 30 * time.Second, Digits: 6},
		},
		{name: "generate without secret", call: generate, answer: strings.Replace(answer, secret, "", 1), wantErr: launchkey.ErrUnexpectedAnswer},
		{name: "generate by MD5", call: generate, answer: strings.Replace(answer, "SHA1", "MD5", 1), wantErr: launchkey.ErrUnexpectedAnswer},
		{name: "generate one digit", call: generate, answer: strings.Replace(answer, `:6`, `:1`, 1), wantErr: launchkey.ErrUnexpectedAnswer},
		{name: "remove", call: remove, request: "DELETE " + path, body: userJSON + `}`},
		{name: "verify", call: verify, request: "POST /service/v3/totp", body: userJSON + `,"otp":"012345"}`, answer: `{"valid":true}`, want: true},
		{name: "verify a wrong code", call: verify, answer: `{"valid":false}`, want: false},
		{name: "verify without verdict", call: verify, answer: `{}`, wantErr: launchkey.ErrUnexpectedAnswer},
		{name: "verify for nobody", call: verify, status: 404, wantErr: launchkey.ErrNotFound},
	})
}

func TestTOTPAddressIsWhatAppsRead(t *testing.T) {
	t.Parallel()
	totp := launchkey.TOTP{Secret: "ABC", Algorithm: "SHA256", Period: time.Minute, Digits: 8}
	const want = "otpauth://totp/The%20Shop:jo@example.net?algorithm=SHA256&digits=8&issuer=The+Shop&period=60&secret=ABC"
	if got := totp.URI("The Shop", "jo@example.net"); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

func TestServiceSessions(t *testing.T) {
	t.Parallel()
	start := func(id launchkey.AuthorizationID) func(context.Context, *launchkey.OrganizationFactory) (any, error) {
		return onService(func(ctx context.Context, c *launchkey.ServiceClient) (any, error) {
			return nil, c.SessionStart(ctx, "jo", id)
		})
	}
	end := onService(func(ctx context.Context, c *launchkey.ServiceClient) (any, error) {
		return nil, c.SessionEnd(ctx, "jo")
	})
	const path = "/service/v3/sessions"
	exchangeAll(t, []exchange{
		{name: "start", call: start(""), request: "POST " + path, body: `{"username":"jo"}`},
		{name: "start with a request", call: start(requestID), request: "POST " + path, body: `{"username":"jo","auth_request":"` + requestID + `"}`},
		{name: "start for nobody", call: start(""), status: 404, wantErr: launchkey.ErrNotFound},
		{name: "end", call: end, request: "DELETE " + path, body: `{"username":"jo"}`},
		{name: "end for nobody", call: end, status: 404, wantErr: launchkey.ErrNotFound},
	})
}

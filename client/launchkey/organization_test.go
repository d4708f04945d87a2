package launchkey_test

import (
	"context"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/launchkey"
)

const (
	unknownID     = "eba60cb8-c649-11e7-abc4-cec278b6b50a"
	keyIDOfTests  = "3c:be:d4:29:ed:df:f7:f5:fd:7b:22:37:63:f1:7e:dd"
	directoryJSON = `{"id":"` + directoryID + `","name":"customers","active":true,"service_ids":["` + serviceID + `"],"sdk_keys":["` + sdkKey + `"],` +
		`"premium":false,"android_key":"android","ios_certificate_fingerprint":"AA:BB","denial_context_inquiry_enabled":true,"webhook_url":"https://shop.example.net/linked"}`
	bareDirectoryJSON = `{"id":"` + unknownID + `","name":"staff","active":false,"service_ids":[],"sdk_keys":[],` +
		`"premium":false,"android_key":null,"ios_certificate_fingerprint":null,"denial_context_inquiry_enabled":false,"webhook_url":null}`
)

func customers() launchkey.Directory {
	return launchkey.Directory{
		ID: directoryID, Name: "customers", Active: true, ServiceIDs: []launchkey.ServiceID{serviceID}, SDKKeys: []launchkey.SDKKey{sdkKey},
		AndroidKey: "android", IOSCertificateFingerprint: "AA:BB", DenialContextInquiry: true, WebhookURL: "https://shop.example.net/linked",
	}
}

func staff() launchkey.Directory {
	return launchkey.Directory{ID: unknownID, Name: "staff", ServiceIDs: []launchkey.ServiceID{}, SDKKeys: []launchkey.SDKKey{}}
}

func TestDirectoriesAreMadeReadAndChanged(t *testing.T) {
	t.Parallel()
	create := onOrganization(func(ctx context.Context, c *launchkey.OrganizationClient) (launchkey.DirectoryID, error) {
		return c.CreateDirectory(ctx, "customers")
	})
	one := onOrganization(func(ctx context.Context, c *launchkey.OrganizationClient) (launchkey.Directory, error) {
		found, err := c.Directory(ctx, directoryID)
		if err != nil {
			return launchkey.Directory{}, err
		}
		return *found, nil
	})
	some := onOrganization(func(ctx context.Context, c *launchkey.OrganizationClient) ([]launchkey.Directory, error) {
		return c.Directories(ctx, directoryID, unknownID)
	})
	all := onOrganization(func(ctx context.Context, c *launchkey.OrganizationClient) ([]launchkey.Directory, error) {
		return c.AllDirectories(ctx)
	})
	const made, list = "POST /organization/v3/directories", "POST /organization/v3/directories/list"
	exchangeAll(t, []exchange{
		{name: "create", call: create, request: made, body: `{"name":"customers"}`, status: 201, answer: `{"id":"` + directoryID + `"}`, want: launchkey.DirectoryID(directoryID)},
		{name: "create without id", call: create, answer: `{}`, wantErr: launchkey.ErrUnexpectedAnswer},
		{name: "create, answered by nothing", call: create, status: 204, wantErr: launchkey.ErrUnexpectedAnswer},
		{name: "create, name taken", call: create, status: 400, answer: `{"error_code":"ORG-003","error_detail":"taken","error_data":null}`, wantErr: launchkey.ErrDirectoryNameInUse},
		{name: "all", call: all, request: "GET /organization/v3/directories", answer: "[" + directoryJSON + "," + bareDirectoryJSON + "]", want: []launchkey.Directory{customers(), staff()}},
		{name: "all of none", call: all, answer: "[]", want: []launchkey.Directory{}},
		{name: "all of something else", call: all, answer: `{"a":1}`, wantErr: launchkey.ErrUnexpectedAnswer},
		{name: "some", call: some, request: list, body: `{"directory_ids":["` + directoryID + `","` + unknownID + `"]}`, answer: "[" + directoryJSON + "," + bareDirectoryJSON + "]", want: []launchkey.Directory{customers(), staff()}},
		{name: "some of others", call: some, status: 403, wantErr: launchkey.ErrForbidden},
		{name: "one", call: one, request: list, body: `{"directory_ids":["` + directoryID + `"]}`, answer: "[" + directoryJSON + "]", want: customers()},
		{name: "one that is two", call: one, answer: "[" + directoryJSON + "," + bareDirectoryJSON + "]", wantErr: launchkey.ErrUnexpectedAnswer},
		{name: "one without id", call: one, answer: `[{"name":"x"}]`, wantErr: launchkey.ErrUnexpectedAnswer},
	})
}

func TestUpdateDirectorySendsWhatIsToChange(t *testing.T) {
	t.Parallel()
	update := func(u launchkey.DirectoryUpdate) func(context.Context, *launchkey.OrganizationFactory) (any, error) {
		return onOrganization(func(ctx context.Context, c *launchkey.OrganizationClient) (any, error) {
			return nil, c.UpdateDirectory(ctx, directoryID, u)
		})
	}
	const request, id = "PATCH /organization/v3/directories", `{"directory_id":"` + directoryID + `"`
	no := false
	exchangeAll(t, []exchange{
		{name: "nothing", call: update(launchkey.DirectoryUpdate{}), request: request, body: id + `}`},
		{
			name: "all", request: request, body: id + `,"active":false,"android_key":"key","ios_p12":"cDEy","denial_context_inquiry_enabled":false,"webhook_url":"https://a.test"}`,
			call: update(launchkey.DirectoryUpdate{
				Active: &no, DenialContextInquiry: &no, AndroidKey: launchkey.To("key"), IOSP12: launchkey.To([]byte("p12")), WebhookURL: launchkey.To("https://a.test"),
			}),
		},
		{
			name: "to none", request: request, body: id + `,"android_key":null,"ios_p12":null,"webhook_url":null}`,
			call: update(launchkey.DirectoryUpdate{AndroidKey: launchkey.Clear[string](), IOSP12: launchkey.Clear[[]byte](), WebhookURL: launchkey.Clear[string]()}),
		},
		{name: "of another organization", call: update(launchkey.DirectoryUpdate{}), status: 403, wantErr: launchkey.ErrForbidden},
	})
}

const keysJSON = `[{"id":"` + keyIDOfTests + `","active":true,"date_created":"2026-01-31T12:00:00Z","date_expires":null,"public_key":"PEM\n","key_type":0},` +
	`{"id":"aa:bb:cc:dd:ee:ff:11:22:33:44:55:66:77:88:99:00","active":false,"date_created":"2026-01-31T12:00:00Z","date_expires":"2000-01-01T00:00:00Z","public_key":"PEM","key_type":2}]`

func keysOfTests() []launchkey.PublicKey {
	created := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	return []launchkey.PublicKey{
		{ID: keyIDOfTests, PEM: "PEM\n", Active: true, CreatedAt: created},
		{
			ID: "aa:bb:cc:dd:ee:ff:11:22:33:44:55:66:77:88:99:00", PEM: "PEM", Type: launchkey.KeySignature, CreatedAt: created,
			ExpiresAt: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC),
		},
	}
}

func TestDirectoryKeys(t *testing.T) {
	t.Parallel()
	list := onOrganization(func(ctx context.Context, c *launchkey.OrganizationClient) ([]launchkey.PublicKey, error) {
		return c.DirectoryPublicKeys(ctx, directoryID)
	})
	add := func(key launchkey.NewPublicKey) func(context.Context, *launchkey.OrganizationFactory) (any, error) {
		return onOrganization(func(ctx context.Context, c *launchkey.OrganizationClient) (launchkey.KeyID, error) {
			return c.AddDirectoryPublicKey(ctx, directoryID, key)
		})
	}
	update := func(u launchkey.PublicKeyUpdate) func(context.Context, *launchkey.OrganizationFactory) (any, error) {
		return onOrganization(func(ctx context.Context, c *launchkey.OrganizationClient) (any, error) {
			return nil, c.UpdateDirectoryPublicKey(ctx, directoryID, keyIDOfTests, u)
		})
	}
	remove := onOrganization(func(ctx context.Context, c *launchkey.OrganizationClient) (any, error) {
		return nil, c.RemoveDirectoryPublicKey(ctx, directoryID, keyIDOfTests)
	})
	const path, id = "/organization/v3/directory/keys", `{"directory_id":"` + directoryID + `"`
	no := false
	expires := time.Date(2030, 2, 3, 5, 5, 6, 700, time.FixedZone("", 3600))
	exchangeAll(t, []exchange{
		{name: "list", call: list, request: "POST " + path + "/list", body: id + `}`, answer: keysJSON, want: keysOfTests()},
		{name: "list of none", call: list, answer: `[]`, want: []launchkey.PublicKey{}},
		{name: "list without id", call: list, answer: `[{}]`, wantErr: launchkey.ErrUnexpectedAnswer},
		{name: "list with a time of another form", call: list, answer: `[{"id":"a","date_created":"yesterday"}]`, wantErr: launchkey.ErrUnexpectedAnswer},
		{name: "add", call: add(launchkey.NewPublicKey{PEM: "PEM"}), request: "POST " + path, body: id + `,"public_key":"PEM","active":true,"key_type":0}`, status: 201, answer: `{"key_id":"` + keyIDOfTests + `"}`, want: launchkey.KeyID(keyIDOfTests)},
		{
			name: "add with everything", request: "POST " + path, status: 201, answer: `{"key_id":"` + keyIDOfTests + `"}`, want: launchkey.KeyID(keyIDOfTests),
			call: add(launchkey.NewPublicKey{PEM: "PEM", Type: launchkey.KeyEncryption, Inactive: true, ExpiresAt: expires}),
			body: id + `,"public_key":"PEM","date_expires":"2030-02-03T04:05:06Z","active":false,"key_type":1}`,
		},
		{name: "add without id", call: add(launchkey.NewPublicKey{PEM: "PEM"}), answer: `{}`, wantErr: launchkey.ErrUnexpectedAnswer},
		{name: "add no key", call: add(launchkey.NewPublicKey{}), status: 400, answer: `{"error_code":"KEY-001"}`, wantErr: launchkey.ErrInvalidPublicKey},
		{name: "add a key again", call: add(launchkey.NewPublicKey{PEM: "PEM"}), status: 400, answer: `{"error_code":"KEY-002"}`, wantErr: launchkey.ErrPublicKeyAlreadyInUse},
		{name: "update nothing", call: update(launchkey.PublicKeyUpdate{}), request: "PATCH " + path, body: id + `,"key_id":"` + keyIDOfTests + `"}`},
		{
			name: "update", request: "PATCH " + path, body: id + `,"key_id":"` + keyIDOfTests + `","active":false,"date_expires":"2030-02-03T04:05:06Z"}`,
			call: update(launchkey.PublicKeyUpdate{Active: &no, ExpiresAt: launchkey.To(expires)}),
		},
		{
			name: "update to no end", request: "PATCH " + path, body: id + `,"key_id":"` + keyIDOfTests + `","date_expires":null}`,
			call: update(launchkey.PublicKeyUpdate{ExpiresAt: launchkey.Clear[time.Time]()}),
		},
		{name: "update an unknown key", call: update(launchkey.PublicKeyUpdate{}), status: 400, answer: `{"error_code":"KEY-003"}`, wantErr: launchkey.ErrPublicKeyDoesNotExist},
		{name: "remove", call: remove, request: "DELETE " + path, body: id + `,"key_id":"` + keyIDOfTests + `"}`},
		{name: "remove the last", call: remove, status: 400, answer: `{"error_code":"KEY-004"}`, wantErr: launchkey.ErrLastRemainingKey},
	})
}

func TestSDKKeys(t *testing.T) {
	t.Parallel()
	generate := onOrganization(func(ctx context.Context, c *launchkey.OrganizationClient) (launchkey.SDKKey, error) {
		return c.GenerateDirectorySDKKey(ctx, directoryID)
	})
	list := onOrganization(func(ctx context.Context, c *launchkey.OrganizationClient) ([]launchkey.SDKKey, error) {
		return c.DirectorySDKKeys(ctx, directoryID)
	})
	remove := onOrganization(func(ctx context.Context, c *launchkey.OrganizationClient) (any, error) {
		return nil, c.RemoveDirectorySDKKey(ctx, directoryID, sdkKey)
	})
	const path, id = "/organization/v3/directory/sdk-keys", `{"directory_id":"` + directoryID + `"`
	exchangeAll(t, []exchange{
		{name: "generate", call: generate, request: "POST " + path, body: id + `}`, status: 201, answer: `{"sdk_key":"` + sdkKey + `"}`, want: launchkey.SDKKey(sdkKey)},
		{name: "generate none", call: generate, answer: `{"sdk_key":"x"}`, wantErr: launchkey.ErrUnexpectedAnswer},
		{name: "list", call: list, request: "POST " + path + "/list", body: id + `}`, answer: `["` + sdkKey + `"]`, want: []launchkey.SDKKey{sdkKey}},
		{name: "list of another organization", call: list, status: 403, wantErr: launchkey.ErrForbidden},
		{name: "remove", call: remove, request: "DELETE " + path, body: id + `,"sdk_key":"` + sdkKey + `"}`},
		{name: "remove the last", call: remove, status: 400, answer: `{"error_code":"ORG-005"}`, wantErr: launchkey.ErrLastRemainingSDKKey},
		{name: "remove an unknown one", call: remove, status: 400, answer: `{"error_code":"ORG-006"}`, wantErr: launchkey.ErrInvalidSDKKey},
	})
}

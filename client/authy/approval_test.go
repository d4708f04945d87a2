package authy_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/authy"
)

const (
	approvalID      = "996221c0-b7a7-0133-7c06-0e67b818e6fb"
	approvalCreated = `{"message":"Approval request created.","approval_request":{"uuid":"` + approvalID + `"},"success":true}`
)

func TestCreateApproval(t *testing.T) {
	t.Parallel()
	create := func(a authy.NewApproval) func(context.Context, *authy.Client) (any, error) {
		return func(ctx context.Context, c *authy.Client) (any, error) { return c.CreateApproval(ctx, 1000, a) }
	}
	ask := func(a authy.NewApproval) func(context.Context, *authy.Client) (any, error) {
		return func(ctx context.Context, c *authy.Client) (any, error) { return c.AskApproval(ctx, 1000, a) }
	}
	const request = "POST /onetouch/json/users/1000/approval_requests"
	plain := create(authy.NewApproval{Message: "Log in?"})
	exchangeAll(t, []exchange{
		{name: "plain", call: plain, request: request, body: `{"message":"Log in?"}`, answer: approvalCreated, want: authy.ApprovalID(approvalID)},
		{
			name: "with everything, details in the caller's order", request: request, answer: approvalCreated, want: authy.ApprovalID(approvalID),
			call: create(authy.NewApproval{
				Message: "Transfer Money to c@d.co",
				Details: authy.Details{
					{Key: "From", Value: "a@b.co"}, {Key: "To", Value: "c@d.co"}, {Key: "Account Number", Value: "12\"34"}, {Key: "Amount", Value: "$ 5"},
				},
				HiddenDetails: authy.Details{{Key: "ip", Value: "10.0.0.1"}},
				Logos:         []authy.Logo{{Resolution: authy.LogoDefault, URL: "https://cdn.example.test/a.png"}, {Resolution: authy.LogoHigh, URL: "https://cdn.example.test/b.png"}},
				ExpiresIn:     10*time.Minute - time.Millisecond,
			}),
			body: `{"message":"Transfer Money to c@d.co","details":{"From":"a@b.co","To":"c@d.co","Account Number":"12\"34","Amount":"$ 5"},"hidden_details":{"ip":"10.0.0.1"},"logos":[{"res":"default","url":"https://cdn.example.test/a.png"},{"res":"high","url":"https://cdn.example.test/b.png"}],"seconds_to_expire":600}`,
		},
		{
			name: "never expiring", call: create(authy.NewApproval{Message: "m", NeverExpires: true}), request: request,
			body: `{"message":"m","seconds_to_expire":0}`, answer: approvalCreated, want: authy.ApprovalID(approvalID),
		},
		{
			name: "without message in the answer", call: plain, request: request, body: `{"message":"Log in?"}`,
			answer: `{"approval_request":{"uuid":"` + approvalID + `"},"success":true}`, want: authy.ApprovalID(approvalID),
		},
		{
			name: "with a number to show", request: request, body: `{"message":"Log in?","number_matching":"pick"}`, call: ask(authy.NewApproval{Message: "Log in?", NumberMatching: authy.MatchPick}),
			answer: `{"approval_request":{"uuid":"` + approvalID + `","number_match":"42"},"success":true}`, want: authy.Asked{ID: approvalID, Number: "42"},
		},
		{
			name: "without one, because nothing was denied", body: `{"message":"Log in?","number_matching":"after_denial"}`, request: request,
			call: ask(authy.NewApproval{Message: "Log in?", NumberMatching: authy.MatchAfterDenial}), answer: approvalCreated, want: authy.Asked{ID: approvalID},
		},
		{
			name: "a number that is none", call: ask(authy.NewApproval{Message: "Log in?", NumberMatching: authy.MatchPick}), wantErr: authy.ErrUnexpectedAnswer,
			answer: `{"approval_request":{"uuid":"` + approvalID + `","number_match":"<b>"},"success":true}`,
		},
		{name: "without uuid", call: plain, answer: `{"approval_request":{},"success":true}`, wantErr: authy.ErrUnexpectedAnswer},
		{name: "a uuid that is a path", call: plain, answer: `{"approval_request":{"uuid":"../x"},"success":true}`, wantErr: authy.ErrUnexpectedAnswer},
		{name: "unknown user", call: plain, status: 404, answer: unknownUser, wantErr: authy.ErrUserNotFound},
		{
			name: "no device", call: plain, status: 400, wantErr: authy.ErrNoDevice,
			answer: `{"message":"User has no device able to receive approval requests","success":false,"errors":{"message":"User has no device able to receive approval requests"},"error_code":"60051"}`,
		},
		{
			name: "disabled", call: plain, status: 403, wantErr: authy.ErrDisabled,
			answer: `{"message":"OneTouch not enabled","success":false,"errors":{"message":"OneTouch not enabled"},"error_code":"60085"}`,
		},
	})
}

func TestApprovalsThatAreNotCreated(t *testing.T) {
	t.Parallel()
	client := unreachable(t)
	long := strings.Repeat("é", 201)
	cases := map[string]authy.NewApproval{
		"no message":                {},
		"a long message":            {Message: long},
		"a long key":                {Message: "m", Details: authy.Details{{Key: long}}},
		"a long value":              {Message: "m", Details: authy.Details{{Key: "k", Value: long}}},
		"a long hidden value":       {Message: "m", HiddenDetails: authy.Details{{Key: "k", Value: long}}},
		"no key":                    {Message: "m", Details: authy.Details{{Value: "v"}}},
		"a key twice":               {Message: "m", Details: authy.Details{{Key: "k"}, {Key: "k"}}},
		"a logo without URL":        {Message: "m", Logos: []authy.Logo{{Resolution: authy.LogoDefault}}},
		"a logo without resolution": {Message: "m", Logos: []authy.Logo{{URL: "https://a.test/x.png"}}},
		"no default logo":           {Message: "m", Logos: []authy.Logo{{Resolution: authy.LogoLow, URL: "https://a.test/x.png"}}},
		"a logo of a long address":  {Message: "m", Logos: []authy.Logo{{Resolution: authy.LogoDefault, URL: strings.Repeat("x", 501)}}},
		"a negative life":           {Message: "m", ExpiresIn: -time.Second},
		"a life and none":           {Message: "m", ExpiresIn: time.Second, NeverExpires: true},
	}
	for name, approval := range cases {
		if _, err := client.CreateApproval(t.Context(), 1, approval); !errors.Is(err, authy.ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, id := range []authy.ApprovalID{"", "..", "a/b", "xyz", "1?a=b", authy.ApprovalID(strings.Repeat("1", 65))} {
		if _, err := client.ApprovalStatus(t.Context(), id); !errors.Is(err, authy.ErrFormat) {
			t.Errorf("%q: %v", id, err)
		}
		if _, err := client.WaitApproval(t.Context(), id); !errors.Is(err, authy.ErrFormat) {
			t.Errorf("waiting for %q: %v", id, err)
		}
	}
}

// approval is the answer of the protocol with a status.
func approval(status, processed string) string {
	return `{"message":"Approval request status.","approval_request":{"_app_name":"Sample App","_app_serial_id":46113,"_authy_id":1000,"_id":"589d12e07d558e6b91e9370a","_user_email":"jo@example.com","app_id":"58547f6f4014250a11c201f6","created_at":"2017-02-10T01:09:52Z","notified":false,"processed_at":` + processed + `,"seconds_to_expire":86400,"status":"` + status + `","updated_at":"2017-02-10T01:09:52Z","user_id":"5840e1e84014250a11c201aa","uuid":"` + approvalID + `"},"success":true}`
}

func TestApprovalStatus(t *testing.T) {
	t.Parallel()
	status := func(ctx context.Context, c *authy.Client) (any, error) { return c.ApprovalStatus(ctx, approvalID) }
	const request = "GET /onetouch/json/approval_requests/" + approvalID
	created := time.Date(2017, 2, 10, 1, 9, 52, 0, time.UTC)
	want := func(status authy.ApprovalStatus, processed time.Time) *authy.Approval {
		return &authy.Approval{
			ID: approvalID, Status: status, UserID: 1000, UserEmail: "jo@example.com", AppName: "Sample App", AppID: 46113,
			AppObjectID: "58547f6f4014250a11c201f6", CreatedAt: created, UpdatedAt: created, ProcessedAt: processed, ExpiresAfter: 24 * time.Hour,
		}
	}
	exchangeAll(t, []exchange{
		{name: "pending", call: status, request: request, answer: approval("pending", "null"), want: want(authy.Pending, time.Time{})},
		{name: "approved", call: status, request: request, answer: approval("approved", `"2017-02-10T01:10:02Z"`), want: want(authy.Approved, created.Add(10*time.Second))},
		{name: "denied", call: status, request: request, answer: approval("denied", `"2017-02-10T01:10:02Z"`), want: want(authy.Denied, created.Add(10*time.Second))},
		{name: "expired", call: status, request: request, answer: approval("expired", `"2017-02-11T01:09:52Z"`), want: want(authy.Expired, created.Add(24*time.Hour))},
		{
			name: "unknown", call: status, request: request, status: 404, wantErr: authy.ErrNotFound,
			answer: `{"message":"Approval request not found: ` + approvalID + `","success":false,"errors":{},"error_code":"60049"}`,
		},
		{name: "another status", call: status, answer: approval("Approved", "null"), wantErr: authy.ErrUnexpectedAnswer},
		{name: "no status", call: status, answer: approval("", "null"), wantErr: authy.ErrUnexpectedAnswer},
		{name: "no request", call: status, answer: `{"success":true}`, wantErr: authy.ErrUnexpectedAnswer},
		{
			name: "another request", call: status, wantErr: authy.ErrUnexpectedAnswer,
			answer: strings.Replace(approval("approved", "null"), approvalID, "11111111-2222-4333-8444-555555555555", 1),
		},
	})
}

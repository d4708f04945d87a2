package authy_test

import (
	"context"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/authy"
)

func TestApplication(t *testing.T) {
	t.Parallel()
	details := func(ctx context.Context, c *authy.Client) (any, error) { return c.AppDetails(ctx) }
	stats := func(ctx context.Context, c *authy.Client) (any, error) { return c.AppStats(ctx) }
	exchangeAll(t, []exchange{
		{
			name: "details", call: details, request: "GET /protected/json/app/details",
			answer: `{"app":{"name":"Sample App","plan":"starter","sms_enabled":true,"phone_calls_enabled":true,"app_id":46113,"onetouch_enabled":true},"message":"Application information.","success":true}`,
			want:   &authy.AppDetails{ID: 46113, Name: "Sample App", Plan: "starter", SMSEnabled: true, CallsEnabled: true, OneTouchEnabled: true},
		},
		{
			name: "statistics", call: stats, request: "GET /protected/json/app/stats",
			answer: `{"app_id":46113,"count":1,"message":"Monthly statistics.","stats":[{"api_calls_count":9,"auths_count":4,"calls_count":0,"month":"June","sms_count":2,"users_count":3,"year":2017}],"total_users":3,"success":true}`,
			want: &authy.AppStats{ID: 46113, TotalUsers: 3, Months: []authy.MonthStats{
				{Year: 2017, Month: time.June, Users: 3, Auths: 4, SMS: 2, APICalls: 9},
			}},
		},
		{
			name: "no statistics yet, and a month in another language", call: stats,
			answer: `{"app_id":46113,"count":1,"message":"Monthly statistics.","stats":[{"api_calls_count":0,"auths_count":0,"calls_count":0,"month":"Juni","sms_count":0,"users_count":0,"year":2017}],"total_users":0,"success":true}`,
			want:   &authy.AppStats{ID: 46113, Months: []authy.MonthStats{{Year: 2017}}},
		},
		{
			name: "account suspended", call: details, status: 503, wantErr: authy.ErrSuspended,
			answer: `{"message":"Your account is suspended.","success":false,"errors":{"message":"Your account is suspended."},"error_code":"60060"}`,
		},
	})
}

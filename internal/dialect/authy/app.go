package authy

import "context"

type appDetails struct {
	App     app    `json:"app"`
	Message string `json:"message"`
	Success bool   `json:"success"`
}

type app struct {
	Name              string `json:"name"`
	Plan              string `json:"plan"`
	SMSEnabled        bool   `json:"sms_enabled"`
	PhoneCallsEnabled bool   `json:"phone_calls_enabled"`
	AppID             int64  `json:"app_id"`
	OneTouchEnabled   bool   `json:"onetouch_enabled"`
}

func (d *Dialect) appDetails(_ context.Context, c *call) (any, error) {
	a := c.caller.Application
	set, err := settingsOf(a)
	if err != nil {
		return nil, err
	}
	return appDetails{
		App: app{
			Name: a.Name, Plan: set.plan(), SMSEnabled: a.Settings.SMS, PhoneCallsEnabled: a.Settings.Voice, AppID: a.Number,
			OneTouchEnabled: a.Settings.Approvals,
		},
		Message: "Application information.", Success: true,
	}, nil
}

type appStats struct {
	AppID      int64      `json:"app_id"`
	Count      int        `json:"count"`
	Message    string     `json:"message"`
	Stats      []monthRow `json:"stats"`
	TotalUsers int64      `json:"total_users"`
	Success    bool       `json:"success"`
}

// monthRow has exactly these keys: a strict client refuses any other.
type monthRow struct {
	APICallsCount int64  `json:"api_calls_count"`
	AuthsCount    int64  `json:"auths_count"`
	CallsCount    int64  `json:"calls_count"`
	Month         string `json:"month"`
	SMSCount      int64  `json:"sms_count"`
	UsersCount    int64  `json:"users_count"`
	Year          int    `json:"year"`
}

func (d *Dialect) appStats(ctx context.Context, c *call) (any, error) {
	found, err := d.statistics.Of(ctx, c.caller.Application)
	if err != nil {
		return nil, err
	}
	rows := []monthRow{}
	for _, m := range found.Months {
		rows = append(rows, monthRow{
			APICallsCount: m.APICalls, AuthsCount: m.Accepted, CallsCount: m.Calls, Month: m.Month.Month().String(), SMSCount: m.SMS,
			UsersCount: m.Users, Year: m.Month.Year(),
		})
	}
	return appStats{
		AppID: c.caller.Application.Number, Count: len(rows), Message: "Monthly statistics.", Stats: rows,
		TotalUsers: found.TotalUsers, Success: true,
	}, nil
}

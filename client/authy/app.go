package authy

import (
	"context"
	"time"
)

// AppID is the serial number of an application.
type AppID int64

// AppDetails is the application the API key belongs to.
type AppDetails struct {
	ID              AppID
	Name            string
	Plan            string
	SMSEnabled      bool
	CallsEnabled    bool
	OneTouchEnabled bool
}

// AppDetails asks for the application; it is also the cheapest check of a key.
func (c *Client) AppDetails(ctx context.Context) (*AppDetails, error) {
	var wire struct {
		App struct {
			ID              number `json:"app_id"`
			Name            text   `json:"name"`
			Plan            text   `json:"plan"`
			SMSEnabled      flag   `json:"sms_enabled"`
			CallsEnabled    flag   `json:"phone_calls_enabled"`
			OneTouchEnabled flag   `json:"onetouch_enabled"`
		} `json:"app"`
	}
	if err := c.get(ctx, "application details", "/protected/json/app/details", nil, &wire); err != nil {
		return nil, err
	}
	app := wire.App
	return &AppDetails{
		ID: AppID(app.ID), Name: string(app.Name), Plan: string(app.Plan), SMSEnabled: bool(app.SMSEnabled),
		CallsEnabled: bool(app.CallsEnabled), OneTouchEnabled: bool(app.OneTouchEnabled),
	}, nil
}

// AppStats counts what an application has done.
type AppStats struct {
	ID         AppID
	TotalUsers int
	Months     []MonthStats
}

// MonthStats counts one month.
type MonthStats struct {
	Year     int
	Month    time.Month // zero when the server's name of it is unknown
	Users    int
	Auths    int
	SMS      int
	Calls    int
	APICalls int
}

type appStatsWire struct {
	ID         number `json:"app_id"`
	TotalUsers number `json:"total_users"`
	Stats      []struct {
		Year     number `json:"year"`
		Month    text   `json:"month"`
		Users    number `json:"users_count"`
		Auths    number `json:"auths_count"`
		SMS      number `json:"sms_count"`
		Calls    number `json:"calls_count"`
		APICalls number `json:"api_calls_count"`
	} `json:"stats"`
}

// AppStats asks for the monthly statistics.
func (c *Client) AppStats(ctx context.Context) (*AppStats, error) {
	var wire appStatsWire
	if err := c.get(ctx, "application statistics", "/protected/json/app/stats", nil, &wire); err != nil {
		return nil, err
	}
	stats := &AppStats{ID: AppID(wire.ID), TotalUsers: int(wire.TotalUsers)}
	for _, m := range wire.Stats {
		stats.Months = append(stats.Months, MonthStats{
			Year: int(m.Year), Month: monthOf(string(m.Month)), Users: int(m.Users), Auths: int(m.Auths),
			SMS: int(m.SMS), Calls: int(m.Calls), APICalls: int(m.APICalls),
		})
	}
	return stats, nil
}

func monthOf(name string) time.Month {
	for month := time.January; month <= time.December; month++ {
		if month.String() == name {
			return month
		}
	}
	return 0
}

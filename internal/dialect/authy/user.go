package authy

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/twinseal/twinseal/internal/mfa"
)

type createdUser struct {
	Message string `json:"message"`
	User    struct {
		ID int64 `json:"id"`
	} `json:"user"`
	Success bool `json:"success"`
}

// defaultCountryCode is that of the service's home.
const defaultCountryCode = "1"

// newUser registers a person. Its answer holds no digits but the id: a shell client takes every run of
// digits for it.
func (d *Dialect) newUser(ctx context.Context, c *call) (any, error) {
	in, err := c.readUser()
	if err != nil {
		return nil, err
	}
	user, err := d.service.CreateUser(ctx, in)
	if err != nil {
		return nil, err
	}
	answer := createdUser{Message: "User created successfully.", Success: true}
	answer.User.ID = user.Number
	return answer, nil
}

// readUser reads the user's fields and names all that are wrong at once.
func (c *call) readUser() (mfa.NewUser, error) {
	given := c.params.object("user")
	in := mfa.NewUser{Caller: c.caller, Source: c.source, InstallLink: true}
	for _, from := range []*value{given, c.params.root} {
		in.InstallLink = c.params.flagIn(from, "send_install_link_via_sms", in.InstallLink)
	}
	email, cellphone := c.params.textIn(given, "email"), c.params.textIn(given, "cellphone")
	countryCode := c.params.textIn(given, "country_code")
	if err := c.params.failed(); err != nil {
		return in, err
	}
	if countryCode == "" {
		countryCode = defaultCountryCode
	}
	var wrong []property
	var err error
	if in.Phone, err = mfa.ParsePhone(countryCode, cellphone); err != nil {
		wrong = append(wrong, phoneProblem(err, cellphone))
	}
	if in.Email, err = mfa.ParseEmail(email); err != nil {
		wrong = append(wrong, property{"email", problemOf(email)})
	}
	if len(wrong) > 0 {
		return in, &refusal{failure: failUserInvalid, fields: wrong}
	}
	return in, nil
}

// phoneProblem tells a calling code that does not exist from a number that cannot be one.
func phoneProblem(err error, cellphone string) property {
	if errors.Is(err, &mfa.Error{Code: mfa.Invalid, Reason: mfa.ReasonCountryInvalid}) {
		return property{"country_code", "is not supported"}
	}
	return property{"cellphone", problemOf(cellphone)}
}

func problemOf(given string) string {
	if given == "" {
		return "is invalid and can't be blank"
	}
	return "is invalid"
}

type userStatus struct {
	Status  status `json:"status"`
	Message string `json:"message"`
	Success bool   `json:"success"`
}

type status struct {
	AuthyID         int64            `json:"authy_id"`
	Confirmed       bool             `json:"confirmed"`
	Registered      bool             `json:"registered"`
	CountryCode     int              `json:"country_code"`
	PhoneNumber     string           `json:"phone_number"`
	Email           string           `json:"email,omitempty"`
	Devices         []string         `json:"devices"`
	HasHardToken    bool             `json:"has_hard_token"`
	AccountDisabled bool             `json:"account_disabled"`
	DetailedDevices []detailedDevice `json:"detailed_devices"`
	DeletedDevices  []string         `json:"deleted_devices"`
}

type detailedDevice struct {
	DeviceType           string  `json:"device_type"`
	OSType               string  `json:"os_type"`
	RegistrationDeviceID *int64  `json:"registration_device_id"`
	RegistrationMethod   *string `json:"registration_method"`
	DeviceID             int64   `json:"device_id"`
	LastSyncDate         int64   `json:"last_sync_date"`
	CreationDate         int64   `json:"creation_date"`
}

func (d *Dialect) userStatus(ctx context.Context, c *call) (any, error) {
	ref, err := c.user()
	if err != nil {
		return nil, err
	}
	found, err := d.service.UserStatus(ctx, c.caller, ref)
	if err != nil {
		return nil, err
	}
	return userStatus{Status: statusOf(found), Message: "User status.", Success: true}, nil
}

func statusOf(found mfa.UserStatus) status {
	u, devices := found.User, found.Devices()
	s := status{
		AuthyID: u.Number, Confirmed: u.Confirmed, Registered: len(devices) > 0, CountryCode: u.Phone.CountryCode,
		PhoneNumber: maskedStatus(u.Phone), Email: u.Email(), AccountDisabled: u.State == mfa.UserSuspended,
		Devices: []string{}, DetailedDevices: []detailedDevice{}, DeletedDevices: []string{},
	}
	for _, a := range devices {
		s.Devices = append(s.Devices, osType(a))
		s.DetailedDevices = append(s.DetailedDevices, detailedDevice{
			DeviceType: "authy", OSType: osType(a), RegistrationMethod: registrationMethod(a), DeviceID: a.Number,
			LastSyncDate: epoch(a.LastUsedAt), CreationDate: epoch(a.CreatedAt),
		})
	}
	return s
}

func (d *Dialect) deleteUser(ctx context.Context, c *call) (any, error) {
	ref, err := c.user()
	if err != nil {
		return nil, err
	}
	if err := d.service.RemoveUser(ctx, c.caller, ref, c.source); err != nil {
		return nil, err
	}
	return done{"User removed from application", true}, nil
}

func (d *Dialect) updateUser(ctx context.Context, c *call) (any, error) {
	given := c.params.text("email")
	if nested := c.params.object("user"); given == "" && nested != nil {
		given = c.params.textIn(nested, "email")
	}
	if err := c.params.failed(); err != nil {
		return nil, err
	}
	ref, err := c.user()
	if err != nil {
		return nil, err
	}
	email, err := mfa.ParseEmail(given)
	if err != nil {
		return nil, err
	}
	if _, err := d.service.ChangeEmail(ctx, c.caller, ref, email, c.source); err != nil {
		return nil, err
	}
	return done{"User was updated successfully", true}, nil
}

// activities are the types that an application may report.
var activities = []string{"password_reset", "banned", "unbanned", "cookie_login"}

func (d *Dialect) registerActivity(ctx context.Context, c *call) (any, error) {
	kind := c.params.text("type")
	if err := c.params.failed(); err != nil || !slices.Contains(activities, kind) {
		return nil, refuse(failActivity)
	}
	ref, err := c.user()
	if err != nil {
		return nil, err
	}
	activity := mfa.Activity{Type: kind, Source: c.source, Bans: kind == "banned", Unbans: kind == "unbanned"}
	if data := c.params.root.get("data"); data != nil && data.kind != kindNull {
		if activity.Data, err = json.Marshal(plain(data)); err != nil {
			return nil, err
		}
	}
	if err := d.service.RecordActivity(ctx, c.caller, ref, activity); err != nil {
		return nil, err
	}
	return done{"Activity was created.", true}, nil
}

// plain is a parameter as JSON; its scalars are texts by now.
func plain(v *value) any {
	switch v.kind {
	case kindObject:
		o := object{}
		for _, m := range v.members {
			o = append(o, property{m.name, plain(m.value)})
		}
		return o
	case kindList:
		list := []any{}
		for _, e := range v.elements {
			list = append(list, plain(e))
		}
		return list
	case kindNull:
		return nil
	}
	return v.text
}

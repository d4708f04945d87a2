package authy

import (
	"context"
	"fmt"
	"math"
	"net/netip"
	"strconv"
	"time"
)

// UserID is the protocol's handle of a user (authy_id): positive, at most
// 2147483647.
type UserID int32

// ParseUserID reads an id from decimal text.
func ParseUserID(s string) (UserID, error) {
	id, err := strconv.ParseInt(s, 10, 32)
	if err != nil || !onlyDigits(s) || id < 1 {
		return 0, errUserID()
	}
	return UserID(id), nil
}

// String is the id in decimal.
func (id UserID) String() string { return strconv.Itoa(int(id)) }

func (id UserID) check() error {
	if id < 1 {
		return errUserID()
	}
	return nil
}

func errUserID() error {
	return &FormatError{Field: "user id", Reason: fmt.Sprintf("must be a number from 1 to %d", math.MaxInt32)}
}

// userID turns a number of an answer into an id.
func (n number) userID() (UserID, bool) {
	if n < 1 || n > math.MaxInt32 {
		return 0, false
	}
	return UserID(n), true
}

// NewUser is a person to register.
type NewUser struct {
	Email string
	Phone Phone

	// SendInstallLink asks the server to send the person a link to the
	// authenticator app, in case they have no device yet.
	SendInstallLink bool

	UserIP netip.Addr // of the person, for the server's records; optional
}

type newUserWire struct {
	User struct {
		Email       string `json:"email"`
		Cellphone   string `json:"cellphone"`
		CountryCode int    `json:"country_code"`
	} `json:"user"`
	SendInstallLink bool   `json:"send_install_link_via_sms"`
	UserIP          string `json:"user_ip,omitempty"`
}

// CreateUser registers a person by phone number and returns the id to store. A
// number that is registered already gives the same id again.
func (c *Client) CreateUser(ctx context.Context, user NewUser) (UserID, error) {
	const op = "create user"
	body := newUserWire{SendInstallLink: user.SendInstallLink, UserIP: addr(user.UserIP)}
	body.User.Email, body.User.Cellphone, body.User.CountryCode = user.Email, user.Phone.Number, user.Phone.CountryCode
	var wire struct {
		User struct {
			ID number `json:"id"`
		} `json:"user"`
	}
	if err := c.post(ctx, op, "/protected/json/users/new", body, &wire); err != nil {
		return 0, err
	}
	id, ok := wire.User.ID.userID()
	if !ok {
		return 0, unexpected(op, "it has no user id")
	}
	return id, nil
}

// UserStatus is what the server tells of a user.
type UserStatus struct {
	ID              UserID
	Confirmed       bool // has passed at least one check
	Registered      bool // has an authenticator app
	CountryCode     int
	PhoneNumber     string // masked but for the last digits
	Email           string // may be empty
	Devices         []string
	HasHardToken    bool
	AccountDisabled bool
	DetailedDevices []RegisteredDevice
}

// RegisteredDevice is one device in a [UserStatus].
type RegisteredDevice struct {
	ID                 string
	Type               string
	OS                 string
	RegistrationMethod string
	CreatedAt          time.Time
	LastSyncAt         time.Time
}

type userStatusWire struct {
	Status struct {
		ID              number   `json:"authy_id"`
		Confirmed       flag     `json:"confirmed"`
		Registered      flag     `json:"registered"`
		CountryCode     number   `json:"country_code"`
		PhoneNumber     text     `json:"phone_number"`
		Email           text     `json:"email"`
		Devices         []string `json:"devices"`
		HasHardToken    flag     `json:"has_hard_token"`
		AccountDisabled flag     `json:"account_disabled"`
		DetailedDevices []struct {
			ID                 text    `json:"device_id"`
			Type               text    `json:"device_type"`
			OS                 text    `json:"os_type"`
			RegistrationMethod text    `json:"registration_method"`
			CreatedAt          instant `json:"creation_date"`
			LastSyncAt         instant `json:"last_sync_date"`
		} `json:"detailed_devices"`
	} `json:"status"`
}

// UserStatus asks for the state of a user.
func (c *Client) UserStatus(ctx context.Context, id UserID) (*UserStatus, error) {
	const op = "user status"
	if err := id.check(); err != nil {
		return nil, err
	}
	var wire userStatusWire
	if err := c.get(ctx, op, "/protected/json/users/"+id.String()+"/status", nil, &wire); err != nil {
		return nil, err
	}
	s := wire.Status
	found, ok := s.ID.userID()
	if !ok {
		return nil, unexpected(op, "it has no user id")
	}
	status := &UserStatus{
		ID: found, Confirmed: bool(s.Confirmed), Registered: bool(s.Registered), CountryCode: int(s.CountryCode),
		PhoneNumber: string(s.PhoneNumber), Email: string(s.Email), Devices: s.Devices,
		HasHardToken: bool(s.HasHardToken), AccountDisabled: bool(s.AccountDisabled),
	}
	for _, d := range s.DetailedDevices {
		status.DetailedDevices = append(status.DetailedDevices, RegisteredDevice{
			ID: string(d.ID), Type: string(d.Type), OS: string(d.OS), RegistrationMethod: string(d.RegistrationMethod),
			CreatedAt: d.CreatedAt.Time, LastSyncAt: d.LastSyncAt.Time,
		})
	}
	return status, nil
}

// DeleteOptions are the optional parts of [Client.DeleteUser].
type DeleteOptions struct {
	UserIP netip.Addr // of the person, for the server's records
}

// DeleteUser removes a user from the application.
func (c *Client) DeleteUser(ctx context.Context, id UserID, options DeleteOptions) error {
	if err := id.check(); err != nil {
		return err
	}
	body := struct {
		UserIP string `json:"user_ip,omitempty"`
	}{addr(options.UserIP)}
	return c.post(ctx, "delete user", "/protected/json/users/"+id.String()+"/delete", body, nil)
}

// UpdateEmail replaces the e-mail address of a user.
func (c *Client) UpdateEmail(ctx context.Context, id UserID, email string) error {
	if err := id.check(); err != nil {
		return err
	}
	body := struct {
		Email string `json:"email"`
	}{email}
	return c.post(ctx, "update user", "/protected/json/users/"+id.String()+"/update", body, nil)
}

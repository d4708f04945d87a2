package launchkey

import (
	"context"
	"net/http"
	"time"
)

// DirectoryClient acts on the users of a directory: their devices, sessions and
// codes. It manages the directory's services through [ServiceManager].
type DirectoryClient struct {
	ServiceManager

	on client
}

// userBody names a user by the identifier that the integrator chose.
type userBody struct {
	Identifier string   `json:"identifier"`
	TTL        int64    `json:"ttl,omitempty"`
	Device     DeviceID `json:"device_id,omitempty"`
}

func checkUser(user string) error {
	if user == "" {
		return &FormatError{Field: "user", Reason: "must not be empty"}
	}
	return nil
}

// LinkDeviceOptions are for [DirectoryClient.LinkDevice].
type LinkDeviceOptions struct {
	// TTL is how long the code can be used, in whole seconds (rounded up);
	// zero is the server's default.
	TTL time.Duration
}

// DeviceLink is what a user needs to link a device.
type DeviceLink struct {
	Code      string // to type
	QRCodeURL string // the same as a picture, to scan
	DeviceID  DeviceID
}

// LinkDevice starts to link a device of a user, who need not be known yet. Show
// the code, or the picture, to that user alone.
func (c *DirectoryClient) LinkDevice(ctx context.Context, user string, options LinkDeviceOptions) (*DeviceLink, error) {
	const op = "link device"
	if err := checkUser(user); err != nil {
		return nil, err
	}
	ttl, err := wholeSeconds("TTL", options.TTL)
	if err != nil {
		return nil, err
	}
	var wire struct {
		Code     string   `json:"code"`
		QRCode   string   `json:"qrcode"`
		DeviceID DeviceID `json:"device_id"`
	}
	if err := c.on.do(ctx, call{op, http.MethodPost, devicesPath, userBody{Identifier: user, TTL: ttl}}, &wire); err != nil {
		return nil, err
	}
	if wire.Code == "" || wire.QRCode == "" || wire.DeviceID.check() != nil {
		return nil, unexpected(op, "it lacks the code, the picture or the id of the device")
	}
	return &DeviceLink{Code: wire.Code, QRCodeURL: wire.QRCode, DeviceID: wire.DeviceID}, nil
}

const (
	devicesPath  = "/directory/v3/devices"
	sessionsPath = "/directory/v3/sessions"
	totpPath     = "/directory/v3/totp"
)

// wholeSeconds is a duration on the wire, where zero is left out.
func wholeSeconds(field string, d time.Duration) (int64, error) {
	if d < 0 {
		return 0, &FormatError{Field: field, Reason: "must not be negative"}
	}
	return int64((d + time.Second - 1) / time.Second), nil
}

// DeviceStatus is how far a device is.
type DeviceStatus int

// The states of a device.
const (
	LinkPending   DeviceStatus = 0
	Linked        DeviceStatus = 1
	UnlinkPending DeviceStatus = 2
)

// String names the status.
func (s DeviceStatus) String() string {
	switch s {
	case LinkPending:
		return "link pending"
	case Linked:
		return "linked"
	case UnlinkPending:
		return "unlink pending"
	default:
		return "unknown"
	}
}

// Active reports whether the device can be asked.
func (s DeviceStatus) Active() bool { return s == Linked || s == UnlinkPending }

// Device is a device of a user.
type Device struct {
	ID        DeviceID
	Name      string // empty while the link is pending
	Type      string // such as "Android"; empty while the link is pending
	Status    DeviceStatus
	CreatedAt time.Time
	UpdatedAt time.Time
}

// LinkedDevices lists the devices of a user, those whose link is pending too,
// oldest first. A user who is not known has none.
func (c *DirectoryClient) LinkedDevices(ctx context.Context, user string) ([]Device, error) {
	const op = "list devices"
	if err := checkUser(user); err != nil {
		return nil, err
	}
	var wire []struct {
		ID      DeviceID      `json:"id"`
		Name    string        `json:"name"`
		Type    string        `json:"type"`
		Status  *DeviceStatus `json:"status"`
		Created instant       `json:"created"`
		Updated instant       `json:"updated"`
	}
	if err := c.on.do(ctx, call{op, http.MethodPost, devicesPath + "/list", userBody{Identifier: user}}, &wire); err != nil {
		return nil, err
	}
	devices := make([]Device, 0, len(wire))
	for _, w := range wire {
		if w.ID.check() != nil || w.Status == nil || w.Status.String() == "unknown" {
			return nil, unexpected(op, "a device has no id or no status of the protocol")
		}
		devices = append(devices, Device{
			ID: w.ID, Name: w.Name, Type: w.Type, Status: *w.Status, CreatedAt: w.Created.Time, UpdatedAt: w.Updated.Time,
		})
	}
	return devices, nil
}

// UnlinkDevice takes a device away from a user, linked or pending.
func (c *DirectoryClient) UnlinkDevice(ctx context.Context, user string, device DeviceID) error {
	if err := checkUser(user); err != nil {
		return err
	}
	if err := device.check(); err != nil {
		return err
	}
	body := userBody{Identifier: user, Device: device}
	return c.on.do(ctx, call{"unlink device", http.MethodDelete, devicesPath, body}, nil)
}

// Session is a login of a user at a service.
type Session struct {
	ServiceID   ServiceID
	ServiceName string
	ServiceIcon string          // empty for none
	RequestID   AuthorizationID // that it rests on; empty for none
	StartedAt   time.Time
}

// AllServiceSessions lists where a user is logged in.
func (c *DirectoryClient) AllServiceSessions(ctx context.Context, user string) ([]Session, error) {
	const op = "list sessions"
	if err := checkUser(user); err != nil {
		return nil, err
	}
	var wire []struct {
		Request AuthorizationID `json:"auth_request"`
		Created instant         `json:"date_created"`
		Icon    string          `json:"service_icon"`
		ID      ServiceID       `json:"service_id"`
		Name    string          `json:"service_name"`
	}
	if err := c.on.do(ctx, call{op, http.MethodPost, sessionsPath + "/list", userBody{Identifier: user}}, &wire); err != nil {
		return nil, err
	}
	sessions := make([]Session, 0, len(wire))
	for _, w := range wire {
		if w.ID.check() != nil {
			return nil, unexpected(op, "a session has no service")
		}
		sessions = append(sessions, Session{
			ServiceID: w.ID, ServiceName: w.Name, ServiceIcon: w.Icon, RequestID: w.Request, StartedAt: w.Created.Time,
		})
	}
	return sessions, nil
}

// EndAllServiceSessions logs a user out of all services of the directory; each
// of them is told by its webhook.
func (c *DirectoryClient) EndAllServiceSessions(ctx context.Context, user string) error {
	if err := checkUser(user); err != nil {
		return err
	}
	return c.on.do(ctx, call{"end sessions", http.MethodDelete, sessionsPath, userBody{Identifier: user}}, nil)
}

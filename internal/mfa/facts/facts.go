// Package facts holds what rules may know of an action: gathered when it is tracked, recorded with the decision, and
// answered by name, then and whenever the decision is made once more.
package facts

import (
	"encoding/json"
	"strings"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Facts are what is known of one action. What nobody told is not known, so that no rule matches by it. Its methods must
// not be called at the same time.
type Facts struct {
	Address *Address        `json:"ip,omitempty"`
	Device  *Device         `json:"device,omitempty"`
	Agent   *Agent          `json:"agent,omitempty"`
	User    User            `json:"user"`
	Time    Time            `json:"time"`
	Counts  Counts          `json:"velocity"`
	Custom  json.RawMessage `json:"custom,omitempty"`      // of the action
	OfUser  json.RawMessage `json:"user_custom,omitempty"` // of the user; the action's comes first

	points map[string]any // both of the custom data, once they were asked for
}

// Address is what is known of where the action came from.
type Address struct {
	Address      string   `json:"address"`
	Country      string   `json:"country,omitempty"`
	City         string   `json:"city,omitempty"`
	Network      string   `json:"network,omitempty"`
	Lists        []string `json:"lists,omitempty"`
	Anonymous    bool     `json:"anonymous,omitempty"`
	Embargoed    bool     `json:"embargoed,omitempty"`
	Unrecognized bool     `json:"unrecognized,omitempty"` // the user proved nothing from it lately
	Travel       *Travel  `json:"travel,omitempty"`
}

// Travel is how the user came from where an action was last proved, where both places are known.
type Travel struct {
	DistanceKm float64 `json:"distance_km"`
	SpeedKmh   float64 `json:"speed_kmh"`
	Impossible bool    `json:"impossible,omitempty"` // nothing flies so fast
	Atypical   bool    `json:"atypical,omitempty"`   // far from wherever the user proved something
}

// Device is what is known of the browser or phone.
type Device struct {
	ID         string `json:"id"`
	New        bool   `json:"new,omitempty"`
	Remembered bool   `json:"remembered,omitempty"`
}

// Agent is what the browser says of itself.
type Agent struct {
	Browser string `json:"browser,omitempty"`
	OS      string `json:"os,omitempty"`
	Device  string `json:"device,omitempty"`
	Bot     bool   `json:"bot,omitempty"`
}

// User is what is known of who acts.
type User struct {
	Alias    string       `json:"alias"`
	Email    string       `json:"email,omitempty"`
	Phone    string       `json:"phone,omitempty"`
	Methods  []mfa.Method `json:"methods,omitempty"` // enrolled
	Verified bool         `json:"verified,omitempty"`
	AgeDays  int64        `json:"age_days"`
	Devices  int64        `json:"devices"`
}

// Time is when it happened, in UTC. Sunday is 0.
type Time struct {
	Hour    int `json:"hour"`
	Weekday int `json:"weekday"`
}

// Counts are how often the user, the user with this code, the address and the device acted, this action included.
type Counts struct {
	User       *mfa.Velocity `json:"user,omitempty"`
	UserAction *mfa.Velocity `json:"user_action,omitempty"`
	IP         *mfa.Velocity `json:"ip,omitempty"`
	Device     *mfa.Velocity `json:"device,omitempty"`
}

// Of is where the count of a kind stands; nil for a kind that is not counted.
func (c *Counts) Of(kind mfa.VelocityKind) **mfa.Velocity {
	switch kind {
	case mfa.VelocityUser:
		return &c.User
	case mfa.VelocityUserAction:
		return &c.UserAction
	case mfa.VelocityIP:
		return &c.IP
	case mfa.VelocityDevice:
		return &c.Device
	}
	return nil
}

// Parse reads facts that were recorded.
func Parse(recorded json.RawMessage) (*Facts, error) {
	var f Facts
	if f.read(recorded) {
		return &f, nil
	}
	f = Facts{}
	if err := json.Unmarshal(recorded, &f); err != nil {
		return nil, &mfa.Error{Code: mfa.Internal, Message: "the facts of an action cannot be read", Cause: err}
	}
	return &f, nil
}

// Record writes them.
func (f *Facts) Record() (json.RawMessage, error) {
	text, err := json.Marshal(f)
	if err != nil {
		return nil, &mfa.Error{Code: mfa.Internal, Message: "the facts of an action cannot be written", Cause: err}
	}
	return text, nil
}

// Fact answers by the names that rules use.
func (f *Facts) Fact(name string) (value any, known bool) {
	group, member, _ := strings.Cut(name, ".")
	switch group {
	case "ip":
		return f.Address.fact(member)
	case "travel":
		return f.Address.travel(member)
	case "device":
		return f.device(member)
	case "userAgent":
		return f.Agent.fact(member)
	case "user":
		return f.User.fact(member)
	case "authenticators":
		return f.User.methods(), true
	case "time":
		return f.Time.fact(member)
	case "velocity":
		return f.Counts.fact(member)
	case "custom":
		return f.point(member)
	}
	return nil, false
}

// text is known where there is some.
func text(s string) (value any, known bool) { return s, s != "" }

func (a *Address) fact(member string) (value any, known bool) {
	if a == nil {
		return nil, false
	}
	switch member {
	case "address":
		return a.Address, true
	case "countryCode":
		return text(a.Country)
	case "city":
		return text(a.City)
	case "network":
		return text(a.Network)
	case "lists":
		return a.Lists, true
	case "isAnonymous":
		return a.Anonymous, true
	case "countryCodeInOfacList":
		return a.Embargoed, true
	case "isUnrecognized":
		return a.Unrecognized, true
	case "impossibleTravel":
		return a.Travel != nil && a.Travel.Impossible, true
	case "atypicalTravel":
		return a.Travel != nil && a.Travel.Atypical, true
	}
	return nil, false
}

func (a *Address) travel(member string) (value any, known bool) {
	if a == nil || a.Travel == nil {
		return nil, false
	}
	switch member {
	case "distanceKm":
		return a.Travel.DistanceKm, true
	case "speedKmh":
		return a.Travel.SpeedKmh, true
	}
	return nil, false
}

func (f *Facts) device(member string) (value any, known bool) {
	switch {
	case member == "count":
		return f.User.Devices, true
	case member == "isBot":
		return f.Agent != nil && f.Agent.Bot, f.Agent != nil
	case member == "isRemembered":
		return f.Device != nil && f.Device.Remembered, true
	case f.Device == nil:
		return nil, false
	case member == "id":
		return f.Device.ID, true
	case member == "isNew":
		return f.Device.New, true
	}
	return nil, false
}

func (a *Agent) fact(member string) (value any, known bool) {
	if a == nil {
		return nil, false
	}
	switch member {
	case "browser":
		return text(a.Browser)
	case "os":
		return text(a.OS)
	case "device":
		return text(a.Device)
	}
	return nil, false
}

func (u *User) fact(member string) (value any, known bool) {
	switch member {
	case "userId":
		return u.Alias, true
	case "email":
		return text(u.Email)
	case "phoneNumber":
		return text(u.Phone)
	case "isEnrolled":
		return len(u.Methods) > 0, true
	case "hasPreviouslyVerified":
		return u.Verified, true
	case "ageDays":
		return u.AgeDays, true
	}
	return nil, false
}

// methods are the enrolled ones in the words of those who write rules.
func (u *User) methods() []string {
	all := make([]string, len(u.Methods))
	for i, m := range u.Methods {
		all[i] = Word(m)
	}
	return all
}

// Word is a method as rules call it.
func Word(m mfa.Method) string {
	if m == mfa.MethodTOTP {
		return "AUTHENTICATOR_APP"
	}
	return strings.ToUpper(string(m))
}

func (t *Time) fact(member string) (value any, known bool) {
	switch member {
	case "hour":
		return t.Hour, true
	case "weekday":
		return t.Weekday, true
	}
	return nil, false
}

func (c *Counts) fact(member string) (value any, known bool) {
	kind, window, _ := strings.Cut(member, ".")
	counts := c.Of(mfa.VelocityKind(kind))
	if counts == nil || *counts == nil {
		return nil, false
	}
	for i, w := range mfa.VelocityWindows() {
		if w.Name == window {
			return (*counts)[i], true
		}
	}
	return nil, false
}

// point finds a custom point: of the action or, where that has none of the name, of the user.
func (f *Facts) point(name string) (value any, known bool) {
	if f.points == nil {
		f.points = make(map[string]any)
		for _, object := range []json.RawMessage{f.OfUser, f.Custom} {
			if len(object) > 0 && json.Unmarshal(object, &f.points) != nil {
				return nil, false
			}
		}
	}
	value, known = f.points[name]
	return value, known && value != nil
}

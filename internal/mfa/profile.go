package mfa

import (
	"encoding/json"
	"time"
)

// Profile is what an application tells of a user for its actions, and what is remembered of where the user was. It is
// sealed at rest. Texts stay as they were told: an address here is no proof of anything unless it says verified.
type Profile struct {
	UserID        UserID          `json:"-"`
	DirectoryID   DirectoryID     `json:"-"`
	Email         string          `json:"email,omitempty"`
	EmailVerified bool            `json:"email_verified,omitempty"`
	Phone         string          `json:"phone,omitempty"`
	PhoneVerified bool            `json:"phone_verified,omitempty"`
	Username      string          `json:"username,omitempty"`
	DisplayName   string          `json:"display_name,omitempty"`
	Locale        string          `json:"locale,omitempty"`
	Custom        json.RawMessage `json:"custom,omitempty"` // object of data points
	DefaultMethod Method          `json:"default_method,omitempty"`
	VerifiedAt    time.Time       `json:"verified_at,omitzero"` // when the user last proved an action
	// Places are where the user proved actions, the latest first, MaxPlaces at most and each once.
	Places    []ProvedPlace `json:"places,omitempty"`
	CreatedAt time.Time     `json:"-"`
	UpdatedAt time.Time     `json:"-"`
}

// MaxPlaces bounds [Profile.Places]: home, work, some journeys.
const MaxPlaces = 10

// ProvedPlace is where a user proved an action.
type ProvedPlace struct {
	IP        string    `json:"ip"`
	Country   string    `json:"country,omitempty"`
	City      string    `json:"city,omitempty"`
	Latitude  float64   `json:"lat,omitempty"`
	Longitude float64   `json:"lon,omitempty"`
	Located   bool      `json:"located,omitempty"` // latitude and longitude are known
	At        time.Time `json:"at"`
}

// ProfileField is by what profiles are found.
type ProfileField string

const (
	ProfileEmail    ProfileField = "email"
	ProfilePhone    ProfileField = "phone"
	ProfileUsername ProfileField = "username"
)

// Tracked is what a decision reads of a user in one go.
type Tracked struct {
	User User
	// Profile is empty but for ids where the user has none.
	Profile Profile
	// Device is the known device of that id; its DeviceID is "" where there is none. Devices is how many are known and not
	// invalidated.
	Device  KnownDevice
	Devices int64
	// Held are the user's authenticators, oldest first, without secrets, names and times.
	Held []Authenticator
}

// ProfileReader looks profiles up.
type ProfileReader interface {
	Profile(UserID) (Profile, error)
	// ProfilesBy lists a directory's whose field is exactly the value, by user id, after the given one.
	ProfilesBy(directory DirectoryID, field ProfileField, value string, after UserID, limit int) ([]Profile, error)
	// TrackedUser reads the user of an alias with its profile, its authenticators and one device at the application.
	TrackedUser(application ApplicationID, directory DirectoryID, alias, device string) (Tracked, error)
}

// ProfileWriter changes them.
type ProfileWriter interface {
	// PutProfile adds or replaces it; the caller holds the user's lock.
	PutProfile(Profile) error
}

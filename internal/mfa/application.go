package mfa

import (
	"encoding/json"
	"maps"
	"time"

	"github.com/twinseal/twinseal/policy"
)

// Application is what asks: a relying party in a directory, or one of the organization itself, which has no users.
type Application struct {
	ID             ApplicationID
	OrganizationID OrganizationID
	DirectoryID    DirectoryID // "" for one of the organization itself
	Number         int64       // serial, unique on this server; dialects that need an integer id use it
	Name           string
	Settings       ApplicationSettings
	CreatedAt      time.Time
	UpdatedAt      time.Time
}

// Under is what the application stands under: its directory or, without one, its organization.
func (a Application) Under() Owner {
	if a.DirectoryID == "" {
		return a.OrganizationID.Owner()
	}
	return a.DirectoryID.Owner()
}

// Clone is a copy whose settings may be changed.
func (a Application) Clone() Application {
	a.Settings.Dialects = maps.Clone(a.Settings.Dialects)
	return a
}

// ApplicationSettings are the switches every front door honours. The zero value is safe: nothing costly
// or weak is on, so an apply file or the console turns on what is wanted ([DefaultSettings]).
type ApplicationSettings struct {
	SMS         bool   `json:"sms"`          // codes by SMS may be sent
	Voice       bool   `json:"voice"`        // codes by call may be sent
	Email       bool   `json:"email"`        // codes by mail may be sent
	Approvals   bool   `json:"approvals"`    // approval requests to devices
	GenericTOTP bool   `json:"generic_totp"` // seeds as QR for any authenticator app
	CustomCodes bool   `json:"custom_codes"` // callers may bring their own code or text
	PassThrough bool   `json:"pass_through"` // unforced checks of people who enrolled nothing succeed; a footgun, see docs
	LockOnBan   bool   `json:"lock_on_ban"`  // a "banned" activity suspends the user
	CodeDigits  int    `json:"code_digits"`  // digits of sent codes, 4 to 10; 0 means 7
	TestMode    bool   `json:"test_mode"`    // the published test token is accepted, in the sandbox alone
	LogoURL     string `json:"logo_url,omitempty"`
	// Policy is what every approval request of the application demands; a request can only demand more.
	Policy *policy.Policy `json:"policy,omitempty"`
	// Matching says that the application shows the numbers that approval requests ask for, and when they do.
	Matching Matching `json:"matching,omitempty"`
	Disabled bool     `json:"disabled,omitempty"` // nothing that concerns users is done, by any front door
	// RelyingParty is whose passkeys the application registers and accepts; nil: none.
	RelyingParty *RelyingParty `json:"relying_party,omitempty"`
	// StepUp says how the application's actions are challenged; nil: [DefaultStepUp].
	StepUp *StepUp `json:"step_up,omitempty"`
	// Dialects holds each dialect's own settings under its name, as JSON that only the dialect reads.
	Dialects map[string]json.RawMessage `json:"dialects,omitempty"`
}

// DefaultSettings are those of an application whose apply file says nothing else.
func DefaultSettings() ApplicationSettings {
	return ApplicationSettings{SMS: true, Voice: true, Email: true, Approvals: true, GenericTOTP: true}
}

// ApplicationReader looks applications up.
type ApplicationReader interface {
	Application(id ApplicationID) (Application, error)
	ApplicationByNumber(number int64) (Application, error)
	ApplicationByName(directory DirectoryID, name string) (Application, error)
	ApplicationsOf(directory DirectoryID) ([]Application, error)
	// OrganizationApplications lists those of the organization that are in no directory, oldest first.
	OrganizationApplications(OrganizationID) ([]Application, error)
	// ApplicationNamed finds the oldest of that name anywhere in the organization.
	ApplicationNamed(organization OrganizationID, name string) (Application, error)
	CountApplications(OrganizationID) (int64, error)
	// Applications lists up to limit of all directories, by number.
	Applications(limit int) ([]Application, error)
}

// ApplicationWriter changes them.
type ApplicationWriter interface {
	// PutApplication adds it, or replaces name and settings of the one with its id. Number 0 asks for
	// the next free one. An id that belongs to another directory is a Conflict.
	PutApplication(Application) (Application, error)
}

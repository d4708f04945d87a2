package api

// Branding is how a directory looks to its people. Everything in it was checked
// by the server and is to be checked again: it is for decoration alone.
type Branding struct {
	Name  string `json:"name,omitempty"`
	Color string `json:"color,omitempty"` // "#rrggbb", lower case
	// Logo names the picture of [PathBranding], "" for none: a digest, so that
	// what it names never changes.
	Logo string `json:"logo,omitempty"`
}

// Rename is the body of PATCH /api/v1/device. The answer is the [Device].
type Rename struct {
	Name string `json:"name"`
}

// LinkedDevice is one of the devices that answer for a person.
type LinkedDevice struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	Platform   string `json:"platform"`
	CreatedAt  string `json:"created_at"`
	LastSeenAt string `json:"last_seen_at,omitempty"`
	This       bool   `json:"this"` // the one that asked
}

// DeviceList answers GET /devices, oldest first.
type DeviceList struct {
	Devices []LinkedDevice `json:"devices"`
}

// RecoveryLeft answers GET /recovery: how many codes are left, 0 for none.
type RecoveryLeft struct {
	Left int `json:"left"`
}

// RecoveryCodes answers POST /recovery: fresh codes, shown this once. All that
// were given before are dead.
type RecoveryCodes struct {
	Codes []string `json:"codes"`
}

// RecoveryLinkRequest is the body of POST /links/recovery: a device in the place
// of those that were lost. User is what the person is known by: a phone number
// in E.164, an e-mail address, or the application's own name. Directory narrows
// it down to one directory, and is rarely needed. The answer is a
// [LinkedAccount], and the code is spent.
type RecoveryLinkRequest struct {
	User      string `json:"user"`
	Code      string `json:"code"`
	Directory string `json:"directory,omitempty"`
	Name      string `json:"name"`
	Platform  string `json:"platform"`
	Key       JWK    `json:"key"`
	// Attestation as in a [LinkRequest].
	Attestation *Attestation `json:"attestation,omitempty"`
}

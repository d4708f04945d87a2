package api

import "encoding/json"

// DevicePrefix is where the device protocol lives below a server's base URL.
// Request proofs name paths that begin with it.
const DevicePrefix = "/api/v1/device"

// Routes of the device protocol, as net/http patterns without the method.
const (
	PathDevice          = DevicePrefix                               // GET Account, PATCH Rename, DELETE unlink
	PathLinks           = DevicePrefix + "/links"                    // POST LinkRequest
	PathPhoneLinks      = DevicePrefix + "/links/phone"              // POST PhoneLinkRequest
	PathPhoneLink       = DevicePrefix + "/links/phone/{enrollment}" // POST PhoneLinkCode
	PathRecoveryLink    = DevicePrefix + "/links/recovery"           // POST RecoveryLinkRequest
	PathPush            = DevicePrefix + "/push"                     // PUT PushSubscription, DELETE
	PathPushKey         = DevicePrefix + "/push/key"                 // GET PushKey
	PathChallenges      = DevicePrefix + "/challenges"               // GET ChallengeList
	PathChallenge       = DevicePrefix + "/challenges/{id}"          // GET Challenge
	PathChallengeAnswer = DevicePrefix + "/challenges/{id}/answer"   // POST Answer, gives a receipt
	PathChallengeLogo   = DevicePrefix + "/challenges/{id}/logo"     // GET a PNG
	PathBranding        = DevicePrefix + "/branding/{digest}"        // GET a PNG
	PathDevices         = DevicePrefix + "/devices"                  // GET DeviceList
	PathOtherDevice     = DevicePrefix + "/devices/{id}"             // DELETE unlinks another one
	PathJoins           = DevicePrefix + "/joins"                    // POST JoinRequest
	PathJoin            = DevicePrefix + "/joins/{id}"               // GET Join, DELETE withdraws
	PathJoinAnswer      = DevicePrefix + "/joins/{id}/answer"        // POST JoinAnswer
	PathRecovery        = DevicePrefix + "/recovery"                 // GET RecoveryLeft, POST gives RecoveryCodes
	PathReceipt         = DevicePrefix + "/receipts/{challenge}"     // GET a receipt
	PathSessions        = DevicePrefix + "/sessions"                 // GET SessionList
	PathSession         = DevicePrefix + "/sessions/{id}"            // DELETE ends it
	PathStream          = DevicePrefix + "/stream"                   // GET server-sent events
)

// HeaderProof carries the request proof; the name is the one of RFC 9449.
const HeaderProof = "DPoP"

// Limits of the device protocol that both sides must know.
const (
	// MaxWaitSeconds bounds a long poll: below the idle limit that common
	// proxies apply to a silent connection.
	MaxWaitSeconds = 60
	// MaxListLimit and DefaultListLimit size one page of history: a screenful
	// by default, and never an answer that a phone cannot hold.
	MaxListLimit     = 100
	DefaultListLimit = 20
	// MaxDeviceBody bounds every request body of the protocol. The largest
	// is an answer, whose statement repeats a question of bounded size, with
	// its packages.
	MaxDeviceBody = 224 << 10
	// MaxNameLength bounds a device's name in characters: one line on a list.
	MaxNameLength = 100
)

// JWK is a P-256 public key in the form of RFC 7517, with exactly these
// members. A key with any other member ("d" above all) is refused.
type JWK struct {
	Crv string `json:"crv"` // always "P-256"
	Kty string `json:"kty"` // always "EC"
	X   string `json:"x"`
	Y   string `json:"y"`
}

// Named is anything shown to people by name and kept by id.
type Named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// CookieBinding binds a device to the browser that linked it: see [LinkRequest].
// CookieBindingHost is its name over TLS, and counts where both came: browsers
// let no neighbouring host set a cookie of that name.
const (
	CookieBinding     = "twinseal_binding"
	CookieBindingHost = "__Host-" + CookieBinding
)

// LinkRequest is the body of POST /links. Exactly one of Code and Token is
// set. The request is signed by the key it announces and by no other.
//
// The answer to a code of a linking code's own kind is a [LinkedAccount]. The
// answer to one that another device made ([Join]) is a [LinkPending] under the
// status 202: show its number, and send the same request, with the same key and
// a fresh proof, until it answers with the account or a problem.
//
// A request to link that carries the cookie [CookieBindingHost] or
// [CookieBinding] binds the device to it: each later request must carry the
// same one.
type LinkRequest struct {
	// Code is the linking code as typed; the server ignores case, spaces
	// and dashes in it.
	Code string `json:"code,omitempty"`
	// Token is the registration JWT out of authy://account?token=….
	Token string `json:"token,omitempty"`
	// Name is what the owner calls the device; Platform is a lower-case
	// word such as "android", "ios", "web" or "cli".
	Name     string `json:"name"`
	Platform string `json:"platform"`
	Key      JWK    `json:"key"`
	// Attestation is what the device's maker says of it and its key.
	Attestation *Attestation `json:"attestation,omitempty"`
}

// Attestation is a maker's statement about a device, in a format that a server
// may know: it is for servers that are built with something that reads it, and
// of no effect at others.
type Attestation struct {
	Format    string          `json:"format"`
	Statement json.RawMessage `json:"statement"`
}

// PhoneLinkRequest is the body of POST /links/phone. The proof's key is the
// one that will be linked.
type PhoneLinkRequest struct {
	Phone    string `json:"phone"` // E.164, with the leading +
	Name     string `json:"name"`
	Platform string `json:"platform"`
	// Attestation as in a [LinkRequest].
	Attestation *Attestation `json:"attestation,omitempty"`
}

// PhoneLinkStarted answers a PhoneLinkRequest in the same way whether or not
// the number is known.
type PhoneLinkStarted struct {
	EnrollmentID string `json:"enrollment_id"`
	ExpiresAt    string `json:"expires_at"`
}

// PhoneLinkCode is the body of POST /links/phone/{enrollment}; the proof must
// be made with the key that began the enrollment.
type PhoneLinkCode struct {
	Code string `json:"code"`
	// Directory names one of the directories that a directory_required problem listed, where several know
	// the number.
	Directory string `json:"directory,omitempty"`
}

// Account is one device's view of what it is linked to: the answer of
// GET /api/v1/device.
type Account struct {
	Device       Device  `json:"device"`
	User         User    `json:"user"`
	Directory    Named   `json:"directory"`
	Organization Named   `json:"organization"`
	Applications []Named `json:"applications"`
	// Branding is how the directory looks to its people, absent where it says
	// nothing.
	Branding *Branding `json:"branding,omitempty"`
	// ServerKey seals receipts. A device remembers the one it got when it
	// linked, and warns when another appears.
	ServerKey  JWK    `json:"server_key"`
	ServerTime string `json:"server_time"`
}

// LinkedAccount answers a successful link. TOTP is given here, once, and by
// no other call.
type LinkedAccount struct {
	Account
	TOTP *TOTP `json:"totp,omitempty"`
}

// Device is the linked device itself. Key is the RFC 7638 thumbprint of its
// public key.
type Device struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	Platform   string `json:"platform"`
	Key        string `json:"key"`
	Push       bool   `json:"push"`
	CreatedAt  string `json:"created_at"`
	LastSeenAt string `json:"last_seen_at,omitempty"`
}

// User is the person the device answers for. Number is the integer some
// applications know the person by (the authy_id), 0 when there is none.
// Email and Phone are masked.
type User struct {
	ID     string `json:"id"`
	Number int64  `json:"number,omitempty"`
	Alias  string `json:"alias,omitempty"`
	Email  string `json:"email,omitempty"`
	Phone  string `json:"phone,omitempty"`
}

// TOTP is a seed to make codes from offline, by RFC 6238.
type TOTP struct {
	Secret    string `json:"secret"`    // base32, upper case, no padding
	Algorithm string `json:"algorithm"` // SHA1, SHA256, SHA512
	Digits    int    `json:"digits"`
	Period    int    `json:"period"` // seconds
	Issuer    string `json:"issuer"`
	Label     string `json:"label"`
}

// PushSubscription is what a browser's PushManager gives (W3C Push API).
type PushSubscription struct {
	Endpoint string   `json:"endpoint"`
	Keys     PushKeys `json:"keys"`
	// ExpirationTime is what browsers add; the push service's answers say it
	// better.
	ExpirationTime *float64 `json:"expirationTime,omitempty"`
}

// PushKeys are the subscriber's keys of RFC 8291, base64url.
type PushKeys struct {
	P256DH string `json:"p256dh"`
	Auth   string `json:"auth"`
}

// PushKey is the server's VAPID key (RFC 8292): the uncompressed point,
// base64url, ready for applicationServerKey.
type PushKey struct {
	PublicKey string `json:"public_key"`
}

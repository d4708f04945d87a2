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

// What a join is for.
const (
	JoinAdd  = "add"  // one more device
	JoinMove = "move" // another device in the place of the one that asks
)

// The states of a join. Only the first two can change.
const (
	JoinOpen     = "open"     // nobody has typed its code
	JoinClaimed  = "claimed"  // a device has, and shows its number
	JoinApproved = "approved" // that device is linked
	JoinRefused  = "refused"  // denied, withdrawn, or a wrong number was chosen
	JoinExpired  = "expired"
)

// JoinRequest is the body of POST /joins. A device has one join open at most: a
// new one withdraws the one before.
type JoinRequest struct {
	Purpose string `json:"purpose"`
}

// JoinStarted answers a JoinRequest. Code is typed at the new device, or read
// from a picture of URI.
type JoinStarted struct {
	ID        string `json:"id"`
	Code      string `json:"code"`
	URI       string `json:"uri"`
	ExpiresAt string `json:"expires_at"`
}

// Join answers GET /joins/{id}, which with wait=SECONDS and state=STATE is held
// until the state is another than STATE ("open" without it). Device and Choices
// are there while it is claimed: what the new device says of itself, and three
// numbers, of which it shows one.
type Join struct {
	ID        string       `json:"id"`
	Purpose   string       `json:"purpose"`
	State     string       `json:"state"`
	ExpiresAt string       `json:"expires_at"`
	Device    *JoinsDevice `json:"device,omitempty"`
	Choices   []string     `json:"choices,omitempty"`
}

// JoinsDevice is what a device that wants to join says of itself.
type JoinsDevice struct {
	Name     string `json:"name"`
	Platform string `json:"platform"`
}

// JoinAnswer is the body of POST /joins/{id}/answer. Number is the one that the
// new device shows, with an approval. The answer is the [Join]; after a move, the
// device that asked is not linked any more.
type JoinAnswer struct {
	Approve bool   `json:"approve"`
	Number  string `json:"number,omitempty"`
}

// LinkPending answers a [LinkRequest] with the code of a join, under the status
// 202: the other device has to approve.
type LinkPending struct {
	Join JoinClaim `json:"join"`
}

// JoinClaim is what the new device knows of the join. Number is shown to the
// person, large.
type JoinClaim struct {
	ID        string `json:"id"`
	Number    string `json:"number"`
	ExpiresAt string `json:"expires_at"`
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

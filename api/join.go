package api

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

package api

import "encoding/json"

// ChallengeState says where a challenge stands. Only a pending one can be
// answered; every other state is final.
type ChallengeState string

// The states a device sees.
const (
	StatePending   ChallengeState = "pending"
	StateApproved  ChallengeState = "approved"
	StateDenied    ChallengeState = "denied"
	StateExpired   ChallengeState = "expired"
	StateCancelled ChallengeState = "cancelled"
)

// Challenge is one question to one person, as a device receives it. Question
// is the part that is signed; the rest is about it and may change.
type Challenge struct {
	ID       string         `json:"id"`
	State    ChallengeState `json:"state"`
	Question Question       `json:"question"`
	// Logos are decoration, not signed: a picture behind an address can
	// change after the signature.
	Logos []Logo `json:"logos,omitempty"`
	// AnsweredAt is when the server accepted the answer, AnsweredBy the id
	// of the device that gave it.
	AnsweredAt string `json:"answered_at,omitempty"`
	AnsweredBy string `json:"answered_by,omitempty"`
	Reason     string `json:"reason,omitempty"`
	Fraud      bool   `json:"fraud,omitempty"`
	// Failure marks a denial that the device gave because the question's
	// policy could not be satisfied, and says why, in the words of package
	// policy.
	Failure string `json:"failure,omitempty"`
}

// Question is what a person is asked, exactly as it must be signed: a device
// copies it unchanged into its statement. It has the members, names and
// values of receipt.Question.
type Question struct {
	Organization Named  `json:"organization"`
	Application  Named  `json:"application"`
	User         UserID `json:"user"`
	// Challenge repeats the challenge's id; Nonce makes the question unlike
	// every other one.
	Challenge string   `json:"challenge"`
	Nonce     string   `json:"nonce"`
	Title     string   `json:"title,omitempty"` // shown above the message
	Message   string   `json:"message"`
	Details   []Detail `json:"details"` // never null; the order is meant
	Amount    *Amount  `json:"amount,omitempty"`
	// HiddenDetailsHash stands for details that the application stores with
	// the question and that nobody is shown.
	HiddenDetailsHash string `json:"hidden_details_hash,omitempty"`
	// Policy is what an approval must satisfy, as package policy writes it.
	Policy json.RawMessage `json:"policy,omitempty"`
	// Reasons are what a denial chooses from, where there are any.
	Reasons []DenialReason `json:"reasons,omitempty"`
	// Recipient is who alone may read the particulars of the answer.
	Recipient *Recipient `json:"recipient,omitempty"`
	// Match asks for the number that is shown where the person started this.
	Match     *Match `json:"match,omitempty"`
	CreatedAt string `json:"created_at"`
	// ExpiresAt is null for a question that stays open.
	ExpiresAt *string `json:"expires_at"`
}

// Match is how the person gives a number with an approval: by choosing among
// Choices, or by typing as many digits as Digits says.
type Match struct {
	Choices []string `json:"choices,omitempty"`
	Digits  string   `json:"digits,omitempty"`
}

// UserID names the person asked.
type UserID struct {
	ID string `json:"id"`
}

// Detail is one labelled line under the message.
type Detail struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

// Amount is money: a decimal number as text and an ISO 4217 code.
type Amount struct {
	Value    string `json:"value"`
	Currency string `json:"currency"`
}

// DenialReason is one offered reason for a denial. A denial's statement
// carries its text and its flag.
type DenialReason struct {
	ID    string `json:"id"`
	Text  string `json:"text"`
	Fraud bool   `json:"fraud"`
}

// Recipient is an application's key for the packages of an answer. Format is
// "launchkey".
type Recipient struct {
	Format string `json:"format"`
	KeyID  string `json:"kid"`
	Key    RSAJWK `json:"key"`
}

// RSAJWK is an RSA public key in the form of RFC 7517, with exactly these
// members.
type RSAJWK struct {
	E   string `json:"e"`
	Kty string `json:"kty"` // always "RSA"
	N   string `json:"n"`
}

// Logo is a picture of the application for one screen density: "default",
// "low", "med" or "high".
type Logo struct {
	Resolution string `json:"res"`
	URL        string `json:"url"`
}

// ChallengeList answers GET /challenges, and is the data of each "challenges"
// event of the stream. For state=pending it is always the whole list, newest
// first.
//
// Cursor names this content of the pending list: a poll with after=CURSOR and
// wait=N is held until the list differs from it. Next, in a history, is the
// value of after for the following page, and absent on the last.
type ChallengeList struct {
	Challenges []Challenge `json:"challenges"`
	Cursor     string      `json:"cursor,omitempty"`
	Next       string      `json:"next,omitempty"`
}

// StreamEvent is the name of the server-sent event that carries a
// [ChallengeList]. The first one comes at once.
const StreamEvent = "challenges"

// Values of the state parameter of GET /challenges.
const (
	ListPending = "pending"
	ListAll     = "all"
)

// Answer is the body of POST /challenges/{id}/answer: a statement as a
// compact JWS. The response is the receipt file, as package receipt reads it.
// Sending the identical statement again gives the same receipt again, so that
// an answer whose response was lost can be repeated.
//
// Packages is an object of texts, encrypted for the question's recipient: with
// the format "launchkey" they are named auth and auth_jwe. Exactly the answers
// to questions with a recipient have them, and the statement their hash.
type Answer struct {
	Statement string          `json:"statement"`
	Packages  json.RawMessage `json:"packages,omitempty"`
}

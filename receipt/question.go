package receipt

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"

	"github.com/twinseal/twinseal/policy"
)

// Named is something shown to people by name and kept by id.
type Named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// UserID names the person asked.
type UserID struct {
	ID string `json:"id"`
}

// Detail is one labelled line under a message.
type Detail struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

// Amount is money: a decimal number as text, so that no digit is ever
// rounded, and a currency of three capital letters.
type Amount struct {
	Value    string `json:"value"`
	Currency string `json:"currency"`
}

// DenialReason is one offered reason for a denial.
type DenialReason struct {
	ID    string `json:"id"`
	Text  string `json:"text"`
	Fraud bool   `json:"fraud"`
}

// Question is what was asked, as it was shown and as it is signed. A server
// makes it once, sends it, and compares the signed copy byte for byte.
type Question struct {
	Organization Named  `json:"organization"`
	Application  Named  `json:"application"`
	User         UserID `json:"user"`
	Challenge    string `json:"challenge"`
	Nonce        string `json:"nonce"`
	// Title is a few words above the message; empty for none.
	Title   string   `json:"title,omitempty"`
	Message string   `json:"message"`
	Details []Detail `json:"details"`
	Amount  *Amount  `json:"amount,omitempty"`
	// HiddenDetailsHash comes from [HashHidden]; empty when nothing is hidden.
	HiddenDetailsHash string `json:"hidden_details_hash,omitempty"`
	// Policy is what an approval must satisfy; nil for nothing.
	Policy *policy.Policy `json:"policy,omitempty"`
	// Reasons are what a denial chooses from; none leaves it to the person's
	// own words.
	Reasons []DenialReason `json:"reasons,omitempty"`
	// Recipient is whose eyes alone the particulars of the answer are for;
	// nil for nobody's.
	Recipient *Recipient `json:"recipient,omitempty"`
	// Match asks for a number with an approval; nil for none. Where the policy
	// demands one, it is there.
	Match *Match `json:"match,omitempty"`
	// CreatedAt and ExpiresAt come from [FormatTime]; a nil ExpiresAt is a
	// question that stays open.
	CreatedAt string  `json:"created_at"`
	ExpiresAt *string `json:"expires_at"`
}

// Canonical gives the one byte string that stands for q (RFC 8785), or an
// error that names the field that may not be signed.
func (q Question) Canonical() ([]byte, error) {
	if err := q.Validate(); err != nil {
		return nil, err
	}
	return canonical(q.normal())
}

// ParseQuestion reads a question written in any member order and spacing, but
// with no member it does not know: what cannot be shown must not be signed.
func ParseQuestion(data []byte) (Question, error) {
	var q Question
	if err := decodeStrict(data, &q); err != nil {
		return Question{}, err
	}
	return q, q.Validate()
}

// Equal reports whether both questions have the same canonical bytes. An
// invalid question equals nothing.
func (q Question) Equal(other Question) bool {
	a, errA := q.Canonical()
	b, errB := other.Canonical()
	return errA == nil && errB == nil && bytes.Equal(a, b)
}

// HashHidden gives the hash that stands for hidden details in a question: the
// base64url SHA-256 of the canonical JSON of the list, and "" for none.
func HashHidden(details []Detail) (string, error) {
	if len(details) == 0 {
		return "", nil
	}
	for i, d := range details {
		if err := d.validate(fmt.Sprintf("hidden_details[%d]", i)); err != nil {
			return "", err
		}
	}
	data, err := canonical(details)
	if err != nil {
		return "", err
	}
	return hash(data), nil
}

// normal writes an absent list as an empty one, the only form on the wire.
func (q Question) normal() Question {
	if q.Details == nil {
		q.Details = []Detail{}
	}
	return q
}

// hash is base64url(SHA-256(data)), the form of every hash in this package.
func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

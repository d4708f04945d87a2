package receipt

import (
	"bytes"
	"crypto"
	"errors"
	"fmt"

	"github.com/twinseal/twinseal/policy"
)

// StatementType is the type member of every statement of this version.
const StatementType = "twinseal.statement.v1"

// statementHeaderType is the typ of a statement's JWS header: a statement can
// never be taken for a seal or for a request proof.
const statementHeaderType = "twinseal-statement+jwt"

// MaxStatement bounds a statement as a compact JWS. It leaves room for fifty
// details of two hundred characters a side in the widest script.
const MaxStatement = 128 << 10

// Decision is the person's answer.
type Decision string

// The two answers.
const (
	Approved Decision = "approved"
	Denied   Decision = "denied"
)

// FactorDevice is the factor every statement names: holding the key. Others
// follow it when the device asked for more ("pin", [FactorPasskey],
// "biometric").
const FactorDevice = "device"

// Statement is what a device signs.
type Statement struct {
	Type     string   `json:"type"`
	Question Question `json:"question"`
	Decision Decision `json:"decision"`
	// Reason is what the person said about a denial, or "". Fraud marks a
	// denial as "this was not me".
	Reason string `json:"reason"`
	Fraud  bool   `json:"fraud"`
	// Failure marks a denial that the device gave because the question's
	// policy could not be satisfied; "" is the person's own answer.
	Failure policy.Failure `json:"failure,omitempty"`
	// Evidence is what the device found out about the question's policy. An
	// approval must have it where there is a policy.
	Evidence *policy.Evidence `json:"evidence,omitempty"`
	// Match is the number that the person picked or typed: of an approval of a
	// question that asks for one, and of nothing else. In a sealed receipt it was
	// the right one.
	Match string `json:"match,omitempty"`
	// Packages is the [HashPackages] of what travels with the statement to
	// the question's recipient, and "" exactly when there is no recipient.
	Packages string `json:"packages,omitempty"`
	// Factors used on the device to give this answer, FactorDevice first, and
	// FactorPasskey among them where the evidence names that method; a passkey's
	// own answer has FactorPasskey alone.
	Factors []string `json:"factors"`
	// Device is who signs. Where it is a passkey, RelyingParty says whose, in
	// its place.
	Device       DeviceID      `json:"device,omitzero"`
	RelyingParty *RelyingParty `json:"relying_party,omitempty"`
	// DeviceTime comes from [FormatTime], by the device's corrected clock.
	DeviceTime string `json:"device_time"`
}

// DeviceID names the device that answered: its id at the server and the
// RFC 7638 thumbprint of its key.
type DeviceID struct {
	ID  string `json:"id"`
	Key string `json:"key"`
}

// Canonical gives the one byte string that stands for s (RFC 8785): the
// payload of its signature.
func (s Statement) Canonical() ([]byte, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	s.Question = s.Question.normal()
	return canonical(s)
}

// ParseStatement reads a payload. It accepts canonical bytes and nothing else.
func ParseStatement(payload []byte) (Statement, error) {
	var s Statement
	if err := decodeCanonical(payload, &s); err != nil {
		return Statement{}, fmt.Errorf("statement: %w", err)
	}
	return s, s.Validate()
}

// Sign gives s as a compact JWS (ES256). The signer's key must be P-256 and be
// the one s.Device.Key names.
func Sign(signer crypto.Signer, s Statement) (string, error) {
	payload, err := s.Canonical()
	if err != nil {
		return "", err
	}
	kid, err := signerThumbprint(signer)
	if err != nil {
		return "", err
	}
	if s.Device.Key != kid {
		return "", fmt.Errorf("statement: device.key is not the thumbprint of the signing key")
	}
	return signCompact(signer, keyed(statementHeaderType, kid), payload)
}

// Open verifies a statement under the device's key and returns it. It is
// strict: ES256 only, this header and no other, canonical payload, and a
// statement that names the key it is signed with.
func Open(jws string, key JWK) (Statement, error) {
	thumbprint, payload, err := openCompact(jws, MaxStatement, statementHeaderType, key)
	if err != nil {
		return Statement{}, fmt.Errorf("statement: %w", err)
	}
	s, err := ParseStatement(payload)
	if err != nil {
		return Statement{}, err
	}
	if s.Device.Key != thumbprint {
		return Statement{}, fmt.Errorf("statement: device.key is not the thumbprint of the signing key")
	}
	return s, nil
}

// VerifyStatement is [Open] for a caller who knows what was signed: payload, the
// canonical form of a statement that names key. Nothing is parsed, so nothing
// can be understood in two ways.
func VerifyStatement(jws string, key JWK, payload []byte) error {
	_, signed, err := openCompact(jws, MaxStatement, statementHeaderType, key)
	if err != nil {
		return fmt.Errorf("statement: %w", err)
	}
	if !bytes.Equal(signed, payload) {
		return errors.New("statement: something else was signed")
	}
	return nil
}

package receipt

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// ReceiptType is the type member of every receipt file of this version.
const ReceiptType = "twinseal.receipt.v1"

// MaxReceipt bounds a receipt file: a statement, a seal, two keys and a proof
// of some dozens of hashes.
const MaxReceipt = 256 << 10

// Receipt is the file that proves an answer: the signed statement, the
// server's seal over it, and the keys to check both.
type Receipt struct {
	Type string `json:"type"`
	// Statement is a device's compact JWS or, where Passkey has the signature,
	// what [EncodeStatement] gives.
	Statement string   `json:"statement"`
	DeviceKey JWK      `json:"device_key,omitzero"`
	Passkey   *Passkey `json:"passkey,omitempty"`
	Seal      string   `json:"seal"`
	ServerKey JWK      `json:"server_key"`
	// LogProof is room for a proof that the event is in the audit log. This
	// version carries it along and says that it was not checked.
	LogProof json.RawMessage `json:"log_proof,omitempty"`
}

// Marshal gives the file's bytes: canonical JSON, the same every time.
func (r Receipt) Marshal() ([]byte, error) {
	return canonical(r)
}

// Parse reads a receipt file without checking a single signature; [Verify]
// does that.
func Parse(data []byte) (Receipt, error) {
	if len(data) > MaxReceipt {
		return Receipt{}, fmt.Errorf("receipt: longer than %d bytes", MaxReceipt)
	}
	var r Receipt
	if err := decodeStrict(data, &r); err != nil {
		return Receipt{}, fmt.Errorf("receipt: %w", err)
	}
	if r.Type != ReceiptType {
		return Receipt{}, fmt.Errorf("receipt: type %q is not %s", clip(r.Type), ReceiptType)
	}
	return r, nil
}

// Check names one step of [Verify].
type Check string

// The steps, in the order they are taken.
const (
	CheckFormat    Check = "format"     // the file is a receipt of this version
	CheckStatement Check = "statement"  // the device, or the passkey, signed exactly this statement
	CheckSeal      Check = "seal"       // the server signed the seal
	CheckMatch     Check = "match"      // the seal is about this statement and this device
	CheckTime      Check = "time"       // the server took the answer before the question expired
	CheckPolicy    Check = "policy"     // what was approved satisfied what was demanded
	CheckServerKey Check = "server key" // the server is the one that was expected
)

// CheckError says which step refused a receipt, and why.
type CheckError struct {
	Check Check
	Err   error
}

// Error names the step and the reason.
func (e *CheckError) Error() string {
	return fmt.Sprintf("receipt refused at the %s check: %v", e.Check, e.Err)
}

// Unwrap gives the reason.
func (e *CheckError) Unwrap() error { return e.Err }

// Options say what a verifier already knows.
type Options struct {
	// ServerKey is the thumbprint of the server's key, had by another way.
	// Without it a receipt proves only that *some* server sealed it.
	ServerKey string
}

// Result is what a verified receipt says.
type Result struct {
	Statement  Statement
	Seal       SealClaims
	DeviceKey  string // thumbprint of the device's or the passkey's key
	Passkey    *Shown // nil for a device
	ServerKey  string // thumbprint
	ReceivedAt time.Time
	// ServerPinned is true when Options named the server's key.
	ServerPinned bool
	// LogProof is true when the file has a log proof, which this version
	// does not check.
	LogProof bool
}

// Verify checks a receipt file offline and returns what it proves. Every
// error is a [*CheckError].
func Verify(data []byte, opts Options) (*Result, error) {
	r, err := Parse(data)
	if err != nil {
		return nil, &CheckError{CheckFormat, err}
	}
	result, err := r.open()
	if err != nil {
		return nil, &CheckError{CheckStatement, err}
	}
	seal, err := openSeal(r.Seal, r.ServerKey)
	if err != nil {
		return nil, &CheckError{CheckSeal, err}
	}
	result.Seal, result.ServerKey = seal, r.ServerKey.Thumbprint()
	result.ServerPinned, result.LogProof = opts.ServerKey != "", len(r.LogProof) > 0
	if err := result.check(r, opts); err != nil {
		return nil, err
	}
	return result, nil
}

// open verifies the statement under the key of whoever signed it.
func (r Receipt) open() (*Result, error) {
	if r.Passkey == nil {
		s, err := Open(r.Statement, r.DeviceKey)
		return &Result{Statement: s, DeviceKey: r.DeviceKey.Thumbprint()}, err
	}
	if r.DeviceKey != (JWK{}) {
		return nil, errors.New("it has the key of a device beside a passkey")
	}
	s, payload, err := DecodeStatement(r.Statement)
	if err != nil {
		return nil, err
	}
	shown, err := VerifyPasskey(payload, s.RelyingParty.ID, *r.Passkey)
	return &Result{Statement: s, DeviceKey: r.Passkey.PublicKey.Thumbprint(), Passkey: &shown}, err
}

// check compares what the verified parts say about each other.
func (v *Result) check(r Receipt, opts Options) error {
	switch {
	case v.Seal.Statement != hash([]byte(r.Statement)):
		return &CheckError{CheckMatch, errors.New("the seal is about another statement")}
	case v.Seal.Device != v.DeviceKey:
		return &CheckError{CheckMatch, errors.New("the seal is about another device")}
	case v.Seal.Passkey != r.Passkey.hash():
		return &CheckError{CheckMatch, errors.New("the seal is about another signature")}
	case v.Seal.Challenge != v.Statement.Question.Challenge:
		return &CheckError{CheckMatch, errors.New("the seal is about another challenge")}
	}
	if err := v.checkTime(); err != nil {
		return &CheckError{CheckTime, err}
	}
	if err := v.Statement.policyMet(v.Passkey); err != nil {
		return &CheckError{CheckPolicy, err}
	}
	if v.ServerPinned && opts.ServerKey != v.ServerKey {
		return &CheckError{CheckServerKey, fmt.Errorf("sealed by %s, expected %s", v.ServerKey, clip(opts.ServerKey))}
	}
	return nil
}

func (v *Result) checkTime() error {
	var err error
	if v.ReceivedAt, err = ParseTime(v.Seal.ReceivedAt); err != nil {
		return err
	}
	if v.Statement.Question.ExpiresAt == nil {
		return nil
	}
	expires, err := ParseTime(*v.Statement.Question.ExpiresAt)
	if err != nil {
		return err
	}
	if v.ReceivedAt.After(expires) {
		return errors.New("the server took the answer after the question had expired")
	}
	return nil
}

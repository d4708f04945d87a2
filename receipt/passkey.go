package receipt

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/twinseal/twinseal/policy"
)

// FactorPasskey is the factor that a passkey's statement names, and its only
// one: whether the person was verified is told by the signature, after the
// statement was written. A device whose key a passkey unlocked names it beside
// its own.
const FactorPasskey = "passkey"

// RelyingParty names the domain whose passkey answered, where a device would be
// named.
type RelyingParty struct {
	ID string `json:"id"`
}

// Passkey is the signature of a passkey over a statement: the assertion of
// WebAuthn whose challenge is the SHA-256 of the statement's canonical bytes.
// All but the key are as the browser gave them, in base64url.
type Passkey struct {
	AuthenticatorData string     `json:"authenticator_data"`
	ClientData        string     `json:"client_data"`
	CredentialID      string     `json:"credential_id"`
	PublicKey         PasskeyKey `json:"public_key"`
	Signature         string     `json:"signature"`
}

// Shown is what the signed bytes of a passkey say besides the statement.
type Shown struct {
	policy.Passkey

	CredentialID string
	RelyingParty string
	// Origin is the page that asked the person, as the browser told it.
	Origin  string
	Counter uint32
}

// Bounds of the parts of an assertion, in bytes. What a server takes from
// browsers must not be more, so that each answer has a receipt that verifies.
const (
	// MaxClientData is far above what browsers write: a challenge, two origins
	// and a remark.
	MaxClientData = 8 << 10
	// MaxAuthenticatorData leaves room for the outputs of extensions, of which
	// we ask for none.
	MaxAuthenticatorData = 4 << 10
	// minAuthenticatorData is the hash of the relying party's id, flags and a
	// counter (WebAuthn, section 6.1).
	minAuthenticatorData = sha256.Size + 1 + 4
	// maxCredentialID is that of WebAuthn, section 4.
	maxCredentialID = 1023
)

// The bits of authenticator data that say what happened.
const (
	flagPresent  = 1 << 0
	flagVerified = 1 << 2
	flagSynced   = 1 << 3
	flagBackedUp = 1 << 4
)

// EncodeStatement gives the text that stands for a passkey's statement in
// receipts: its canonical bytes in base64url. It has no dots, so it is never
// taken for a device's.
func EncodeStatement(payload []byte) string { return encodeBase64(payload) }

// DecodeStatement reads what [EncodeStatement] writes, and the bytes that a
// passkey's signature covers. What it returns is a claim until
// [VerifyPasskey] has found it signed.
func DecodeStatement(text string) (Statement, []byte, error) {
	if len(text) > MaxStatement {
		return Statement{}, nil, fmt.Errorf("statement: longer than %d bytes", MaxStatement)
	}
	payload, err := decodeBase64(text)
	if err != nil {
		return Statement{}, nil, fmt.Errorf("statement: %w", err)
	}
	s, err := ParseStatement(payload)
	if err == nil && s.RelyingParty == nil {
		err = errors.New("statement: it is a device's")
	}
	return s, payload, err
}

// PasskeyChallenge is the challenge that a passkey signs for a statement.
func PasskeyChallenge(payload []byte) []byte {
	sum := sha256.Sum256(payload)
	return sum[:]
}

// VerifyPasskey checks a passkey's signature over the bytes of a statement: the
// challenge, the relying party that the statement names, the person's presence,
// and the signature itself. Which origin asked is told and not judged, because
// only the relying party knows its own.
func VerifyPasskey(payload []byte, relyingParty string, k Passkey) (Shown, error) {
	signed, err := k.decode()
	if err != nil {
		return Shown{}, fmt.Errorf("passkey: %w", err)
	}
	shown := Shown{CredentialID: k.CredentialID, RelyingParty: relyingParty}
	if shown.Origin, err = answered(signed.client, payload); err != nil {
		return Shown{}, fmt.Errorf("passkey: %w", err)
	}
	if err := shown.read(signed.authenticator); err != nil {
		return Shown{}, fmt.Errorf("passkey: %w", err)
	}
	hash := sha256.Sum256(signed.client)
	message := append(bytes.Clone(signed.authenticator), hash[:]...)
	if err := k.PublicKey.verify(message, signed.signature); err != nil {
		return Shown{}, fmt.Errorf("passkey: %w", err)
	}
	return shown, nil
}

// assertion is a passkey's answer in bytes.
type assertion struct{ authenticator, client, signature []byte }

func (k Passkey) decode() (assertion, error) {
	var a assertion
	var id []byte
	for _, part := range []struct {
		name string
		text string
		most int
		to   *[]byte
	}{
		{"authenticator_data", k.AuthenticatorData, MaxAuthenticatorData, &a.authenticator},
		{"client_data", k.ClientData, MaxClientData, &a.client},
		{"credential_id", k.CredentialID, maxCredentialID, &id},
		{"signature", k.Signature, MaxPasskeySignature, &a.signature},
	} {
		if part.text == "" || base64.RawURLEncoding.DecodedLen(len(part.text)) > part.most {
			return a, fmt.Errorf("%s: empty or longer than %d bytes", part.name, part.most)
		}
		var err error
		if *part.to, err = decodeBase64(part.text); err != nil {
			return a, fmt.Errorf("%s: %w", part.name, err)
		}
	}
	return a, nil
}

// answered holds client data to the statement, and gives their origin.
func answered(client, payload []byte) (string, error) {
	members, err := clientMembers(client)
	if err != nil {
		return "", fmt.Errorf("client_data: %w", err)
	}
	switch {
	case members["type"] != "webauthn.get":
		return "", errors.New("client_data: not those of an answer")
	case members["challenge"] != encodeBase64(PasskeyChallenge(payload)):
		return "", errors.New("another statement was signed")
	case members["origin"] == "":
		return "", errors.New("client_data: they name no origin")
	}
	return members["origin"], nil
}

// clientMembers reads the texts of client data by their exact names. A browser
// adds members on purpose, so unknown ones pass; one that stands twice does not.
func clientMembers(client []byte) (map[string]string, error) {
	d := json.NewDecoder(bytes.NewReader(client))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.New("not a JSON object")
	}
	seen, out := map[string]bool{}, map[string]string{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, fmt.Errorf("not JSON: %w", err)
		}
		var value any
		if err := d.Decode(&value); err != nil {
			return nil, fmt.Errorf("not JSON: %w", err)
		}
		key, ok := name.(string)
		if !ok || seen[key] {
			return nil, errors.New("a member stands twice")
		}
		seen[key] = true
		if text, ok := value.(string); ok {
			out[key] = text
		}
	}
	if _, err := d.Token(); err != nil {
		return nil, fmt.Errorf("not JSON: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the object")
	}
	return out, nil
}

// read takes authenticator data apart.
func (s *Shown) read(data []byte) error {
	if len(data) < minAuthenticatorData {
		return errors.New("authenticator_data: too short")
	}
	if of := sha256.Sum256([]byte(s.RelyingParty)); !bytes.Equal(data[:sha256.Size], of[:]) {
		return errors.New("it signed for another relying party")
	}
	flags := data[sha256.Size]
	if flags&flagPresent == 0 {
		return errors.New("nobody was present")
	}
	s.Verified, s.Synced, s.BackedUp = flags&flagVerified != 0, flags&flagSynced != 0, flags&flagBackedUp != 0
	s.Counter = binary.BigEndian.Uint32(data[sha256.Size+1:])
	return nil
}

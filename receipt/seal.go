package receipt

import (
	"crypto"
	"fmt"
	"time"
)

// SealType is the type member of every seal of this version.
const SealType = "twinseal.seal.v1"

// sealHeaderType is the typ of a seal's JWS header.
const sealHeaderType = "twinseal-seal+jwt"

// MaxSeal bounds a seal as a compact JWS: seven short members.
const MaxSeal = 4 << 10

// SealClaims are what a server states about an answer when it accepts it:
// these exact signed bytes, under this key, at this moment.
type SealClaims struct {
	Type string `json:"type"`
	// Statement is the base64url SHA-256 of the statement's compact JWS as
	// text, its signature included.
	Statement string `json:"statement"`
	// Device is the thumbprint of the key the server knew the device, or the
	// passkey, by.
	Device string `json:"device"`
	// Passkey is the hash of the receipt's passkey member in canonical form, the
	// signature included; "" for a device.
	Passkey    string `json:"passkey,omitempty"`
	Challenge  string `json:"challenge"`
	Event      string `json:"event"`
	ReceivedAt string `json:"received_at"`
}

// Seal makes the receipt of an accepted answer. The caller has opened the
// statement with [Open] or [VerifyStatement] under device and compared its question,
// which was that of the challenge; Seal reads none of it a second time.
func Seal(server crypto.Signer, statement string, device JWK, challenge, event string, receivedAt time.Time) (Receipt, error) {
	return seal(server, Receipt{Statement: statement, DeviceKey: device}, SealClaims{
		Device: device.Thumbprint(), Challenge: challenge, Event: event, ReceivedAt: FormatTime(receivedAt),
	})
}

// SealPasskey is [Seal] for a statement, as [EncodeStatement] writes it, whose
// signature the caller has checked with [VerifyPasskey].
func SealPasskey(server crypto.Signer, statement string, by Passkey, challenge, event string, receivedAt time.Time) (Receipt, error) {
	return seal(server, Receipt{Statement: statement, Passkey: &by}, SealClaims{
		Device: by.PublicKey.Thumbprint(), Passkey: by.hash(), Challenge: challenge, Event: event, ReceivedAt: FormatTime(receivedAt),
	})
}

// seal completes a receipt and the claims about it.
func seal(server crypto.Signer, r Receipt, c SealClaims) (Receipt, error) {
	var err error
	if r.ServerKey, err = NewJWK(server.Public()); err != nil {
		return Receipt{}, err
	}
	c.Type, c.Statement = SealType, hash([]byte(r.Statement))
	r.Type = ReceiptType
	r.Seal, err = signSeal(server, r.ServerKey.Thumbprint(), c)
	if err != nil {
		return Receipt{}, err
	}
	return r, nil
}

// hash stands for the assertion in a seal, and is "" for none. Texts and their
// names always encode.
func (k *Passkey) hash() string {
	if k == nil {
		return ""
	}
	data, err := canonical(k)
	if err != nil {
		return ""
	}
	return hash(data)
}

func signSeal(server crypto.Signer, thumbprint string, c SealClaims) (string, error) {
	if err := c.validate(); err != nil {
		return "", fmt.Errorf("seal: %w", err)
	}
	payload, err := canonical(c)
	if err != nil {
		return "", fmt.Errorf("seal: %w", err)
	}
	return signCompact(server, keyed(sealHeaderType, thumbprint), payload)
}

func openSeal(jws string, key JWK) (SealClaims, error) {
	var c SealClaims
	_, payload, err := openCompact(jws, MaxSeal, sealHeaderType, key)
	if err != nil {
		return c, err
	}
	if err := decodeCanonical(payload, &c); err != nil {
		return c, err
	}
	return c, c.validate()
}

func (c SealClaims) validate() error {
	if c.Type != SealType {
		return fmt.Errorf("type: %q is not %s", clip(c.Type), SealType)
	}
	return firstError(
		validHash("statement", c.Statement),
		validHash("device", c.Device),
		c.validPasskey(),
		validID("challenge", c.Challenge),
		validID("event", c.Event),
		validTime("received_at", c.ReceivedAt),
	)
}

func (c SealClaims) validPasskey() error {
	if c.Passkey == "" {
		return nil
	}
	return validHash("passkey", c.Passkey)
}

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

// MaxSeal bounds a seal as a compact JWS: six short members.
const MaxSeal = 4 << 10

// SealClaims are what a server states about an answer when it accepts it:
// these exact signed bytes, under this key, at this moment.
type SealClaims struct {
	Type string `json:"type"`
	// Statement is the base64url SHA-256 of the statement's compact JWS as
	// text, its signature included.
	Statement string `json:"statement"`
	// Device is the thumbprint of the key the server knew the device by.
	Device     string `json:"device"`
	Challenge  string `json:"challenge"`
	Event      string `json:"event"`
	ReceivedAt string `json:"received_at"`
}

// Seal makes the receipt of an accepted answer. The caller has opened the
// statement with [Open] or [VerifyStatement] under device and compared its question,
// which was that of the challenge; Seal reads none of it a second time.
func Seal(server crypto.Signer, statement string, device JWK, challenge, event string, receivedAt time.Time) (Receipt, error) {
	serverKey, err := NewJWK(server.Public())
	if err != nil {
		return Receipt{}, err
	}
	seal, err := signSeal(server, serverKey.Thumbprint(), SealClaims{
		Type:       SealType,
		Statement:  hash([]byte(statement)),
		Device:     device.Thumbprint(),
		Challenge:  challenge,
		Event:      event,
		ReceivedAt: FormatTime(receivedAt),
	})
	if err != nil {
		return Receipt{}, err
	}
	return Receipt{
		Type:      ReceiptType,
		Statement: statement,
		DeviceKey: device,
		Seal:      seal,
		ServerKey: serverKey,
	}, nil
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
		validID("challenge", c.Challenge),
		validID("event", c.Event),
		validTime("received_at", c.ReceivedAt),
	)
}

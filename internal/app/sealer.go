package app

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/receipt"
)

// serverKey loads one of the server's own P-256 keys, or makes it. Nodes that start together agree,
// because the first to store it wins.
func serverKey(ctx context.Context, store mfa.Store, name string) (*ecdsa.PrivateKey, error) {
	fresh, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make the key %s: %w", name, err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(fresh)
	if err != nil {
		return nil, fmt.Errorf("make the key %s: %w", name, err)
	}
	var kept mfa.Secret
	err = store.Write(ctx, func(w mfa.WriteRecords) (err error) {
		kept, err = w.KeepServerSecret(name, mfa.NewSecret(der))
		return err
	})
	if err != nil {
		return nil, err
	}
	key, err := x509.ParsePKCS8PrivateKey(kept.Reveal())
	if err != nil {
		return nil, fmt.Errorf("read the key %s: %w", name, err)
	}
	private, ok := key.(*ecdsa.PrivateKey)
	if !ok {
		return nil, errors.New("the key " + name + " is not an elliptic-curve key")
	}
	return private, nil
}

// sealer makes receipts with the server's key.
type sealer struct{ key *ecdsa.PrivateKey }

// SealReceipt builds the receipt document around a verified statement.
func (s sealer) SealReceipt(statement string, deviceKey json.RawMessage, challenge mfa.ChallengeID, event mfa.EventID, at time.Time) (json.RawMessage, error) {
	jwk, err := receipt.ParseJWK(deviceKey)
	if err != nil {
		return nil, err
	}
	sealed, err := receipt.Seal(s.key, statement, jwk, string(challenge), string(event), at)
	if err != nil {
		return nil, err
	}
	return sealed.Marshal()
}

// SealPasskey builds the receipt document around a statement that a passkey signed.
func (s sealer) SealPasskey(statement string, by receipt.Passkey, challenge mfa.ChallengeID, event mfa.EventID, at time.Time) (json.RawMessage, error) {
	sealed, err := receipt.SealPasskey(s.key, statement, by, string(challenge), string(event), at)
	if err != nil {
		return nil, err
	}
	return sealed.Marshal()
}

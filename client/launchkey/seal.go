package launchkey

import (
	"encoding/json"
	"fmt"

	"github.com/twinseal/twinseal/client/launchkey/envelope"
)

// seal encrypts JSON for the server.
func seal(body any, to publicKey) (string, error) {
	plain, err := json.Marshal(body)
	if err != nil {
		return "", err
	}
	sealer, err := envelope.NewSealer(string(to.id), to.key)
	if err != nil {
		return "", err
	}
	return sealer.Seal(plain)
}

// open decrypts what was encrypted for one of the keys. Errors say what is wrong
// with the outside only.
func (r *keyring) open(text string) ([]byte, error) {
	sealed, err := envelope.ParseSealed(text)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnexpectedAnswer, envelope.ErrSealed)
	}
	key, err := r.find(KeyID(sealed.KeyID))
	if err != nil {
		return nil, err
	}
	plain, err := sealed.Open(key)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnexpectedAnswer, err)
	}
	return plain, nil
}

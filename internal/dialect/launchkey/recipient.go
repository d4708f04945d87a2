package launchkey

import (
	"crypto/rsa"
	"sync"

	"github.com/twinseal/twinseal/client/launchkey/envelope"
)

// recipient is a key that things can be sealed to, and whose signatures can be checked.
type recipient struct {
	id     string
	pem    string // as it was brought
	public *rsa.PublicKey
	sealer *envelope.Sealer
}

func newRecipient(text string) (*recipient, error) {
	public, err := envelope.ParsePublicKey(text)
	if err != nil {
		return nil, err
	}
	id, err := envelope.KeyID(public)
	if err != nil {
		return nil, err
	}
	sealer, err := envelope.NewSealer(id, public)
	return &recipient{id, text, public, sealer}, err
}

// seal is the compact form of a plaintext that only the key's holder opens.
func (r *recipient) seal(plaintext []byte) ([]byte, error) {
	compact, err := r.sealer.Seal(plaintext)
	return []byte(compact), err
}

// recipientRoom bounds the prepared keys that are kept, by their PEM. One takes about 4 KB.
const recipientRoom = 5_000

// recipients keeps prepared keys, so that each is parsed once.
type recipients struct {
	mu    sync.RWMutex
	byPEM map[string]*recipient
}

func (k *recipients) of(text string) (*recipient, error) {
	k.mu.RLock()
	known := k.byPEM[text]
	k.mu.RUnlock()
	if known != nil {
		return known, nil
	}
	made, err := newRecipient(text)
	if err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.byPEM == nil || len(k.byPEM) >= recipientRoom {
		k.byPEM = map[string]*recipient{}
	}
	k.byPEM[text] = made
	return made, nil
}

package launchkey

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/twinseal/twinseal/client/launchkey/envelope"
	"github.com/twinseal/twinseal/internal/mfa"
)

// Secrets keeps the server's own secrets.
type Secrets interface {
	// ServerSecret answers NotFound for a name that has none.
	ServerSecret(ctx context.Context, name string) (mfa.Secret, error)
	// KeepServerSecret stores the secret if the name has none yet and returns the one that is stored.
	KeepServerSecret(ctx context.Context, name string, secret mfa.Secret) (mfa.Secret, error)
}

// apiKeyBits is the size of the server's own keys: every request costs two operations with one, and larger
// keys cost three to six times as much.
const apiKeyBits = 2048

// apiKey is one key pair of the server: it signs what goes out and opens what comes in.
type apiKey struct {
	id      string
	private *rsa.PrivateKey
	signer  *envelope.Signer
	pem     string // of the public half
}

// secretName is where the nth key pair is kept, from 1 on. Pairs are added and never removed: what was sealed to
// an old one must open, and what it signed must be checkable.
func secretName(n int) string { return fmt.Sprintf("launchkey_api_key:%d", n) }

// RotateKey makes a new key pair of the API, which signs from now on; the old ones go on opening requests. It
// returns the new one's id. Running servers take it up within seconds.
func RotateKey(ctx context.Context, secrets Secrets) (string, error) {
	r := &ring{secrets: secrets, now: func() time.Time { return time.Time{} }} // it looks once
	if _, err := r.current(ctx); err != nil {
		return "", err
	}
	r.loading.Lock()
	defer r.loading.Unlock()
	key, err := r.make(ctx, len(r.keys)+1)
	if err != nil {
		return "", err
	}
	return key.id, nil
}

// ringLife is how old the knowledge of the newest key may be. Another process may rotate, and tells nobody.
const ringLife = 3 * time.Second

// ring holds the server's key pairs, oldest first. The first is made when somebody first speaks this dialect.
//
// Whoever signs never waits for somebody who asks for a key that there is not, which anybody may.
type ring struct {
	secrets Secrets
	now     func() time.Time

	loading sync.Mutex // held by the one who looks for new keys

	mu     sync.RWMutex // of what follows; held for no longer than it takes to read or write it
	keys   []*apiKey
	looked time.Time
	loads  int
}

// current is the newest key.
func (r *ring) current(ctx context.Context) (*apiKey, error) {
	newest, fresh := r.newest()
	switch {
	case fresh:
		return newest, nil
	case newest == nil:
		r.loading.Lock()
	case !r.loading.TryLock():
		return newest, nil // somebody is looking already
	}
	defer r.loading.Unlock()
	if newest, fresh = r.newest(); fresh {
		return newest, nil
	}
	err := r.refresh(ctx)
	newest, _ = r.newest()
	return newest, err
}

// newest is the youngest key that is known, nil before the first, and whether that was looked at just now. A clock
// that was set back makes it look at once.
func (r *ring) newest() (key *apiKey, fresh bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if len(r.keys) == 0 {
		return nil, false
	}
	age := r.now().Sub(r.looked)
	return r.keys[len(r.keys)-1], age >= 0 && age < ringLife
}

// find is the key of that id, however old; nil when there is none.
func (r *ring) find(ctx context.Context, id string) (*apiKey, error) {
	known, loads := r.known(id)
	if known != nil {
		return known, nil
	}
	// A client may have learned of a new key from another node.
	r.loading.Lock()
	defer r.loading.Unlock()
	known, now := r.known(id)
	if known != nil || now > loads+1 {
		return known, nil // of two looks since we came the second began after us
	}
	err := r.refresh(ctx)
	known, _ = r.known(id)
	return known, err
}

// known is the key of that id if it was seen yet, and how often was looked for new ones so far.
func (r *ring) known(id string) (*apiKey, int) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, key := range r.keys {
		if key.id == id {
			return key, r.loads
		}
	}
	return nil, r.loads
}

// refresh takes up keys that were added, or makes the first; its caller holds loading.
func (r *ring) refresh(ctx context.Context) error {
	at, n := r.now(), len(r.keys)
	for {
		secret, err := r.secrets.ServerSecret(ctx, secretName(n+1))
		if mfa.IsCode(err, mfa.NotFound) {
			break
		}
		if err != nil {
			return err
		}
		key, err := parseAPIKey(secret)
		if err != nil {
			return err
		}
		r.add(key)
		n++
	}
	if n == 0 {
		if _, err := r.make(ctx, 1); err != nil {
			return err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.looked, r.loads = at, r.loads+1
	return nil
}

func (r *ring) add(key *apiKey) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keys = append(r.keys, key)
}

// make makes the nth key, or takes the one that another process made meanwhile; its caller holds loading.
func (r *ring) make(ctx context.Context, n int) (*apiKey, error) {
	fresh, err := rsa.GenerateKey(rand.Reader, apiKeyBits)
	if err != nil {
		return nil, fmt.Errorf("make a key of the API: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(fresh)
	if err != nil {
		return nil, fmt.Errorf("make a key of the API: %w", err)
	}
	kept, err := r.secrets.KeepServerSecret(ctx, secretName(n), mfa.NewSecret(der))
	if err != nil {
		return nil, err
	}
	key, err := parseAPIKey(kept)
	if err == nil {
		r.add(key)
	}
	return key, err
}

func parseAPIKey(secret mfa.Secret) (*apiKey, error) {
	parsed, err := x509.ParsePKCS8PrivateKey(secret.Reveal())
	if err != nil {
		return nil, fmt.Errorf("read a key of the API: %w", err)
	}
	private, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return nil, errors.New("a key of the API is not an RSA key")
	}
	private.Precompute()
	return newAPIKey(private)
}

func newAPIKey(private *rsa.PrivateKey) (*apiKey, error) {
	id, err := envelope.KeyID(private.Public())
	if err != nil {
		return nil, err
	}
	signer, err := envelope.NewSigner(id, private)
	if err != nil {
		return nil, err
	}
	text, err := publicPEM(private.Public())
	return &apiKey{id, private, signer, text}, err
}

// publicPEM is a public key as it is shown.
func publicPEM(key crypto.PublicKey) (string, error) {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return "", fmt.Errorf("write a key: %w", err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), nil
}

package launchkey

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/twinseal/twinseal/client/launchkey/envelope"
)

const (
	// keyLife is for how long the server's current key is taken for current.
	// Servers keep a key that was replaced for much longer.
	keyLife = 5 * time.Minute
	// clockLife is for how long a comparison of the two clocks counts.
	clockLife = 5 * time.Minute
	// maxServerKeys bounds the keys that are remembered; a server rotates
	// them over months.
	maxServerKeys = 16
	// maxLookups bounds how often a key that nobody has heard of is asked for
	// in one lookupWindow, since anybody can name one in a webhook.
	maxLookups   = 10
	lookupWindow = time.Minute
	// maxPublic bounds the answers that are neither signed nor encrypted: a
	// time or a public key.
	maxPublic = 32 << 10
)

// headerKeyID names the public key in an answer that holds one.
const headerKeyID = "X-Iov-Key-Id"

// server is what an issuer knows of the platform: its public keys and its clock.
type server struct {
	transport  transport
	identifier string

	clock offset
	keys  serverKeys
}

func newServer(t transport, identifier string) *server {
	return &server{transport: t, identifier: identifier, keys: serverKeys{known: map[KeyID]*rsa.PublicKey{}}}
}

// offset is how far the server's clock is ahead of ours.
type offset struct {
	lock  sync.Mutex
	value time.Duration
	until time.Time
}

// now is the server's time, as far as can be told from the last comparison.
func (s *server) now(ctx context.Context) (time.Time, error) {
	s.clock.lock.Lock()
	defer s.clock.lock.Unlock()
	if now := time.Now(); now.Before(s.clock.until) {
		return now.Add(s.clock.value), nil
	}
	at, err := s.ping(ctx)
	if err != nil {
		return time.Time{}, err
	}
	now := time.Now()
	s.clock.value, s.clock.until = at.Sub(now), now.Add(clockLife)
	return at, nil
}

func readPing(body []byte) (time.Time, error) {
	var wire struct {
		Time instant `json:"api_time"`
	}
	if err := json.Unmarshal(body, &wire); err != nil || wire.Time.IsZero() {
		return time.Time{}, unexpected("ping", "it does not tell the time")
	}
	return wire.Time.Time, nil
}

// serverKeys are the server's public keys by name. Keys never change, so they
// are kept; which one is current may.
type serverKeys struct {
	lock    sync.Mutex
	known   map[KeyID]*rsa.PublicKey
	order   []KeyID // oldest first
	current KeyID
	until   time.Time

	lookups     int
	lookupsFrom time.Time
}

// publicKey is a public key of the server with its name.
type publicKey struct {
	id  KeyID
	key *rsa.PublicKey
}

// currentKey is the key to encrypt requests for.
func (s *server) currentKey(ctx context.Context) (publicKey, error) {
	k := &s.keys
	k.lock.Lock()
	defer k.lock.Unlock()
	if time.Now().Before(k.until) {
		return publicKey{k.current, k.known[k.current]}, nil
	}
	found, err := s.fetchKey(ctx, "/public/v3/public-key")
	if err != nil {
		return publicKey{}, err
	}
	k.add(found)
	k.current, k.until = found.id, time.Now().Add(keyLife)
	return found, nil
}

// key is the key that a token names. One that is not known yet is asked for.
func (s *server) key(ctx context.Context, id KeyID) (*rsa.PublicKey, error) {
	k := &s.keys
	k.lock.Lock()
	defer k.lock.Unlock()
	if key, ok := k.known[id]; ok {
		return key, nil
	}
	if id.check() != nil {
		return nil, unverified("its token names no key")
	}
	if !k.mayLookUp(time.Now()) {
		return nil, unverified("its token names an unknown key, and too many such keys were looked up just now")
	}
	found, err := s.fetchKey(ctx, "/public/v3/public-key/"+string(id))
	if refused, ok := errors.AsType[*Error](err); ok && refused.Status == http.StatusNotFound {
		return nil, unverified("its token names a key that the server does not have")
	}
	if err != nil {
		return nil, err
	}
	if found.id != id {
		return nil, unexpected("public key", "it is another key than the one asked for")
	}
	k.lookups = 0
	k.add(found)
	return found.key, nil
}

// add remembers a key, in place of the oldest one when there are too many. The
// current key stays.
func (k *serverKeys) add(found publicKey) {
	if _, ok := k.known[found.id]; ok {
		return
	}
	if len(k.order) == maxServerKeys {
		oldest := 0
		if k.order[oldest] == k.current {
			oldest = 1
		}
		delete(k.known, k.order[oldest])
		k.order = append(k.order[:oldest], k.order[oldest+1:]...)
	}
	k.known[found.id] = found.key
	k.order = append(k.order, found.id)
}

// mayLookUp counts the lookups that have not led to a key.
func (k *serverKeys) mayLookUp(now time.Time) bool {
	if now.Sub(k.lookupsFrom) > lookupWindow {
		k.lookups, k.lookupsFrom = 0, now
	}
	k.lookups++
	return k.lookups <= maxLookups
}

func (s *server) fetchKey(ctx context.Context, path string) (publicKey, error) {
	const op = "public key"
	answered, err := s.transport.public(ctx, op, path)
	if err != nil {
		return publicKey{}, err
	}
	id := KeyID(answered.header.Get(headerKeyID))
	if id.check() != nil {
		return publicKey{}, unexpected(op, "it does not name the key")
	}
	key, err := envelope.ParsePublicKey(string(answered.body))
	if err != nil {
		return publicKey{}, unexpected(op, err.Error())
	}
	return publicKey{id, key}, nil
}

// ping asks for the server's time, which also shows that it can be reached.
func (s *server) ping(ctx context.Context) (time.Time, error) {
	answered, err := s.transport.public(ctx, "ping", "/public/v3/ping")
	if err != nil {
		return time.Time{}, err
	}
	return readPing(answered.body)
}

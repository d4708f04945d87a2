package loginid

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

const (
	// certLife is for how long a key that the server has withdrawn still counts
	// here.
	certLife = 10 * time.Minute
	// maxCerts bounds the keys that are remembered; a server rotates them over
	// months.
	maxCerts = 16
	// maxMisses bounds how often keys that do not exist are asked for in one
	// lookupWindow, since anybody can name one in a token.
	maxMisses    = 10
	lookupWindow = time.Minute
	// maxKeyID bounds the name of a key; servers use UUIDs.
	maxKeyID = 128
)

// certs are the server's public keys by name.
type certs struct {
	fetching chan struct{} // held by the one who asks the server, so that many tokens make one request

	lock       sync.Mutex
	known      map[string]cert
	misses     int // keys that do not exist, since missesFrom
	missesFrom time.Time
}

type cert struct {
	key   *ecdsa.PublicKey
	until time.Time
}

func newCerts() *certs {
	return &certs{fetching: make(chan struct{}, 1), known: map[string]cert{}}
}

// publicKey is the key that a token names. A token that names none is of the
// server's current key, which is asked for each time, since it may have changed.
func (l *LoginID) publicKey(ctx context.Context, id string) (*ecdsa.PublicKey, error) {
	if len(id) > maxKeyID || strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, unverified("it names its key in an impossible way")
	}
	if key := l.certs.find(id); key != nil {
		return key, nil
	}
	select {
	case l.certs.fetching <- struct{}{}:
		defer func() { <-l.certs.fetching }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if key := l.certs.find(id); key != nil {
		return key, nil
	}
	if !l.certs.mayLookUp(id, time.Now()) {
		return nil, unverified("it names an unknown key, and too many such keys were looked up just now")
	}
	key, err := l.fetchCert(ctx, id)
	switch {
	case errors.Is(err, ErrUnverified):
		l.certs.miss(id)
	case err == nil:
		l.certs.add(id, key)
	}
	return key, err
}

// fetchCert sends nothing but the name of the key: the call is public.
func (l *LoginID) fetchCert(ctx context.Context, id string) (*ecdsa.PublicKey, error) {
	const op = "certificate"
	path := "/certs"
	if id != "" {
		path += "?" + url.Values{"kid": {id}}.Encode()
	}
	request, err := l.transport.request(http.MethodGet, path, nil)
	if err != nil {
		return nil, err
	}
	answered, err := l.transport.send(ctx, op, request, l.transport.timeout)
	if err != nil {
		return nil, err
	}
	if answered.status >= http.StatusBadRequest {
		refused := refusal(op, answered)
		if errors.Is(refused, ErrNotFound) {
			return nil, unverified("the server does not have the key that it names")
		}
		return nil, refused
	}
	key, ok := readPublicKey(answered.body)
	if answered.status != http.StatusOK || !ok {
		return nil, unexpected(op, "it is not a public key on P-256 in PEM")
	}
	return key, nil
}

func (c *certs) find(id string) *ecdsa.PublicKey {
	c.lock.Lock()
	defer c.lock.Unlock()
	if found, ok := c.known[id]; ok && time.Now().Before(found.until) {
		return found.key
	}
	return nil
}

// add remembers a key under its name, in place of the one that was learned
// longest ago when there are too many.
func (c *certs) add(id string, key *ecdsa.PublicKey) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if id == "" {
		return
	}
	if _, ok := c.known[id]; !ok && len(c.known) >= maxCerts {
		oldest := ""
		for name, kept := range c.known {
			if oldest == "" || kept.until.Before(c.known[oldest].until) {
				oldest = name
			}
		}
		delete(c.known, oldest)
	}
	c.known[id] = cert{key, time.Now().Add(certLife)}
}

// mayLookUp: strangers have not named too many keys that do not exist, or the
// key is one that the server has had. Else their tokens would keep the key from
// being learned anew when it has been remembered for long enough, and everybody
// out with it.
func (c *certs) mayLookUp(id string, now time.Time) bool {
	c.lock.Lock()
	defer c.lock.Unlock()
	if now.Sub(c.missesFrom) > lookupWindow {
		c.misses, c.missesFrom = 0, now
	}
	_, had := c.known[id]
	return had || c.misses < maxMisses
}

func (c *certs) miss(id string) {
	c.lock.Lock()
	defer c.lock.Unlock()
	delete(c.known, id)
	c.misses++
}

// Package keyring holds key pairs that the server has for itself, in its secrets: a newest one, which signs, and
// all that were before it, because what they signed must stay checkable and what was sealed to them must open.
// Pairs are added and never removed. The first is made when somebody first asks for one.
package keyring

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Secrets keeps the server's own secrets.
type Secrets interface {
	// ServerSecret answers NotFound for a name that has none.
	ServerSecret(ctx context.Context, name string) (mfa.Secret, error)
	// KeepServerSecret stores the secret if the name has none yet and returns the one that is stored.
	KeepServerSecret(ctx context.Context, name string, secret mfa.Secret) (mfa.Secret, error)
}

// Pair is a key pair of the server.
type Pair interface {
	comparable
	// ID is its public name.
	ID() string
}

// Kind says where the pairs of a ring are kept and what they are.
type Kind[P Pair] struct {
	// Name is that of the server's secrets, which are numbered from 1 on.
	Name string
	// Make draws a new pair, in the form that Read takes.
	Make func() (mfa.Secret, error)
	Read func(mfa.Secret) (P, error)
}

func (k Kind[P]) secret(n int) string { return fmt.Sprintf("%s:%d", k.Name, n) }

// life is how old the knowledge of the newest pair may be. Another process may rotate, and tells nobody.
const life = 3 * time.Second

// Ring holds the pairs of a kind, oldest first. It is safe for concurrent use.
//
// Whoever signs never waits for somebody who asks for a pair that there is not, which anybody may.
type Ring[P Pair] struct {
	kind    Kind[P]
	secrets Secrets
	now     func() time.Time

	loading sync.Mutex // held by the one who looks for new pairs

	mu     sync.RWMutex // of what follows; held for no longer than it takes to read or write it
	pairs  []P
	looked time.Time
	loads  int
}

// New returns the ring of a kind.
func New[P Pair](kind Kind[P], secrets Secrets, now func() time.Time) *Ring[P] {
	return &Ring[P]{kind: kind, secrets: secrets, now: now}
}

// Rotate makes a new pair, which signs from now on, and returns it. Running servers take it up within seconds.
func Rotate[P Pair](ctx context.Context, kind Kind[P], secrets Secrets) (P, error) {
	r := New(kind, secrets, func() time.Time { return time.Time{} }) // it looks once
	if made, err := r.Current(ctx); err != nil {
		return made, err
	}
	r.loading.Lock()
	defer r.loading.Unlock()
	return r.make(ctx, len(r.pairs)+1)
}

// Current is the newest pair.
func (r *Ring[P]) Current(ctx context.Context) (P, error) {
	var none P
	newest, fresh := r.newest()
	switch {
	case fresh:
		return newest, nil
	case newest == none:
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

// newest is the youngest pair that is known, none before the first, and whether that was looked at just now. A
// clock that was set back makes it look at once.
func (r *Ring[P]) newest() (newest P, fresh bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if len(r.pairs) == 0 {
		return newest, false
	}
	age := r.now().Sub(r.looked)
	return r.pairs[len(r.pairs)-1], age >= 0 && age < life
}

// Find is the pair of that id, however old; the zero P when there is none.
func (r *Ring[P]) Find(ctx context.Context, id string) (P, error) {
	var none P
	known, loads := r.known(id)
	if known != none {
		return known, nil
	}
	// A client may have learned of a new pair from another node.
	r.loading.Lock()
	defer r.loading.Unlock()
	known, now := r.known(id)
	if known != none || now > loads+1 {
		return known, nil // of two looks since we came the second began after us
	}
	err := r.refresh(ctx)
	known, _ = r.known(id)
	return known, err
}

// known is the pair of that id if it was seen yet, and how often was looked for new ones so far.
func (r *Ring[P]) known(id string) (found P, loads int) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, p := range r.pairs {
		if p.ID() == id {
			return p, r.loads
		}
	}
	return found, r.loads
}

// All are the pairs that are known, oldest first, at least one of them.
func (r *Ring[P]) All(ctx context.Context) ([]P, error) {
	if _, err := r.Current(ctx); err != nil {
		return nil, err
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	return append([]P(nil), r.pairs...), nil
}

// refresh takes up pairs that were added, or makes the first; its caller holds loading.
func (r *Ring[P]) refresh(ctx context.Context) error {
	at, n := r.now(), len(r.pairs)
	for {
		secret, err := r.secrets.ServerSecret(ctx, r.kind.secret(n+1))
		if mfa.IsCode(err, mfa.NotFound) {
			break
		}
		if err != nil {
			return err
		}
		p, err := r.kind.Read(secret)
		if err != nil {
			return err
		}
		r.add(p)
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

func (r *Ring[P]) add(p P) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pairs = append(r.pairs, p)
}

// make makes the nth pair, or takes the one that another process made meanwhile; its caller holds loading.
func (r *Ring[P]) make(ctx context.Context, n int) (P, error) {
	var none P
	fresh, err := r.kind.Make()
	if err != nil {
		return none, err
	}
	kept, err := r.secrets.KeepServerSecret(ctx, r.kind.secret(n), fresh)
	if err != nil {
		return none, err
	}
	p, err := r.kind.Read(kept)
	if err == nil {
		r.add(p)
	}
	return p, err
}

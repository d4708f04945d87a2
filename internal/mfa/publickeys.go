package mfa

import (
	"context"
	"slices"
)

// PublicKeysOf lists an owner's keys, of every state, as they are now, oldest first.
func (s *Service) PublicKeysOf(ctx context.Context, o Owner) ([]PublicKey, error) {
	var out []PublicKey
	err := s.store.Read(ctx, func(r Records) (err error) {
		out, err = r.PublicKeysOf(o)
		return err
	})
	return out, err
}

// PublicKeys is [Service.PublicKeysOf] through the cache, for requests: what was changed elsewhere may be
// seen [callerLife] later. The list is shared and must not be changed.
func (s *Service) PublicKeys(ctx context.Context, o Owner) ([]PublicKey, error) {
	if held, ok, _ := s.keys.get(o); ok {
		return held, nil
	}
	return s.loadKeys(ctx, o)
}

// KeysOfCaller is [Service.PublicKeys] of an application that proved itself, so that having none is remembered too.
func (s *Service) KeysOfCaller(ctx context.Context, c *Caller) ([]PublicKey, error) {
	owner := c.Application.ID.Owner()
	held, ok, generation := s.keys.get(owner)
	if ok {
		return held, nil
	}
	held, err := s.PublicKeysOf(ctx, owner)
	if err == nil {
		s.keys.put(owner, held, generation)
	}
	return held, err
}

// PublicKey finds an owner's key, usable or not, through the cache. One that the cache does not know is looked
// for in the tables, so that a new key serves at once.
func (s *Service) PublicKey(ctx context.Context, o Owner, id string) (PublicKey, error) {
	held, _, _ := s.keys.get(o)
	if k, ok := keyNamed(held, id); ok {
		return k, nil
	}
	held, err := s.loadKeys(ctx, o)
	if err != nil {
		return PublicKey{}, err
	}
	if k, ok := keyNamed(held, id); ok {
		return k, nil
	}
	return PublicKey{}, Missing("public key")
}

// loadKeys fills the cache; owners without keys, which anybody can make up, take no room in it.
func (s *Service) loadKeys(ctx context.Context, o Owner) ([]PublicKey, error) {
	_, _, generation := s.keys.get(o)
	held, err := s.PublicKeysOf(ctx, o)
	if err == nil && len(held) > 0 {
		s.keys.put(o, held, generation)
	}
	return held, err
}

func keyNamed(held []PublicKey, id string) (PublicKey, bool) {
	i := slices.IndexFunc(held, func(k PublicKey) bool { return k.ID == id })
	if i < 0 {
		return PublicKey{}, false
	}
	return held[i], true
}

package launchkey

import (
	"slices"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/launchkey"
)

// holder is an entity with public keys: a directory, or a service of either kind.
type holder struct {
	add    func(t *testing.T, key launchkey.NewPublicKey) (launchkey.KeyID, error)
	list   func(t *testing.T) ([]launchkey.PublicKey, error)
	update func(t *testing.T, key launchkey.KeyID, update launchkey.PublicKeyUpdate) error
	remove func(t *testing.T, key launchkey.KeyID) error
}

func (s *scene) directoryHolder(id launchkey.DirectoryID) holder {
	return holder{
		func(t *testing.T, key launchkey.NewPublicKey) (launchkey.KeyID, error) {
			t.Helper()
			return s.org.AddDirectoryPublicKey(t.Context(), id, key)
		},
		func(t *testing.T) ([]launchkey.PublicKey, error) {
			t.Helper()
			return s.org.DirectoryPublicKeys(t.Context(), id)
		},
		func(t *testing.T, key launchkey.KeyID, update launchkey.PublicKeyUpdate) error {
			t.Helper()
			return s.org.UpdateDirectoryPublicKey(t.Context(), id, key, update)
		},
		func(t *testing.T, key launchkey.KeyID) error {
			t.Helper()
			return s.org.RemoveDirectoryPublicKey(t.Context(), id, key)
		},
	}
}

func serviceHolder(c serviceManager, id launchkey.ServiceID) holder {
	return holder{
		func(t *testing.T, key launchkey.NewPublicKey) (launchkey.KeyID, error) {
			t.Helper()
			return c.AddServicePublicKey(t.Context(), id, key)
		},
		func(t *testing.T) ([]launchkey.PublicKey, error) {
			t.Helper()
			return c.ServicePublicKeys(t.Context(), id)
		},
		func(t *testing.T, key launchkey.KeyID, update launchkey.PublicKeyUpdate) error {
			t.Helper()
			return c.UpdateServicePublicKey(t.Context(), id, key, update)
		},
		func(t *testing.T, key launchkey.KeyID) error {
			t.Helper()
			return c.RemoveServicePublicKey(t.Context(), id, key)
		},
	}
}

func directoryKeys(t *testing.T, s *scene) {
	keysOf(t, s.directoryHolder(s.dirID), s.directoryHolder(unknownID))
}

func serviceKeys(t *testing.T, s *scene) {
	keysOf(t, serviceHolder(s.dir, s.svcID), serviceHolder(s.dir, unknownID))
	id := must(s.org.CreateService(t.Context(), launchkey.NewService{Name: s.user}))(t)
	keysOf(t, serviceHolder(s.org, id), serviceHolder(s.org, unknownID))
}

// keysOf is the life of an entity's keys.
func keysOf(t *testing.T, of, nobody holder) {
	t.Helper()
	if got := must(of.list(t))(t); len(got) != 0 {
		t.Errorf("a new entity has the keys %+v", got)
	}
	first, second := keys.spare(), keys.other() // others have them too
	before := time.Now().Add(-time.Minute)
	if id := must(of.add(t, launchkey.NewPublicKey{PEM: first.public}))(t); id != first.id {
		t.Errorf("the key is called %s, want %s", id, first.id)
	}
	if got := must(of.list(t))(t); len(got) != 1 || got[0].PEM != first.public || got[0].Type != launchkey.KeyBoth || !got[0].Active ||
		!got[0].ExpiresAt.IsZero() || got[0].CreatedAt.Before(before) || got[0].ID != first.id {
		t.Errorf("the keys are %+v", got)
	}
	_, err := of.add(t, launchkey.NewPublicKey{PEM: first.public})
	refused(t, "the same key again", err, launchkey.ErrPublicKeyAlreadyInUse)
	_, err = of.add(t, launchkey.NewPublicKey{PEM: "not a key"})
	refused(t, "no key", err, launchkey.ErrInvalidPublicKey)
	_, err = of.add(t, launchkey.NewPublicKey{PEM: second.public, Type: -1})
	refused(t, "a key of an unknown type", err, launchkey.ErrInvalidParameters, launchkey.ErrFormat)
	refused(t, "the only key", of.remove(t, first.id), launchkey.ErrLastRemainingKey)

	expiry := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	must(of.add(t, launchkey.NewPublicKey{PEM: second.public, Inactive: true, ExpiresAt: expiry}))(t)
	if got := find(t, of, second.id); got.Active || !got.ExpiresAt.Equal(expiry) {
		t.Errorf("the key that was never live is %+v", got)
	}
	for _, kind := range []launchkey.KeyType{launchkey.KeyEncryption, launchkey.KeySignature} {
		key := map[launchkey.KeyType]*privateKey{launchkey.KeyEncryption: keys.encryption(), launchkey.KeySignature: keys.signature()}[kind]
		must(of.add(t, launchkey.NewPublicKey{PEM: key.public, Type: kind}))(t)
		if got := find(t, of, key.id); got.Type != kind || got.PEM != key.public {
			t.Errorf("the key is %+v, want type %v", got, kind)
		}
	}
	changedKey(t, of, first.id)
	s := launchkey.PublicKeyUpdate{}
	refused(t, "change an unknown key", of.update(t, unknownKey, s), launchkey.ErrPublicKeyDoesNotExist)
	refused(t, "remove an unknown key", of.remove(t, unknownKey), launchkey.ErrPublicKeyDoesNotExist)
	if err := of.remove(t, first.id); err != nil {
		t.Error(err)
	}
	if got := must(of.list(t))(t); slices.ContainsFunc(got, func(k launchkey.PublicKey) bool { return k.ID == first.id }) || len(got) != 3 {
		t.Errorf("after one was removed the keys are %+v", got)
	}
	nobodysKeys(t, nobody)
}

func find(t *testing.T, of holder, id launchkey.KeyID) launchkey.PublicKey {
	t.Helper()
	for _, k := range must(of.list(t))(t) {
		if k.ID == id {
			return k
		}
	}
	t.Fatalf("%s is not in the list", id)
	return launchkey.PublicKey{}
}

func changedKey(t *testing.T, of holder, id launchkey.KeyID) {
	t.Helper()
	if err := of.update(t, id, launchkey.PublicKeyUpdate{Active: new(bool)}); err != nil {
		t.Error(err)
	}
	expiry := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
	if err := of.update(t, id, launchkey.PublicKeyUpdate{ExpiresAt: launchkey.To(expiry)}); err != nil {
		t.Error(err)
	}
	if got := find(t, of, id); got.Active || !got.ExpiresAt.Equal(expiry) {
		t.Errorf("switched off and expired, the key is %+v", got)
	}
	if err := of.update(t, id, launchkey.PublicKeyUpdate{ExpiresAt: launchkey.Clear[time.Time]()}); err != nil {
		t.Error(err)
	}
	if got := find(t, of, id); got.Active || !got.ExpiresAt.IsZero() {
		t.Errorf("without expiry the key is %+v", got)
	}
}

func nobodysKeys(t *testing.T, nobody holder) {
	t.Helper()
	_, err := nobody.add(t, launchkey.NewPublicKey{PEM: keys.spare().public})
	refused(t, "give nobody a key", err, launchkey.ErrForbidden)
	_, err = nobody.list(t)
	refused(t, "list nobody's keys", err, launchkey.ErrForbidden)
	refused(t, "change nobody's key", nobody.update(t, unknownKey, launchkey.PublicKeyUpdate{}), launchkey.ErrForbidden)
	refused(t, "remove nobody's key", nobody.remove(t, unknownKey), launchkey.ErrForbidden)
}

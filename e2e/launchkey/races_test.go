package launchkey

import (
	"crypto/rand"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/twinseal/twinseal/client/launchkey"
	"github.com/twinseal/twinseal/e2e/harness"
)

// rivals is how many do the same at the same time.
const rivals = 8

// onlyOne has rivals try, and counts those who succeed. The others must be refused in one way.
func onlyOne(t *testing.T, what string, way launchkey.Kind, try func(i int) error) {
	t.Helper()
	var succeeded atomic.Int64
	var group sync.WaitGroup
	for i := range rivals {
		group.Go(func() {
			if err := try(i); err == nil {
				succeeded.Add(1)
			} else {
				refused(t, what, err, way)
			}
		})
	}
	group.Wait()
	if n := succeeded.Load(); n != 1 {
		t.Errorf("%s: %d succeeded", what, n)
	}
}

// races: what may happen once happens once, however many want it, at however many nodes.
func (w *world) races(t *testing.T, nodes ...*harness.Server) {
	ctx := t.Context()
	s := w.newScene(t, goSDK{w.URL})
	var scenes []*scene
	for _, node := range nodes {
		other := *s
		other.owner = w.owner(t, goSDK{node.URL})
		other.org, other.dir, other.svc = other.owner.organization(t), other.owner.directory(t, s.dirID), other.owner.service(t, s.svcID)
		scenes = append(scenes, &other)
	}
	at := func(i int) *scene { return scenes[i%len(scenes)] }
	name := rand.Text()
	onlyOne(t, "a directory of one name", launchkey.ErrDirectoryNameInUse, func(i int) error {
		_, err := at(i).org.CreateDirectory(ctx, name)
		return err
	})
	onlyOne(t, "a service of one name", launchkey.ErrServiceNameTaken, func(i int) error {
		_, err := at(i).dir.CreateService(ctx, launchkey.NewService{Name: name})
		return err
	})
	onlyOne(t, "a key", launchkey.ErrPublicKeyAlreadyInUse, func(i int) error {
		_, err := at(i).dir.AddServicePublicKey(ctx, s.svcID, launchkey.NewPublicKey{PEM: keys.service().public})
		return err
	})
	s.linked(t)
	var id launchkey.AuthorizationID
	var mu sync.Mutex
	onlyOne(t, "a request", launchkey.ErrAuthorizationInProgress, func(i int) error {
		made, err := at(i).svc.CreateAuthorizationRequest(ctx, s.user, launchkey.NewAuthorization{})
		if err == nil {
			mu.Lock()
			defer mu.Unlock()
			id = made.ID
		}
		return err
	})
	onlyOne(t, "its end", launchkey.ErrAuthorizationRequestCanceled, func(i int) error { return at(i).svc.CancelAuthorizationRequest(ctx, id) })
	made := must(s.dir.GenerateUserTOTP(ctx, s.user))(t)
	s.Log.Secret(string(made.Secret))
	code := harness.Code(t, string(made.Secret), s.Now(t))
	onlyOne(t, "a code", launchkey.ErrNotFound, func(i int) error {
		valid, err := at(i).svc.VerifyTOTP(ctx, s.user, code)
		if err == nil && !valid {
			return launchkey.ErrNotFound
		}
		return err
	})
}

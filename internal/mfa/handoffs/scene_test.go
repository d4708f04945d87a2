package handoffs_test

import (
	"crypto/rand"
	"path/filepath"
	"slices"
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/handoffs"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/pgtest"
	"github.com/twinseal/twinseal/internal/store"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// scene is a world with a person and the handoffs beside it.
type scene struct {
	*mfatest.World
	*testing.T
	handoffs *handoffs.Service
	ann      *mfatest.Person
}

func sceneIn(t *testing.T, w *mfatest.World) *scene {
	t.Helper()
	return &scene{w, t, handoffs.New(handoffs.Config{Domain: w.Service, Store: w.Store, Random: rand.Reader}), w.Register("4055550101")}
}

func newScene(t *testing.T) *scene {
	t.Helper()
	return sceneIn(t, mfatest.New(t, store.Options{SQLitePath: filepath.Join(t.TempDir(), "test.db")}))
}

// onBoth plays on a fresh world of each engine.
func onBoth(t *testing.T, play func(s *scene)) {
	t.Helper()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) { play(sceneIn(t, w)) })
}

func (s *scene) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// want complains about an error of another code or reason.
func (s *scene) want(what string, err error, code mfa.Code, reason mfa.Reason) {
	s.Helper()
	e, _ := err.(*mfa.Error) //nolint:errorlint // the services return their refusals bare
	if e == nil || e.Code != code || e.Reason != reason {
		s.Errorf("%s: %v, want %s %s", what, err, code, reason)
	}
}

// issue makes a code for the person.
func (s *scene) issue(form mfa.HandoffForm, purpose mfa.HandoffPurpose, authorized bool) (handoffs.Issued, handoffs.Presented) {
	s.Helper()
	issued, err := s.handoffs.Generate(s.T.Context(), handoffs.Generate{Caller: s.Caller, User: s.ann.Ref(), Form: form, Purpose: purpose, Authorized: authorized})
	s.must(err)
	return issued, handoffs.Presented{Caller: s.Caller, User: s.ann.Ref(), Form: form, Purpose: purpose, Code: issued.Code, Source: "192.0.2.1"}
}

// redeem burns a code for adding an authenticator, as whoever begins to add one does.
func (s *scene) redeem(p handoffs.Presented) error {
	var refusal error
	err := s.Store.Write(s.T.Context(), func(w mfa.WriteRecords) error {
		u, err := w.LockUser(s.Caller.Directory.ID, p.User)
		if err == nil {
			refusal, err = s.handoffs.Redeem(w, u, p)
		}
		return err
	})
	if err == nil {
		err = refusal
	}
	return err
}

// happened wants these events of the person, after the first one.
func (s *scene) happened(want ...mfa.EventType) {
	s.Helper()
	var got []mfa.EventType
	for _, e := range s.ann.Events()[1:] {
		got = append(got, e.Type)
	}
	if !slices.Equal(got, want) {
		s.Errorf("events %v, want %v", got, want)
	}
}

// crowd is how many try at the same time.
const crowd = 50

// winners counts for how many of a crowd something succeeds; losers are handed to lost.
func (s *scene) winners(try func() error, lost func(error)) int {
	s.Helper()
	failed := mfatest.Crowd(crowd, try)
	for _, err := range failed {
		lost(err)
	}
	return crowd - len(failed)
}

package rulebook_test

import (
	"context"
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/rulebook"
	"github.com/twinseal/twinseal/internal/pgtest"
	"github.com/twinseal/twinseal/internal/rule"
	"github.com/twinseal/twinseal/internal/store"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// scene is a world with the rules beside it, in which withdrawals are configured.
type scene struct {
	*mfatest.World
	*testing.T
	book *rulebook.Service
}

func sceneIn(t *testing.T, w *mfatest.World) *scene {
	t.Helper()
	book, err := rulebook.New(rulebook.Config{Domain: w.Service, Store: w.Store})
	if err != nil {
		t.Fatal(err)
	}
	s := &scene{w, t, book}
	_, err = book.CreateConfiguration(s.Context(), s.Caller, mfa.ActionConfiguration{Code: "withdraw", Default: mfa.OutcomeAllow})
	s.must(err)
	return s
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

func (s *scene) Context() context.Context { return s.World.Context() }

func (s *scene) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// want complains about an error of another code or field.
func (s *scene) want(what string, err error, code mfa.Code, field string) {
	s.Helper()
	e, _ := err.(*mfa.Error) //nolint:errorlint // the service returns its refusals bare
	if e == nil || e.Code != code || e.Field != field {
		s.Errorf("%s: %v, want %s of %q", what, err, code, field)
	}
}

// rule adds an active one to the withdrawals.
func (s *scene) rule(priority int, outcome mfa.ActionOutcome, conditions string) mfa.Rule {
	s.Helper()
	r, err := s.book.CreateRule(s.Context(), s.Caller, mfa.Rule{
		ActionCode: "withdraw", Name: "Rule " + string(rune('A'+priority)), Active: true, Priority: priority, Outcome: outcome,
		Conditions: json.RawMessage(conditions),
	})
	s.must(err)
	return r
}

// decide makes a decision of the rules that are in force.
func (s *scene) decide(code string, facts rule.Map) mfa.Decision {
	s.Helper()
	book, err := s.book.Book(s.Context(), s.Caller)
	s.must(err)
	d, err := book.Decide(code, facts)
	s.must(err)
	return d
}

package stepup_test

import (
	"context"
	"crypto/rand"
	"errors"
	"path/filepath"
	"slices"
	"testing"

	"github.com/twinseal/twinseal/internal/factor/appkey"
	"github.com/twinseal/twinseal/internal/factor/otp"
	"github.com/twinseal/twinseal/internal/factor/recovery"
	"github.com/twinseal/twinseal/internal/factor/totp"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/actions"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/people"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
	"github.com/twinseal/twinseal/internal/pgtest"
	"github.com/twinseal/twinseal/internal/store"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// scene is a shop whose people prove themselves for actions.
type scene struct {
	*mfatest.World
	*testing.T
	stepup *stepup.Service
	caller *mfa.Caller
}

const (
	shopID = "shop.example"
	shop   = "https://shop.example"
	here   = "192.0.2.1"
)

func sceneIn(t *testing.T, w *mfatest.World) *scene {
	t.Helper()
	s := &scene{World: w, T: t}
	limits := mfa.DefaultLimits()
	s.stepup = stepup.New(stepup.Config{
		Domain: w.Service, Store: w.Store, Random: rand.Reader, AppKeys: appkey.New(), Passkeys: w.Passkeys, Actions: w.Actions, People: w.People,
		Factors: mfa.Factors{TOTP: totp.New(limits.TOTPWindow), OTP: otp.New(), Recovery: recovery.New()}, Dialect: "test",
	})
	s.set(func(a *mfa.ApplicationSettings) {
		a.RelyingParty = &mfa.RelyingParty{ID: shopID, Name: "Shop", Origins: []string{shop}, UserVerification: "preferred"}
		on := mfa.MethodSettings{Active: new(true)}
		a.StepUp = &mfa.StepUp{RememberDays: 30, Methods: map[mfa.Method]mfa.MethodSettings{
			mfa.MethodQRCode: on, mfa.MethodInApp: on, mfa.MethodDevice: on,
		}}
	})
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

// set changes the shop's settings.
func (s *scene) set(change func(*mfa.ApplicationSettings)) {
	s.Helper()
	s.must(s.Store.Write(s.Context(), func(w mfa.WriteRecords) error {
		a, err := w.Application(s.Caller.Application.ID)
		if err != nil {
			return err
		}
		change(&a.Settings)
		_, err = w.PutApplication(a)
		return err
	}))
	s.Service.Forget()
	c, err := s.Service.CallerFor(s.Context(), s.Caller.Application.ID)
	s.must(err)
	s.caller = c
}

// neighbour is another application of the same directory.
func (s *scene) neighbour() *mfa.Caller {
	s.Helper()
	var id mfa.ApplicationID
	s.must(s.Store.Write(s.Context(), func(w mfa.WriteRecords) error {
		a, err := w.PutApplication(mfa.Application{
			ID: mfa.NewID[mfa.ApplicationID](), OrganizationID: s.caller.Organization.ID, DirectoryID: s.caller.Directory.ID, Name: "Neighbour",
			Settings: s.caller.Application.Settings,
		})
		id = a.ID
		return err
	}))
	c, err := s.Service.CallerFor(s.Context(), id)
	s.must(err)
	return c
}

func (s *scene) Context() context.Context { return s.T.Context() }

func (s *scene) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// want complains about an error of another code or reason.
func (s *scene) want(what string, err error, code mfa.Code, reason mfa.Reason) {
	s.Helper()
	e, ok := errors.AsType[*mfa.Error](err)
	if !ok || e.Code != code || e.Reason != reason {
		s.Errorf("%s: %v, want %s %s", what, err, code, reason)
	}
}

// track begins an action and gives the pass of its token.
func (s *scene) track(alias, code string, change ...func(*mfa.ActionRequest)) stepup.Pass {
	s.Helper()
	request := mfa.ActionRequest{DeviceID: "browser-1", UserAgent: "test", IP: here}
	for _, f := range change {
		f(&request)
	}
	out, err := s.Actions.Track(s.Context(), actions.Track{Caller: s.caller, User: alias, Code: code, Request: request})
	s.must(err)
	return stepup.Pass{
		Caller: s.caller, UserID: out.User.ID, ActionID: out.Action.ID, Scopes: []string{stepup.ScopeRead}, Source: here, UserAgent: "test",
		DeviceID: request.DeviceID,
	}
}

// state is where a pass's action stands.
func (s *scene) state(p stepup.Pass) mfa.ActionState {
	s.Helper()
	a, err := s.Actions.ByID(s.Context(), s.caller, p.ActionID)
	s.must(err)
	return a.State
}

func (s *scene) wantState(what string, p stepup.Pass, want mfa.ActionState) {
	s.Helper()
	if got := s.state(p); got != want {
		s.Errorf("%s: the action is %s, want %s", what, got, want)
	}
}

// sent is the last message that went out.
func (s *scene) sent() mfa.Message {
	s.Helper()
	out := s.messages()
	if len(out) == 0 {
		s.Fatal("nothing was sent")
	}
	return out[len(out)-1]
}

func (s *scene) messages() []mfa.Message {
	s.Helper()
	var out []mfa.Message
	for _, d := range s.Outbox(s.caller) {
		if d.Kind == mfa.DeliveryMessage {
			out = append(out, s.MessageOf(d))
		}
	}
	return out
}

// code is the code of a prompt, which tests read where people read their messages.
func (s *scene) code(id mfa.PromptID) string {
	s.Helper()
	var code string
	s.must(s.Store.Read(s.Context(), func(r mfa.Records) error {
		p, err := r.Prompt(id)
		code = string(p.Secret.Reveal())
		return err
	}))
	return code
}

// wrongOf is as long as a code and another.
func wrongOf(code string) string {
	last := code[len(code)-1]
	return code[:len(code)-1] + string('0'+(last-'0'+1)%10)
}

// enrolled is a person who has proved an address.
func (s *scene) enrolled(alias string, m mfa.Method, address string) people.Entry {
	s.Helper()
	out, err := s.People.EnrolVerified(s.Context(), s.caller, alias, people.NewEntry{Method: m, Address: address})
	s.must(err)
	return out.Entry
}

// events lists the types of what happened to a pass's user.
func (s *scene) events(p stepup.Pass, types ...mfa.EventType) []mfa.EventType {
	s.Helper()
	var out []mfa.EventType
	s.must(s.Store.Read(s.Context(), func(r mfa.Records) error {
		out = nil
		all, err := r.Events(mfa.EventFilter{UserID: p.UserID, Types: types, Limit: 1000})
		for _, e := range all {
			out = append(out, e.Type)
		}
		return err
	}))
	return out
}

func (s *scene) look(p stepup.Pass) stepup.View {
	s.Helper()
	v, err := s.stepup.Look(s.Context(), p)
	s.must(err)
	return v
}

// verified wants a proof to have counted.
func (s *scene) verified(what string, r stepup.Result, err error) stepup.Result {
	s.Helper()
	s.must(err)
	if !r.Verified || r.Failure != "" {
		s.Fatalf("%s: %+v", what, r)
	}
	return r
}

// failed wants a proof to have been wrong.
func (s *scene) failed(what string, r stepup.Result, err error, want stepup.Failure) {
	s.Helper()
	s.must(err)
	if r.Verified || r.Failure != want {
		s.Errorf("%s: verified %v, failure %q, want %q", what, r.Verified, r.Failure, want)
	}
}

// crowd is how many try at the same time.
const crowd = 30

var (
	errLost = errors.New("lost")
	// lostCodes are what whoever came too late may hear.
	lostCodes = []mfa.Code{mfa.Conflict, mfa.NotFound, mfa.Replayed, mfa.Unavailable, mfa.Limited}
)

// winners counts for how many of a crowd a proof counts.
func (s *scene) winners(try func() (stepup.Result, error)) int {
	s.Helper()
	failed := mfatest.Crowd(crowd, func() error {
		out, err := try()
		if err == nil && !out.Verified {
			err = errLost
		}
		return err
	})
	for _, err := range failed {
		if code := mfa.CodeOf(err); !errors.Is(err, errLost) && !slices.Contains(lostCodes, code) {
			s.Errorf("a loser hears %v", err)
		}
	}
	return crowd - len(failed)
}

func has[T comparable](list []T, what T) bool { return slices.Contains(list, what) }

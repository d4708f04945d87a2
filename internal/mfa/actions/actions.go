// Package actions holds the rules of what users are about to do. An action is tracked: what is known of it is gathered,
// decided by the application's rules and recorded with its inputs, all in one write. Proofs move it on, and so may the
// application; what came of it is asked for as often as anybody likes.
//
// User, code and key name an action: whoever tracks it again gets the same one, and it is counted once.
package actions

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/people"
	"github.com/twinseal/twinseal/internal/mfa/rulebook"
)

// Config is everything that a Service needs.
type Config struct {
	Domain *mfa.Service
	Store  mfa.Store
	Rules  *rulebook.Service
	People *people.Service
	Places mfa.Places // nil: nothing is known of addresses
}

// Service holds the rules. Its methods are safe for concurrent use.
type Service struct {
	domain *mfa.Service
	store  mfa.Store
	rules  *rulebook.Service
	people *people.Service
	places mfa.Places
	noted  notebook
}

// New returns the service.
func New(c Config) *Service {
	return &Service{domain: c.Domain, store: c.Store, rules: c.Rules, people: c.People, places: c.Places}
}

// notebook remembers which codes were noted lately, so that not every action writes when the last one was.
type notebook struct {
	mu    sync.Mutex
	until map[configured]time.Time
}

type configured struct {
	application mfa.ApplicationID
	code        string
}

// The configuration of a code says to the minute when its last action was. noteRoom bounds what is remembered.
const (
	noteEvery = time.Minute
	noteRoom  = 10_000
)

// due reports whether a code is to be noted now.
func (n *notebook) due(at configured, now time.Time) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	until, known := n.until[at]
	return !known || !now.Before(until) || until.Sub(now) > noteEvery
}

// done remembers that a code was noted.
func (n *notebook) done(at configured, now time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.until == nil || len(n.until) >= noteRoom {
		n.until = make(map[configured]time.Time)
	}
	n.until[at] = now.Add(noteEvery)
}

// ByID finds an action of the application.
func (s *Service) ByID(ctx context.Context, c *mfa.Caller, id mfa.ActionID) (mfa.Action, error) {
	var out mfa.Action
	err := s.store.Read(ctx, func(r mfa.Records) (err error) {
		out, err = r.Action(id)
		return err
	})
	if err == nil && out.ApplicationID != c.Application.ID {
		return mfa.Action{}, mfa.Missing("action")
	}
	return out, err
}

// Standing says where an action of the application stands: one light read, for who asks often.
func (s *Service) Standing(ctx context.Context, c *mfa.Caller, id mfa.ActionID) (mfa.Standing, error) {
	var out mfa.Standing
	err := s.store.Read(ctx, func(r mfa.Records) (err error) {
		out, err = r.ActionStanding(id)
		return err
	})
	if err == nil && out.ApplicationID != c.Application.ID {
		return mfa.Standing{}, mfa.Missing("action")
	}
	return out, err
}

// Get finds an action by its names.
func (s *Service) Get(ctx context.Context, c *mfa.Caller, alias, code, key string) (mfa.Action, error) {
	var out mfa.Action
	err := s.store.Read(ctx, func(r mfa.Records) (err error) {
		out, err = find(r, c, alias, code, key)
		return err
	})
	return out, err
}

func find(r mfa.Records, c *mfa.Caller, alias, code, key string) (mfa.Action, error) {
	u, err := known(r, c, alias)
	if err != nil {
		return mfa.Action{}, err
	}
	return r.ActionByKey(c.Application.ID, u.ID, code, key)
}

func known(r mfa.Records, c *mfa.Caller, alias string) (mfa.User, error) {
	u, err := r.User(c.Directory.ID, mfa.UserRef{Alias: alias})
	if err == nil && !u.KnownTo(c.Application) {
		err = mfa.Missing("user")
	}
	return u, err
}

// Query narrows a list of a user's actions; see [mfa.ActionFilter].
type Query struct {
	Since time.Time
	Codes []string
	State mfa.ActionState
	Limit int
}

// MaxReach is how far a list of actions looks back.
const MaxReach = 30 * 24 * time.Hour

// Query lists a user's actions, newest first. Of nobody there are none.
func (s *Service) Query(ctx context.Context, c *mfa.Caller, alias string, q Query) ([]mfa.Action, error) {
	if first := s.domain.Now().Add(-MaxReach); q.Since.Before(first) {
		q.Since = first
	}
	var out []mfa.Action
	err := s.store.Read(ctx, func(r mfa.Records) error {
		out = nil
		u, err := known(r, c, alias)
		if mfa.IsCode(err, mfa.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		out, err = r.ActionsOf(mfa.ActionFilter{
			ApplicationID: c.Application.ID, UserID: u.ID, Since: q.Since, Codes: q.Codes, State: q.State, Limit: q.Limit,
		})
		return err
	})
	return out, err
}

// Update sets an action's state, as the application wants it.
func (s *Service) Update(ctx context.Context, c *mfa.Caller, alias, code, key string, to mfa.ActionState) (mfa.Action, error) {
	if !to.Known() {
		return mfa.Action{}, &mfa.Error{Code: mfa.Invalid, Field: "state", Message: "the state is not one of an action"}
	}
	if err := c.Enabled(); err != nil {
		return mfa.Action{}, err
	}
	var out mfa.Action
	err := s.store.Write(ctx, func(w mfa.WriteRecords) error {
		a, err := find(w, c, alias, code, key)
		if err != nil {
			return err
		}
		out, _, err = s.move(w, c, a, mfa.ActionMove{From: everyState(), To: to, At: s.domain.Now()}, mfa.EventActionChanged)
		return err
	})
	return out, err
}

func everyState() []mfa.ActionState {
	return []mfa.ActionState{
		mfa.ActionAllow, mfa.ActionBlock, mfa.ActionChallengeRequired, mfa.ActionChallengeSucceeded, mfa.ActionChallengeFailed,
		mfa.ActionReviewRequired, mfa.ActionReviewSucceeded, mfa.ActionReviewFailed,
	}
}

// move makes a move with what everybody has to hear of it. Where the action is elsewhere already it is given back as it
// stands.
func (s *Service) move(w mfa.WriteRecords, c *mfa.Caller, a mfa.Action, m mfa.ActionMove, event mfa.EventType) (mfa.Action, bool, error) {
	moved, err := w.MoveAction(a.ID, m)
	if err != nil {
		return a, false, err
	}
	if !moved {
		a, err = w.Action(a.ID)
		return a, false, err
	}
	a.State, a.StateAt, a.UpdatedAt = m.To, m.At, m.At
	if m.Method != "" {
		a.Method = m.Method
	}
	if m.AuthenticatorID != "" {
		a.AuthenticatorID = m.AuthenticatorID
	}
	w.Announce(mfa.TopicAction(a.ID))
	return a, true, s.note(w, c, event, a)
}

// said is what the log keeps of an action.
type said struct {
	Action        mfa.ActionID        `json:"action"`
	Code          string              `json:"code"`
	Key           string              `json:"key"`
	State         mfa.ActionState     `json:"state"`
	Outcome       mfa.ActionOutcome   `json:"outcome"`
	DecidedBy     mfa.RuleID          `json:"decided_by,omitempty"`
	Method        mfa.Method          `json:"method,omitempty"`
	Authenticator mfa.AuthenticatorID `json:"authenticator,omitempty"`
}

func (s *Service) note(w mfa.WriteRecords, c *mfa.Caller, event mfa.EventType, a mfa.Action) error {
	data, err := json.Marshal(said{a.ID, a.Code, a.Key, a.State, a.Outcome, a.DecidedBy, a.Method, a.AuthenticatorID})
	if err != nil {
		return &mfa.Error{Code: mfa.Internal, Message: "an event could not be written", Cause: err}
	}
	return s.domain.Append(w, c, mfa.Event{Type: event, UserID: a.UserID, Source: a.Request.IP, Data: data, At: a.UpdatedAt})
}

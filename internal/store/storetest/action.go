package storetest

import (
	"context"
	"encoding/json"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

var actionScenes = []scene{
	{name: "comes back as it was added", play: func(w *world) {
		u := w.user()
		a := w.action(u, nil)
		plain := w.action(u, func(a *mfa.Action) {
			a.Decision, a.Request = mfa.Decision{Outcome: mfa.OutcomeAllow}, mfa.ActionRequest{}
		})
		for _, want := range []mfa.Action{a, plain} {
			same(w, "by id", w.actionNow(want.ID), want)
		}
		missing(w, func(r mfa.Records) (mfa.Action, error) { return r.Action("no-such") })
	}},
	{name: "is found by application, user, code and key together, whoever made the key", play: func(w *world) {
		u := w.user()
		find := func(a mfa.Action) func(mfa.Records) (mfa.Action, error) {
			return func(r mfa.Records) (mfa.Action, error) {
				return r.ActionByKey(a.ApplicationID, a.UserID, a.Code, a.Key)
			}
		}
		for _, a := range []mfa.Action{w.action(u, nil), w.action(u, func(a *mfa.Action) { a.Key = string(a.ID) })} {
			same(w, "found", read(w, find(a)), a)
			for _, spoil := range []func(*mfa.Action){
				func(a *mfa.Action) { a.ApplicationID = "other" }, func(a *mfa.Action) { a.UserID = w.user().ID },
				func(a *mfa.Action) { a.Code = "other" }, func(a *mfa.Action) { a.Key = "other" },
			} {
				other := a
				spoil(&other)
				missing(w, find(other))
			}
		}
	}},
	{name: "where it stands is told with whether a device is asked", play: func(w *world) {
		u := w.user()
		a := w.action(u, func(a *mfa.Action) { a.Method = mfa.MethodPush })
		want := mfa.Standing{
			ID: a.ID, ApplicationID: a.ApplicationID, UserID: u.ID, Code: a.Code, Key: a.Key, State: a.State, StateAt: a.StateAt, Method: a.Method,
		}
		stands := func(r mfa.Records) (mfa.Standing, error) { return r.ActionStanding(a.ID) }
		w.prompt(u, func(p *mfa.Prompt) { p.ActionID, p.ChallengeID = a.ID, "" })
		same(w, "nobody is asked", read(w, stands), want)
		p := w.prompt(u, func(p *mfa.Prompt) { p.ActionID = a.ID })
		want.Asked = true
		same(w, "asked", read(w, stands), want)
		change(w, func(r mfa.WriteRecords) (bool, error) { return r.AnswerPrompt(p.ID, answerOf(mfa.PromptConsumed, 1)) })
		want.Asked = false
		same(w, "answered", read(w, stands), want)
		missing(w, func(r mfa.Records) (mfa.Standing, error) { return r.ActionStanding("no-such") })
	}},
	{name: "a key serves once for each user and code", play: func(w *world) {
		u := w.user()
		a := w.action(u, nil)
		again := a
		again.ID = newID[mfa.ActionID]()
		w.refused(mfa.Conflict, "", func(r mfa.WriteRecords) error { return r.AddAction(again) })
		w.action(u, func(o *mfa.Action) { o.Key, o.Code = a.Key, "other" })
		w.action(w.user(), func(o *mfa.Action) { o.Key = a.Key })
	}},
	{name: "moves from the states that are named, and keeps who proved it", play: func(w *world) {
		a := w.action(w.user(), nil)
		move := func(to mfa.ActionState, by mfa.Method, from ...mfa.ActionState) bool {
			return change(w, func(r mfa.WriteRecords) (bool, error) {
				return r.MoveAction(a.ID, mfa.ActionMove{From: from, To: to, Method: by, AuthenticatorID: mfa.AuthenticatorID(by), At: after(5)})
			})
		}
		same(w, "from another state", move(mfa.ActionChallengeSucceeded, mfa.MethodTOTP, mfa.ActionAllow, mfa.ActionBlock), false)
		same(w, "stays", w.actionNow(a.ID), a)
		same(w, "from its own", move(mfa.ActionChallengeSucceeded, mfa.MethodTOTP, mfa.ActionAllow, mfa.ActionChallengeRequired), true)
		same(w, "again", move(mfa.ActionChallengeSucceeded, mfa.MethodPush, mfa.ActionAllow, mfa.ActionChallengeRequired), false)
		a.State, a.StateAt, a.UpdatedAt, a.Method, a.AuthenticatorID = mfa.ActionChallengeSucceeded, after(5), after(5), mfa.MethodTOTP, "totp"
		same(w, "moved", w.actionNow(a.ID), a)
		same(w, "on", move(mfa.ActionBlock, "", mfa.ActionChallengeSucceeded), true)
		a.State = mfa.ActionBlock
		same(w, "who proved it stays", w.actionNow(a.ID), a)
	}},
	{name: "a crowd moves one once", play: func(w *world) {
		race(w, 1, func() func(mfa.WriteRecords) (bool, error) {
			a := w.action(w.user(), nil)
			return func(r mfa.WriteRecords) (bool, error) {
				return r.MoveAction(a.ID, mfa.ActionMove{From: []mfa.ActionState{a.State}, To: mfa.ActionChallengeSucceeded, At: after(1)})
			}
		})
	}},
	{name: "of a crowd that adds the same key one is kept", play: func(w *world) {
		for _, stores := range [][]mfa.Store{{w.store}, {w.store, w.open(nil)}} {
			a := w.newAction(w.user())
			same(w, "kept", compete(w.T, stores, func(ctx context.Context, s mfa.Store) (bool, error) {
				mine := a
				mine.ID = newID[mfa.ActionID]()
				return unlessConflict(s.Write(ctx, func(r mfa.WriteRecords) error { return r.AddAction(mine) }))
			}), 1)
		}
	}},
	{name: "a user's are listed newest first and narrowed", play: func(w *world) {
		u := w.user()
		at := func(seconds int, code string, state mfa.ActionState) mfa.ActionID {
			return w.action(u, func(a *mfa.Action) { a.CreatedAt, a.Code, a.State = after(seconds), code, state }).ID
		}
		old, pay, login := at(0, "pay", mfa.ActionAllow), at(10, "pay", mfa.ActionBlock), at(20, "login", mfa.ActionBlock)
		w.action(w.user(), nil)
		list := func(f mfa.ActionFilter) []mfa.ActionID {
			f.ApplicationID, f.UserID = w.app.ID, u.ID
			return ids(read(w, func(r mfa.Records) ([]mfa.Action, error) { return r.ActionsOf(f) }), func(a mfa.Action) mfa.ActionID { return a.ID })
		}
		same(w, "all", list(mfa.ActionFilter{}), []mfa.ActionID{login, pay, old})
		same(w, "limit", list(mfa.ActionFilter{Limit: 1}), []mfa.ActionID{login})
		same(w, "since", list(mfa.ActionFilter{Since: after(10)}), []mfa.ActionID{login, pay})
		same(w, "codes", list(mfa.ActionFilter{Codes: []string{"pay", "other"}}), []mfa.ActionID{pay, old})
		same(w, "state", list(mfa.ActionFilter{State: mfa.ActionBlock}), []mfa.ActionID{login, pay})
		w.write(func(r mfa.WriteRecords) error { return r.RemoveActions(u.ID, w.app.ID) })
		same(w, "removed", list(mfa.ActionFilter{}), nil)
	}},
	{name: "decisions are paged by time, those of one moment by id", play: func(w *world) {
		u := w.user()
		var want []mfa.ActionID
		for i := range 7 {
			want = append(want, w.action(u, func(a *mfa.Action) { a.CreatedAt = after(i / 3) }).ID)
		}
		w.action(u, func(a *mfa.Action) { a.CreatedAt = after(3) })
		f := mfa.DecisionFilter{ApplicationID: w.app.ID, To: after(3), Limit: 2}
		var got []mfa.ActionID
		for {
			page := read(w, func(r mfa.Records) ([]mfa.Decided, error) { return r.Decisions(f) })
			if len(page) == 0 {
				break
			}
			for _, d := range page {
				got = append(got, d.ID)
				same(w, "facts", d.Facts, json.RawMessage(`{"ip":"192.0.2.1"}`))
			}
			f.From, f.After = page[len(page)-1].CreatedAt, page[len(page)-1].ID
		}
		same(w, "pages", got, want)
		f = mfa.DecisionFilter{ApplicationID: w.app.ID, Code: "other", Limit: 10}
		same(w, "of another code", len(read(w, func(r mfa.Records) ([]mfa.Decided, error) { return r.Decisions(f) })), 0)
	}},
	{name: "the purge takes what is older", alone: true, play: func(w *world) {
		u := w.user()
		for i := range 3 {
			w.action(u, func(a *mfa.Action) { a.CreatedAt = after(i) })
		}
		left := w.action(u, func(a *mfa.Action) { a.CreatedAt = after(10) })
		purge := func(r mfa.WriteRecords) (int, error) { return r.PurgeActions(after(10), 2) }
		same(w, "first", change(w, purge), 2)
		same(w, "rest", change(w, purge), 1)
		same(w, "left", w.actionNow(left.ID), left)
	}},
}

func (w *world) actionNow(id mfa.ActionID) mfa.Action {
	w.Helper()
	return read(w, func(r mfa.Records) (mfa.Action, error) { return r.Action(id) })
}

func (w *world) newAction(u mfa.User) mfa.Action {
	return mfa.Action{
		ID: newID[mfa.ActionID](), OrganizationID: w.org.ID, DirectoryID: w.dir.ID, ApplicationID: w.app.ID, UserID: u.ID, Code: "pay",
		Key: newID[string](), State: mfa.ActionChallengeRequired, StateAt: start,
		Decision: mfa.Decision{
			Outcome: mfa.OutcomeChallenge, RuleIDs: []mfa.RuleID{"one"}, DecidedBy: "one", Rules: []mfa.DecidedRule{{ID: "one", Name: "First"}},
			Methods: []mfa.Method{mfa.MethodTOTP, mfa.MethodPasskey}, DefaultMethod: mfa.MethodTOTP, Uplift: []mfa.Method{mfa.MethodPasskey},
		},
		Request: mfa.ActionRequest{IP: "192.0.2.1", Custom: json.RawMessage(`{"amount":5}`)}, Facts: json.RawMessage(`{"ip":"192.0.2.1"}`),
		CreatedAt: start, UpdatedAt: start, ExpiresAt: after(600),
	}
}

func (w *world) action(u mfa.User, edit func(*mfa.Action)) mfa.Action {
	w.Helper()
	a := w.newAction(u)
	if edit != nil {
		edit(&a)
	}
	w.write(func(r mfa.WriteRecords) error { return r.AddAction(a) })
	return a
}

var velocityScenes = []scene{
	{name: "counts what happened in each window", play: func(w *world) {
		key := mfa.VelocityKey{Kind: mfa.VelocityUser, Value: newID[string]()}
		count := func(at time.Time) mfa.Velocity {
			return w.count(w.app.ID, key, at)
		}
		same(w, "first", count(start), mfa.Velocity{1, 1, 1, 1, 1, 1, 1, 1})
		same(w, "at once", count(start), mfa.Velocity{2, 2, 2, 2, 2, 2, 2, 2})
		same(w, "minutes later", count(start.Add(10*time.Minute)), mfa.Velocity{1, 1, 3, 3, 3, 3, 3, 3})
		same(w, "a week later", count(start.Add(8*24*time.Hour)), mfa.Velocity{1, 1, 1, 1, 1, 1, 1, 4})
		same(w, "after a month", count(start.Add(60*24*time.Hour)), mfa.Velocity{1, 1, 1, 1, 1, 1, 1, 1})
	}},
	{name: "applications, kinds and values are counted apart", play: func(w *world) {
		value := newID[string]()
		for _, at := range []struct {
			app mfa.ApplicationID
			key mfa.VelocityKey
		}{
			{w.app.ID, mfa.VelocityKey{Kind: mfa.VelocityUser, Value: value}},
			{"other", mfa.VelocityKey{Kind: mfa.VelocityUser, Value: value}},
			{w.app.ID, mfa.VelocityKey{Kind: mfa.VelocityIP, Value: value}},
			{w.app.ID, mfa.VelocityKey{Kind: mfa.VelocityUser, Value: value + "x"}},
		} {
			same(w, "alone", w.count(at.app, at.key, start)[0], 1)
		}
	}},
	{name: "several keys are counted in one go, those that were there and those that were not", play: func(w *world) {
		var keys []mfa.VelocityKey
		for range mfa.MaxVelocityKeys {
			keys = append(keys, mfa.VelocityKey{Kind: mfa.VelocityUser, Value: newID[string]()})
		}
		w.count(w.app.ID, keys[2], start)
		count := func(keys []mfa.VelocityKey) (all []int64) {
			for _, v := range change(w, func(r mfa.WriteRecords) ([]mfa.Velocity, error) { return r.CountActions(w.app.ID, keys, start) }) {
				all = append(all, v[0])
			}
			return all
		}
		same(w, "all", count(keys), []int64{1, 1, 2, 1})
		same(w, "some", count(keys[1:3]), []int64{2, 3})
		same(w, "all again", count(keys), []int64{2, 3, 4, 2})
		same(w, "none", len(count(nil)), 0)
	}},
	{name: "of a crowd each is counted once", play: func(w *world) {
		for _, stores := range [][]mfa.Store{{w.store}, {w.store, w.open(nil)}} {
			shared := mfa.VelocityKey{Kind: mfa.VelocityIP, Value: newID[string]()}
			same(w, "counted", compete(w.T, stores, func(ctx context.Context, s mfa.Store) (bool, error) {
				own := mfa.VelocityKey{Kind: mfa.VelocityUser, Value: newID[string]()}
				return countThrough(ctx, s, w.app.ID, own, shared)
			}), crowd)
			same(w, "in the end", w.count(w.app.ID, shared, start)[7], crowd+1)
		}
	}},
	{name: "the purge takes what nobody adds to", alone: true, play: func(w *world) {
		for i := range 3 {
			key := mfa.VelocityKey{Kind: mfa.VelocityUser, Value: newID[string]()}
			w.count(w.app.ID, key, start.Add(time.Duration(i)*24*time.Hour))
		}
		purge := func(r mfa.WriteRecords) (int, error) { return r.PurgeVelocity(start.Add(48*time.Hour), 10) }
		same(w, "purged", change(w, purge), 2)
		same(w, "again", change(w, purge), 0)
	}},
}

func (w *world) count(application mfa.ApplicationID, key mfa.VelocityKey, at time.Time) mfa.Velocity {
	w.Helper()
	return change(w, func(r mfa.WriteRecords) ([]mfa.Velocity, error) {
		return r.CountActions(application, []mfa.VelocityKey{key}, at)
	})[0]
}

// countThrough tries again where another process began the same count in the same moment.
func countThrough(ctx context.Context, s mfa.Store, application mfa.ApplicationID, keys ...mfa.VelocityKey) (bool, error) {
	for {
		counted, err := unlessConflict(s.Write(ctx, func(r mfa.WriteRecords) error {
			_, err := r.CountActions(application, keys, start)
			return err
		}))
		if counted || err != nil {
			return counted, err
		}
	}
}

package storetest

import (
	"encoding/json"

	"github.com/twinseal/twinseal/internal/mfa"
)

var promptScenes = []scene{
	{name: "comes back as it was added, but for what it is found by", play: func(w *world) {
		u := w.user()
		p := w.prompt(u, nil)
		anonymous := w.prompt(mfa.User{}, func(p *mfa.Prompt) {
			p.To, p.Secret, p.Lookup, p.ActionID, p.ChallengeID, p.Data = mfa.Secret{}, mfa.Secret{}, mfa.Secret{}, "", "", nil
		})
		for _, want := range []mfa.Prompt{p, anonymous} {
			same(w, "by id", w.promptNow(want.ID), want)
			same(w, "locked", change(w, func(r mfa.WriteRecords) (mfa.Prompt, error) { return r.LockPrompt(want.ID) }), want)
		}
		missing(w, func(r mfa.Records) (mfa.Prompt, error) { return r.Prompt("no-such") })
	}},
	{name: "is found by its secret and method, and by its challenge", play: func(w *world) {
		lookup := mfa.SecretText(newID[string]())
		p := w.prompt(w.user(), func(p *mfa.Prompt) { p.Lookup = lookup })
		same(w, "by secret", read(w, func(r mfa.Records) (mfa.Prompt, error) { return r.PromptBySecret(p.Method, lookup) }), p)
		same(w, "by challenge", read(w, func(r mfa.Records) (mfa.Prompt, error) { return r.PromptByChallenge(p.ChallengeID) }), p)
		missing(w, func(r mfa.Records) (mfa.Prompt, error) { return r.PromptBySecret(mfa.MethodQRCode, lookup) })
		missing(w, func(r mfa.Records) (mfa.Prompt, error) { return r.PromptBySecret(p.Method, mfa.Secret{}) })
		missing(w, func(r mfa.Records) (mfa.Prompt, error) { return r.PromptByChallenge("") })
		twin := p
		twin.ID, twin.Lookup = newID[mfa.PromptID](), lookup
		w.refused(mfa.Conflict, "lookup", func(r mfa.WriteRecords) error { return r.AddPrompt(twin) })
	}},
	{name: "those of an action, of a key and of a user are listed newest first", play: func(w *world) {
		u := w.user()
		one := w.prompt(u, nil)
		two := w.prompt(u, func(p *mfa.Prompt) { p.ActionID, p.ActionKey, p.CreatedAt = one.ActionID, one.ActionKey, after(1) })
		w.prompt(w.user(), nil)
		want := []mfa.Prompt{two, one}
		same(w, "action", read(w, func(r mfa.Records) ([]mfa.Prompt, error) { return r.PromptsOf(one.ActionID) }), want)
		same(w, "key", read(w, func(r mfa.Records) ([]mfa.Prompt, error) { return r.PromptsByKey(w.app.ID, "pay", one.ActionKey) }), want)
		pending := func(seconds int) []mfa.Prompt {
			return read(w, func(r mfa.Records) ([]mfa.Prompt, error) { return r.PendingPrompts(w.app.ID, u.ID, after(seconds)) })
		}
		same(w, "user", pending(1), want)
		same(w, "too late", len(pending(600)), 0)
		change(w, func(r mfa.WriteRecords) (bool, error) { return r.AnswerPrompt(two.ID, answerOf(mfa.PromptVerified, 1)) })
		same(w, "answered", ids(pending(1), func(p mfa.Prompt) mfa.PromptID { return p.ID }), []mfa.PromptID{one.ID})
		open := read(w, func(r mfa.Records) (mfa.Prompt, error) {
			return r.OpenPrompt(w.app.ID, u.ID, "pay", one.Method, after(1))
		})
		same(w, "open", open.ID, two.ID)
		missing(w, func(r mfa.Records) (mfa.Prompt, error) {
			return r.OpenPrompt(w.app.ID, u.ID, "pay", mfa.MethodTOTP, after(1))
		})
	}},
	{name: "is answered from the states that are named, in its time", play: func(w *world) {
		p := w.prompt(mfa.User{}, nil)
		u := w.user()
		answer := func(a mfa.PromptAnswer) bool {
			return change(w, func(r mfa.WriteRecords) (bool, error) { return r.AnswerPrompt(p.ID, a) })
		}
		same(w, "past its time", answer(answerOf(mfa.PromptVerified, 600)), false)
		consume := answerOf(mfa.PromptConsumed, 5)
		consume.From = []mfa.PromptState{mfa.PromptVerified}
		same(w, "from another state", answer(consume), false)
		claim := answerOf(mfa.PromptClaimed, 5)
		claim.UserID, claim.ActionID, claim.AuthenticatorID, claim.Data = u.ID, "action", "key", json.RawMessage(`{"n":2}`)
		same(w, "claimed", answer(claim), true)
		same(w, "verified", answer(answerOf(mfa.PromptVerified, 6)), true)
		same(w, "again", answer(answerOf(mfa.PromptVerified, 6)), false)
		p.UserID, p.ActionID, p.AuthenticatorID, p.Data = u.ID, "action", "key", claim.Data
		p.State, p.AnsweredAt = mfa.PromptVerified, after(6)
		same(w, "stored", w.promptNow(p.ID), p)
	}},
	{name: "a crowd answers one once", play: func(w *world) {
		race(w, 1, func() func(mfa.WriteRecords) (bool, error) {
			p := w.prompt(w.user(), nil)
			return func(r mfa.WriteRecords) (bool, error) { return r.AnswerPrompt(p.ID, answerOf(mfa.PromptVerified, 1)) }
		})
	}},
	{name: "attempts and sends are counted, and what is sent may change", play: func(w *world) {
		p := w.prompt(w.user(), nil)
		attempt := func(r mfa.WriteRecords) (int, error) { return r.CountPromptAttempt(p.ID) }
		same(w, "attempt", change(w, attempt), p.Attempts+1)
		same(w, "attempt", change(w, attempt), p.Attempts+2)
		same(w, "send", change(w, func(r mfa.WriteRecords) (int, error) { return r.ResendPrompt(p.ID, after(9)) }), p.Sends+1)
		p.Attempts, p.Sends, p.SentAt = p.Attempts+2, p.Sends+1, after(9)
		p.To, p.Secret, p.ChallengeID, p.AuthenticatorID = mfa.SecretText("other"), mfa.SecretText("999999"), "", "phone"
		p.Data, p.DeviceID, p.IP, p.UserAgent, p.Locale, p.ExpiresAt = nil, "d", "192.0.2.9", "Safari", "fr", after(700)
		w.write(func(r mfa.WriteRecords) error { return r.UpdatePrompt(p) })
		same(w, "stored", w.promptNow(p.ID), p)
		w.refused(mfa.NotFound, "", func(r mfa.WriteRecords) error { _, err := r.CountPromptAttempt("no-such"); return err })
	}},
	{name: "goes with its user, and by age", alone: true, play: func(w *world) {
		u := w.user()
		p := w.prompt(u, nil)
		w.write(func(r mfa.WriteRecords) error { return r.RemoveUser(u.ID) })
		missing(w, func(r mfa.Records) (mfa.Prompt, error) { return r.Prompt(p.ID) })
		for range 3 {
			w.prompt(mfa.User{}, nil)
		}
		left := w.prompt(mfa.User{}, func(p *mfa.Prompt) { p.ExpiresAt = after(1000) })
		purge := func(r mfa.WriteRecords) (int, error) { return r.PurgePrompts(after(1000), 2) }
		same(w, "first", change(w, purge), 2)
		same(w, "rest", change(w, purge), 1)
		same(w, "left", w.promptNow(left.ID), left)
	}},
}

// answerOf moves an open prompt.
func answerOf(to mfa.PromptState, seconds int) mfa.PromptAnswer {
	return mfa.PromptAnswer{From: []mfa.PromptState{mfa.PromptPending, mfa.PromptClaimed}, To: to, At: after(seconds)}
}

func (w *world) promptNow(id mfa.PromptID) mfa.Prompt {
	w.Helper()
	return read(w, func(r mfa.Records) (mfa.Prompt, error) { return r.Prompt(id) })
}

// prompt adds one and gives it as it is read.
func (w *world) prompt(u mfa.User, edit func(*mfa.Prompt)) mfa.Prompt {
	w.Helper()
	p := mfa.Prompt{
		ID: newID[mfa.PromptID](), OrganizationID: w.org.ID, DirectoryID: w.dir.ID, ApplicationID: w.app.ID, UserID: u.ID,
		ActionID: newID[mfa.ActionID](), ActionCode: "pay", ActionKey: newID[string](), Method: mfa.MethodMagicLink,
		To: mfa.SecretText("ann@example.com"), Secret: mfa.SecretText("link"), Lookup: mfa.SecretText(newID[string]()),
		ChallengeID: newID[mfa.ChallengeID](), Enrols: true, State: mfa.PromptPending, Attempts: 1, Sends: 2, Data: json.RawMessage(`{"n":1}`),
		DeviceID: "browser", IP: "192.0.2.1", UserAgent: "Firefox", Locale: "de", CreatedAt: start, SentAt: after(1), ExpiresAt: after(600),
	}
	if edit != nil {
		edit(&p)
	}
	w.write(func(r mfa.WriteRecords) error { return r.AddPrompt(p) })
	p.Lookup = mfa.Secret{}
	return p
}

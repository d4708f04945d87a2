package storetest

import (
	"encoding/json"
	"sync/atomic"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/policy"
)

var challengeScenes = []scene{
	{name: "comes back as it was added", play: func(w *world) {
		c := w.challenge(w.user())
		same(w, "by id", w.challengeNow(c), c)
		bare := w.challenge(w.user(), func(c *mfa.Challenge) {
			*c = mfa.Challenge{ID: c.ID, UserID: c.UserID, Kind: mfa.KindDevice, State: mfa.ChallengePending, CreatedAt: start}
		})
		same(w, "bare", w.challengeNow(bare), bare)
		missing(w, func(r mfa.Records) (mfa.Challenge, error) { return r.Challenge("no-such") })
		w.refused(mfa.Conflict, "", func(r mfa.WriteRecords) error { return r.AddChallenge(c) })
	}},
	{name: "pending ones in time are listed newest first, as many as asked for", play: func(w *world) {
		u := w.user()
		at := func(created int, expires time.Time) mfa.ChallengeID {
			return w.challenge(u, func(c *mfa.Challenge) { c.CreatedAt, c.ExpiresAt = after(created), expires }).ID
		}
		first, second := at(1, time.Time{}), at(2, after(11))
		at(3, after(10))
		w.answer(w.challenge(u), mfa.ChallengeDenied)
		w.challenge(w.user())
		for limit, want := range map[int][]mfa.ChallengeID{10: {second, first}, 1: {second}} {
			list := read(w, func(r mfa.Records) ([]mfa.Challenge, error) { return r.PendingChallenges(u.ID, after(10), limit) })
			same(w, "pending", ids(list, challengeID), want)
		}
		all := read(w, func(r mfa.Records) ([]mfa.Challenge, error) { return r.ChallengesOf(u.ID, "", 10) })
		older := read(w, func(r mfa.Records) ([]mfa.Challenge, error) { return r.ChallengesOf(u.ID, all[0].ID, 10) })
		if len(older) != len(all)-1 || older[0].ID != all[1].ID {
			w.Errorf("before the newest of %d came %d", len(all), len(older))
		}
		same(w, "all", len(all), 4)
	}},
	{name: "an answer is kept whole, and is the last word", play: func(w *world) {
		c := w.challenge(w.user())
		answer := mfa.ChallengeAnswer{
			State: mfa.ChallengeDenied, AuthenticatorID: newID[mfa.AuthenticatorID](), Reason: "not me", Fraud: true, At: after(5),
		}
		same(w, "first", w.tryAnswer(c.ID, answer), true)
		c.State, c.AuthenticatorID, c.Reason, c.Fraud = answer.State, answer.AuthenticatorID, answer.Reason, answer.Fraud
		c.AnsweredAt, c.UpdatedAt = answer.At, answer.At
		answer.State = mfa.ChallengeApproved
		same(w, "second", w.tryAnswer(c.ID, answer), false)
		same(w, "absent", w.tryAnswer("no-such", answer), false)
		same(w, "stored", w.challengeNow(c), c)
	}},
	{name: "its terms come back as they were added", play: func(w *world) {
		two := 2
		c := w.challenge(w.user(), func(c *mfa.Challenge) {
			c.Terms = mfa.Terms{
				Title: "Login", Policy: &policy.Policy{Methods: &two, Places: [][]policy.Fence{{{Kind: policy.Circle, Latitude: 1.25, Radius: 3}}}},
				Reasons:   []mfa.DenialReason{{ID: "a", Text: "No"}, {ID: "b", Text: "Not me", Fraud: true}},
				Recipient: &mfa.Recipient{Format: "launchkey", KeyID: "aa:bb", Key: json.RawMessage(`{"kty":"RSA"}`)},
			}
		})
		same(w, "stored", w.challengeNow(c), c)
	}},
	{name: "what an answer brings along is kept with it", play: func(w *world) {
		for _, brought := range []mfa.Outcome{{Failure: policy.FailedPermission}, {Packages: json.RawMessage(`{"auth":"x"}`)}} {
			c := w.challenge(w.user())
			answer := mfa.ChallengeAnswer{State: mfa.ChallengeDenied, Outcome: brought, At: after(5)}
			same(w, "first", w.tryAnswer(c.ID, answer), true)
			c.State, c.Outcome, c.AnsweredAt, c.UpdatedAt = answer.State, brought, answer.At, answer.At
			answer.Outcome = mfa.Outcome{Failure: policy.FailedSensor}
			same(w, "second", w.tryAnswer(c.ID, answer), false)
			same(w, "stored", w.challengeNow(c), c)
		}
	}},
	{name: "is withdrawn while it is pending and in time", play: func(w *world) {
		cancel := func(id mfa.ChallengeID, at time.Time) bool {
			return change(w, func(r mfa.WriteRecords) (bool, error) { return r.CancelChallenge(id, at) })
		}
		c := w.challenge(w.user())
		same(w, "at its end", cancel(c.ID, c.ExpiresAt), false)
		same(w, "first", cancel(c.ID, after(3)), true)
		same(w, "second", cancel(c.ID, after(3)), false)
		c.State, c.AnsweredAt, c.UpdatedAt = mfa.ChallengeCancelled, after(3), after(3)
		same(w, "stored", w.challengeNow(c), c)
		same(w, "answered after it", w.tryAnswer(c.ID, mfa.ChallengeAnswer{State: mfa.ChallengeApproved, At: after(4)}), false)
		same(w, "absent", cancel("no-such", after(3)), false)
	}},
	{name: "an answer at or after its time comes too late", play: func(w *world) {
		late := w.challenge(w.user(), func(c *mfa.Challenge) { c.ExpiresAt = after(5) })
		same(w, "late", w.tryAnswer(late.ID, mfa.ChallengeAnswer{State: mfa.ChallengeApproved, At: after(5)}), false)
		same(w, "in time", w.tryAnswer(late.ID, mfa.ChallengeAnswer{State: mfa.ChallengeApproved, At: after(4)}), true)
		never := w.challenge(w.user(), func(c *mfa.Challenge) { c.ExpiresAt = time.Time{} })
		same(w, "no time", w.tryAnswer(never.ID, mfa.ChallengeAnswer{State: mfa.ChallengeApproved, At: after(1 << 30)}), true)
	}},
	{name: "is notified once", play: func(w *world) {
		c := w.challenge(w.user())
		for _, at := range []time.Time{after(3), after(4)} {
			w.write(func(r mfa.WriteRecords) error { return r.MarkNotified(c.ID, at) })
		}
		c.NotifiedAt = after(3)
		same(w, "notified", w.challengeNow(c), c)
	}},
	{name: "those past their time expire, as many as asked for", alone: true, play: func(w *world) {
		u := w.user()
		late := func(seconds int) mfa.Challenge {
			return w.challenge(u, func(c *mfa.Challenge) { c.ExpiresAt = after(seconds) })
		}
		first, second, third := late(1), late(2), late(100)
		never := w.challenge(u, func(c *mfa.Challenge) { c.ExpiresAt = time.Time{} })
		expire := func(r mfa.WriteRecords) ([]mfa.Challenge, error) { return r.ExpireChallenges(after(2), 1) }
		for _, want := range []mfa.Challenge{first, second} {
			want.State, want.AnsweredAt, want.UpdatedAt = mfa.ChallengeExpired, after(2), after(2)
			same(w, "expired", change(w, expire), []mfa.Challenge{want})
			same(w, "stored", w.challengeNow(want), want)
		}
		same(w, "no more", change(w, expire), nil)
		same(w, "third", w.challengeNow(third), third)
		same(w, "never", w.challengeNow(never), never)
	}},
	{name: "the purge takes final ones by age, with their receipts", alone: true, play: purgeChallenges},
	{name: "a crowd answers one once", play: func(w *world) {
		race(w, 1, func() func(mfa.WriteRecords) (bool, error) {
			c := w.challenge(w.user())
			return func(r mfa.WriteRecords) (bool, error) {
				won, err := r.AnswerChallenge(c.ID, mfa.ChallengeAnswer{State: mfa.ChallengeApproved, At: after(1)})
				if err != nil || !won {
					return won, err
				}
				return true, r.AddReceipt(newReceipt(c))
			}
		})
	}},
	{name: "of a crowd that answers or withdraws one succeeds", play: func(w *world) {
		race(w, 1, func() func(mfa.WriteRecords) (bool, error) {
			c := w.challenge(w.user())
			var turn atomic.Int64
			return func(r mfa.WriteRecords) (bool, error) {
				if turn.Add(1)%2 == 0 {
					return r.CancelChallenge(c.ID, after(1))
				}
				return r.AnswerChallenge(c.ID, mfa.ChallengeAnswer{
					State: mfa.ChallengeDenied, Outcome: mfa.Outcome{Failure: policy.FailedBusy}, At: after(1),
				})
			}
		})
	}},
	{name: "a crowd adds and answers its own, each once", play: func(w *world) {
		u := w.user()
		race(w, crowd, func() func(mfa.WriteRecords) (bool, error) {
			return func(r mfa.WriteRecords) (bool, error) {
				c := w.newChallenge(u)
				if err := r.AddChallenge(c); err != nil {
					return false, err
				}
				return r.AnswerChallenge(c.ID, mfa.ChallengeAnswer{State: mfa.ChallengeApproved, At: after(1)})
			}
		})
	}},
}

func purgeChallenges(w *world) {
	u := w.user()
	old, older, young, open := w.challenge(u), w.challenge(u), w.challenge(u), w.challenge(u)
	for c, at := range map[*mfa.Challenge]time.Time{&old: after(2), &older: after(1), &young: after(9)} {
		same(w, "answered", w.tryAnswer(c.ID, mfa.ChallengeAnswer{State: mfa.ChallengeApproved, At: at}), true)
		w.write(func(r mfa.WriteRecords) error { return r.AddReceipt(newReceipt(*c)) })
	}
	purge := func(r mfa.WriteRecords) (int, error) { return r.PurgeChallenges(after(5), 1) }
	for _, gone := range []mfa.Challenge{older, old} {
		same(w, "purged", change(w, purge), 1)
		missing(w, func(r mfa.Records) (mfa.Challenge, error) { return r.Challenge(gone.ID) })
		missing(w, func(r mfa.Records) (mfa.Receipt, error) { return r.Receipt(gone.ID) })
	}
	same(w, "no more", change(w, purge), 0)
	same(w, "receipt", read(w, func(r mfa.Records) (mfa.Receipt, error) { return r.Receipt(young.ID) }), newReceipt(young))
	same(w, "open", w.challengeNow(open), open)
}

func challengeID(c mfa.Challenge) mfa.ChallengeID { return c.ID }

func (w *world) challengeNow(c mfa.Challenge) mfa.Challenge {
	w.Helper()
	return read(w, func(r mfa.Records) (mfa.Challenge, error) { return r.Challenge(c.ID) })
}

func (w *world) tryAnswer(id mfa.ChallengeID, a mfa.ChallengeAnswer) bool {
	w.Helper()
	return change(w, func(r mfa.WriteRecords) (bool, error) { return r.AnswerChallenge(id, a) })
}

func (w *world) answer(c mfa.Challenge, state mfa.ChallengeState) {
	w.Helper()
	same(w, "answered", w.tryAnswer(c.ID, mfa.ChallengeAnswer{State: state, At: after(1)}), true)
}

func (w *world) newChallenge(u mfa.User) mfa.Challenge {
	return mfa.Challenge{
		ID: newID[mfa.ChallengeID](), OrganizationID: w.org.ID, DirectoryID: w.dir.ID, ApplicationID: w.app.ID, UserID: u.ID,
		UserNumber: u.Number, Kind: mfa.KindDevice, Dialect: "authy", State: mfa.ChallengePending, Message: "Pay? ☂ 'quoted' \"twice\"",
		Details: []mfa.Detail{{Label: "to", Value: "Bob"}, {Label: "", Value: ""}}, HiddenDetails: []mfa.Detail{{Label: "ip", Value: "::1"}},
		Amount: &mfa.Amount{Value: "1.50", Currency: "EUR"}, Logos: []mfa.Logo{{Resolution: "default", URL: "https://example.com/l.png"}},
		Question: json.RawMessage(`{"message":"Pay?"}`), Extra: json.RawMessage(`{"n":1}`), CreatedAt: start, ExpiresAt: after(86400), UpdatedAt: start,
		Number: mfa.SecretText("42"),
	}
}

func (w *world) challenge(u mfa.User, edit ...func(*mfa.Challenge)) mfa.Challenge {
	w.Helper()
	c := w.newChallenge(u)
	for _, e := range edit {
		e(&c)
	}
	w.write(func(r mfa.WriteRecords) error { return r.AddChallenge(c) })
	return c
}

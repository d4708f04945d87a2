package storetest

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Functions that run side by side may be answered by one statement; each sees its own all the same.
var togetherScenes = []scene{
	{name: "each of a crowd reads what it asked for", play: func(w *world) {
		people := make([]crowdMember, 7)
		for i := range people {
			people[i] = w.crowdMember(i)
		}
		var turn atomic.Int64
		right := compete(w.T, []mfa.Store{w.store}, func(ctx context.Context, s mfa.Store) (bool, error) {
			p := people[int(turn.Add(1))%len(people)]
			got, err := tryChange(ctx, s, p.lookAgain)
			return equalMembers(got, p), err
		})
		same(w, "who saw their own", right, crowd)
	}},
	{name: "each of a crowd notes its own use", play: func(w *world) {
		var people []mfa.Authenticator
		for range crowd {
			people = append(people, w.device(w.user()))
		}
		var turn atomic.Int64
		compete(w.T, []mfa.Store{w.store}, func(ctx context.Context, s mfa.Store) (bool, error) {
			i := int(turn.Add(1)) - 1
			people[i].LastUsedAt = after(100 + i)
			return tryChange(ctx, s, func(r mfa.WriteRecords) (bool, error) { return true, r.NoteUse(people[i]) })
		})
		for _, a := range people {
			same(w, "noted", read(w, func(r mfa.Records) (mfa.Authenticator, error) { return r.Authenticator(a.ID) }), a)
		}
	}},
	{name: "a use of one that was changed meanwhile goes unnoted", play: func(w *world) {
		a := w.device(w.user())
		changed := a
		changed.Name = "renamed"
		same(w, "changed", change(w, func(r mfa.WriteRecords) (bool, error) { return r.UpdateAuthenticator(changed) }), true)
		changed.Version++
		a.LastUsedAt = after(50)
		w.write(func(r mfa.WriteRecords) error { return r.NoteUse(a) })
		same(w, "left alone", read(w, func(r mfa.Records) (mfa.Authenticator, error) { return r.Authenticator(a.ID) }), changed)
	}},
	{name: "a crowd is given numbers without gaps, none of them twice", play: func(w *world) {
		stores := []mfa.Store{w.store, w.open(nil)}
		numbers := make(chan int64, crowd)
		compete(w.T, stores, func(ctx context.Context, s mfa.Store) (bool, error) {
			n, err := tryChange(ctx, s, func(r mfa.WriteRecords) (int64, error) { return r.NextUserNumber("a directory of its own") })
			numbers <- n
			return true, err
		})
		close(numbers)
		var got []int64
		for n := range numbers {
			got = append(got, n)
		}
		slices.Sort(got)
		same(w, "how many", len(slices.Compact(slices.Clone(got))), crowd)
		same(w, "the last beyond the first", got[len(got)-1]-got[0], crowd-1)
	}},
	{name: "a crowd with a window each spends from its own", play: func(w *world) {
		const windows = 5
		limit := mfa.Limit{Name: "crowd", Burst: 3, Per: time.Minute}
		var turn atomic.Int64
		allowed := compete(w.T, []mfa.Store{w.store, w.open(nil)}, func(ctx context.Context, s mfa.Store) (bool, error) {
			key := "window " + string(rune('a'+turn.Add(1)%windows))
			return tryChange(ctx, s, func(r mfa.WriteRecords) (bool, error) {
				ok, _, err := r.TakeLimit(limit, key, start)
				return ok, err
			})
		})
		same(w, "allowed", allowed, windows*limit.Burst)
	}},
}

// crowdMember is a user with a device and some questions, newest first.
type crowdMember struct {
	user    mfa.User
	device  mfa.Authenticator
	pending []mfa.Challenge
}

func (w *world) crowdMember(questions int) crowdMember {
	w.Helper()
	u := w.user()
	p := crowdMember{user: u, device: w.device(u)}
	for i := range questions {
		p.pending = append(p.pending, w.challenge(u, func(c *mfa.Challenge) { c.CreatedAt = after(i) }))
	}
	slices.Reverse(p.pending)
	return p
}

// lookAgain reads the member anew, at most three of its questions.
func (p crowdMember) lookAgain(r mfa.WriteRecords) (out crowdMember, err error) {
	if out.user, err = r.User(p.user.DirectoryID, mfa.UserRef{ID: p.user.ID}); err != nil {
		return out, err
	}
	if out.device, err = r.Authenticator(p.device.ID); err != nil {
		return out, err
	}
	out.pending, err = r.PendingChallenges(p.user.ID, start, 3)
	for _, c := range out.pending {
		if again, err := r.Challenge(c.ID); err != nil || again.ID != c.ID || again.Message != c.Message {
			return out, err
		}
	}
	return out, err
}

func equalMembers(got, want crowdMember) bool {
	ids := func(list []mfa.Challenge) (all []mfa.ChallengeID) {
		for _, c := range list {
			all = append(all, c.ID)
		}
		return all
	}
	return got.user.ID == want.user.ID && got.user.Number == want.user.Number && got.device.ID == want.device.ID &&
		got.device.Secret.Equal(want.device.Secret) && slices.Equal(ids(got.pending), ids(want.pending[:min(3, len(want.pending))]))
}

package crash

import (
	"sync"
	"testing"

	"github.com/twinseal/twinseal/client"
	"github.com/twinseal/twinseal/client/authy"
)

// use is a token and the user it is for. It may count once.
type use struct {
	user  authy.UserID
	token string
}

// outcome is how a check of a token ended, as far as its caller knows.
type outcome int

const (
	refused outcome = iota
	accepted
	unknown // the server died before it answered
)

// sending is a person who was made, and perhaps sent a code.
type sending struct {
	id      authy.UserID
	phone   authy.Phone
	sent    bool // acknowledged
	checked bool // the code was tried
}

// asking is an approval request that was made, and perhaps answered.
type asking struct {
	id       authy.ApprovalID
	device   *client.Device
	receipt  []byte // of the acknowledged answer
	answered bool   // tried
}

// ledger is what the server acknowledged, from the first round to the last.
type ledger struct {
	mu       sync.Mutex
	accepted map[use]int
	unknown  map[authy.UserID]int // checks whose outcome nobody knows
	checks   int

	round round
}

// round is what happened since the last kill.
type round struct {
	uses     map[use]outcome
	sendings []*sending
	askings  []*asking
}

func newLedger() *ledger {
	return &ledger{accepted: map[use]int{}, unknown: map[authy.UserID]int{}, round: round{uses: map[use]outcome{}}}
}

// next begins a round and returns the last.
func (l *ledger) next() round {
	l.mu.Lock()
	defer l.mu.Unlock()
	last := l.round
	l.round = round{uses: map[use]outcome{}}
	return last
}

// check writes down how a check ended, and fails the test when a token counted twice.
func (l *ledger) check(t *testing.T, u use, o outcome) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.checks++
	if l.round.uses[u] != accepted {
		l.round.uses[u] = o
	}
	switch o {
	case accepted:
		l.accepted[u]++
		if l.accepted[u] > 1 {
			t.Errorf("token %s of user %d counted %d times", u.token, u.user, l.accepted[u])
		}
	case unknown:
		l.unknown[u.user]++
	}
}

func (l *ledger) sends(s *sending) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.round.sendings = append(l.round.sendings, s)
}

func (l *ledger) ask(a *asking) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.round.askings = append(l.round.askings, a)
}

// acceptedOf counts what each user's tokens were acknowledged for.
func (l *ledger) acceptedOf() map[authy.UserID]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	counts := map[authy.UserID]int{}
	for u, n := range l.accepted {
		counts[u.user] += n
	}
	return counts
}

package worker

import (
	"crypto/rand"
	"encoding/binary"
	"math"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

// schedule is how often, how far apart and how long something is tried.
type schedule struct {
	tries  int           // at least, before it is given up
	first  time.Duration // pause after the first try
	factor float64       // of every further pause to the one before
	span   time.Duration // given up only when it is as old as this, too
}

var (
	// messages: five tries in about three and a half minutes. A person waits for them; later ones confuse.
	messages = schedule{tries: 5, first: 5 * time.Second, factor: 3}
	// callbacks: eight tries in about an hour, which is what a deployment gone wrong takes to repair. The span
	// gives one that was put off, which counts as a try, no less.
	callbacks = schedule{tries: 8, first: 10 * time.Second, factor: 2.5, span: 45 * time.Minute}
)

const (
	// longestPause bounds every pause.
	longestPause = 41 * time.Minute
	// jitter spreads tries that failed together.
	jitter = 0.2
	// putOff is the pause of a delivery whose address is busy, times the tries so far up to putOffMost.
	putOff     = 2 * time.Second
	putOffMost = 15
)

func scheduleOf(k mfa.DeliveryKind) schedule {
	if k == mfa.DeliveryCallback {
		return callbacks
	}
	return messages
}

// over reports whether a delivery that failed once more is given up.
func (s schedule) over(d mfa.Delivery, now time.Time) bool {
	return d.Attempts >= s.tries && now.Sub(d.CreatedAt) >= s.span
}

// pause is how long to wait after so many tries.
func (s schedule) pause(tries int) time.Duration {
	wait := float64(s.first) * math.Pow(s.factor, float64(min(tries, s.tries)-1))
	return spread(min(time.Duration(wait), longestPause))
}

func deferral(tries int) time.Duration { return spread(putOff * time.Duration(min(tries, putOffMost))) }

func spread(d time.Duration) time.Duration {
	var raw [4]byte
	_, _ = rand.Read(raw[:]) // never fails: the program ends before
	share := float64(binary.LittleEndian.Uint32(raw[:])) / math.MaxUint32
	return time.Duration(float64(d) * (1 - jitter + 2*jitter*share))
}

package native

import (
	"slices"
	"sync"

	"github.com/twinseal/twinseal/internal/mfa"
)

// maxHeld bounds the requests of one device that wait here at once. An honest one has one, and for a while
// those that broke off without a word; each change wakes all of them, and each takes up a connection.
const maxHeld = 8

// held are the requests that wait, oldest first, by device.
type held struct {
	mu       sync.Mutex
	byDevice map[mfa.AuthenticatorID][]chan struct{}
}

// enter counts one more. When there are too many, the device's oldest gives way: end is closed for it, since
// the newest is where the device still listens. Leave must be called once it waits no more.
func (h *held) enter(id mfa.AuthenticatorID) (end <-chan struct{}, leave func()) {
	mine := make(chan struct{})
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.byDevice == nil {
		h.byDevice = make(map[mfa.AuthenticatorID][]chan struct{})
	}
	h.byDevice[id] = append(h.byDevice[id], mine)
	if waiting := h.byDevice[id]; len(waiting) > maxHeld {
		close(waiting[0])
		h.byDevice[id] = slices.Delete(waiting, 0, 1)
	}
	return mine, func() { h.leave(id, mine) }
}

func (h *held) leave(id mfa.AuthenticatorID, mine chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	waiting := slices.DeleteFunc(h.byDevice[id], func(c chan struct{}) bool { return c == mine })
	if len(waiting) == 0 {
		delete(h.byDevice, id)
		return
	}
	h.byDevice[id] = waiting
}

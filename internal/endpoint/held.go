package endpoint

import (
	"slices"
	"sync"
)

// Held are the waits of many, oldest first, by whom they are for. The zero value is ready.
type Held[K comparable] struct {
	mu   sync.Mutex
	byID map[K][]chan struct{}
}

// Enter counts one more for somebody. When there are more than most, the oldest gives way: end is closed for it,
// since the newest is where somebody still listens. Leave must be called once it waits no more.
func (h *Held[K]) Enter(id K, most int) (end <-chan struct{}, leave func()) {
	mine := make(chan struct{})
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.byID == nil {
		h.byID = make(map[K][]chan struct{})
	}
	h.byID[id] = append(h.byID[id], mine)
	if waiting := h.byID[id]; len(waiting) > most {
		close(waiting[0])
		h.byID[id] = slices.Delete(waiting, 0, 1)
	}
	return mine, func() { h.leave(id, mine) }
}

func (h *Held[K]) leave(id K, mine chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	waiting := slices.DeleteFunc(h.byID[id], func(c chan struct{}) bool { return c == mine })
	if len(waiting) == 0 {
		delete(h.byID, id)
		return
	}
	h.byID[id] = waiting
}

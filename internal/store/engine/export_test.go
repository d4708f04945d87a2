package engine

// Waiting tells how many Writes wait for a writer.
func Waiting(e Engine) int {
	q := queueOf(e)
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.waiting)
}

func queueOf(e Engine) *queue {
	if s, ok := e.(*sqliteEngine); ok {
		return s.queue
	}
	return e.(*pgEngine).queue
}

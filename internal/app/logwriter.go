package app

import (
	"io"
	"sync"
	"time"
)

const (
	// logFlush is how long a line may wait to be written. What a kill -9 loses is at most that much of the
	// log; nothing that was acknowledged depends on it.
	logFlush = 50 * time.Millisecond
	// logRoom bounds what waits. Beyond it writers wait themselves, so that lines are late and not lost.
	logRoom = 1 << 20
)

// logWriter gathers lines in memory and writes them together, so that a request holds no lock around
// output and costs no system call for its line. Flush writes what waits; it is called before the process
// ends.
type logWriter struct {
	to io.Writer

	mu      sync.Mutex
	waiting []byte
	timer   bool

	writing sync.Mutex // held around output, by one goroutine at a time
	spare   []byte
}

func newLogWriter(to io.Writer) *logWriter { return &logWriter{to: to} }

// Write takes one line over. It reports no error: where a log goes is not worth failing a request.
func (w *logWriter) Write(line []byte) (int, error) {
	w.mu.Lock()
	w.waiting = append(w.waiting, line...)
	full := len(w.waiting) > logRoom
	if !w.timer && !full {
		w.timer = true
		time.AfterFunc(logFlush, w.Flush)
	}
	w.mu.Unlock()
	if full {
		w.Flush()
	}
	return len(line), nil
}

// Flush writes everything that waits.
func (w *logWriter) Flush() {
	w.writing.Lock()
	defer w.writing.Unlock()
	w.mu.Lock()
	lines := w.waiting
	w.waiting, w.timer = w.spare[:0], false
	w.mu.Unlock()
	if len(lines) > 0 {
		_, _ = w.to.Write(lines)
	}
	w.spare = lines
}

package harness

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Log is what a server printed, over all its starts, and the secrets that must not be in it.
type Log struct {
	mu      sync.Mutex
	text    bytes.Buffer
	secrets map[string]bool
	codes   map[string]bool
}

func newLog(secrets []string) *Log {
	l := &Log{secrets: map[string]bool{}, codes: map[string]bool{}}
	for _, secret := range secrets {
		l.Secret(secret)
	}
	return l
}

// Write appends what the server prints.
func (l *Log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

// String is all that was printed.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// tailLines is how much of a log is worth showing after a failure.
const tailLines = 40

// tail is the end of what was printed.
func (l *Log) tail() string {
	lines := strings.Split(l.String(), "\n")
	return strings.Join(lines[max(0, len(lines)-tailLines):], "\n")
}

// shortSecret is the length below which a text is met by chance.
const shortSecret = 6

// Secret adds a text that must never be printed.
func (l *Log) Secret(text string) {
	if len(text) < shortSecret {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.secrets[text] = true
}

// code adds digits that must never be printed as a number of their own. Inside of longer numbers and behind a
// point they stand by chance.
func (l *Log) code(digits string) {
	if len(digits) < shortSecret {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.codes[digits] = true
}

var number = regexp.MustCompile(`[0-9.]+`)

// leaks lists the lines that hold a secret.
func (l *Log) leaks() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var found []string
	for line := range strings.Lines(l.text.String()) {
		if l.leaky(line) {
			found = append(found, line)
		}
	}
	return found
}

// troubles lists the lines that no healthy server writes, but for those with one of the causes in them.
func (l *Log) troubles(causes []string) []string {
	var found []string
	for line := range strings.Lines(l.String()) {
		if slices.ContainsFunc(causes, func(cause string) bool { return strings.Contains(line, cause) }) {
			continue
		}
		for _, sign := range []string{"level=ERROR", "panic", "fatal error", "WARNING: DATA RACE"} {
			if strings.Contains(line, sign) {
				found = append(found, line)
				break
			}
		}
	}
	return found
}

func (l *Log) leaky(line string) bool {
	for secret := range l.secrets {
		if strings.Contains(line, secret) {
			return true
		}
	}
	for _, n := range number.FindAllString(line, -1) {
		if l.codes[n] {
			return true
		}
	}
	return false
}

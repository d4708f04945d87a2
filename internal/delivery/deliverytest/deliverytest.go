// Package deliverytest is the suite that every sender passes, run against a fake of its provider that checks
// the requests it gets.
package deliverytest

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Mode is how the fake provider behaves.
type Mode string

const (
	Accepts Mode = "accepts" // takes every message
	Refuses Mode = "refuses" // this message, now and for ever
	Limits  Mode = "limits"  // too many at the moment
	Breaks  Mode = "breaks"  // fails by its own fault
	Babbles Mode = "babbles" // answers success with nonsense
	Hangs   Mode = "hangs"   // never answers; it must notice when the caller hangs up
	Absent  Mode = "absent"  // nobody listens
)

// Subject is a sender with its provider.
type Subject struct {
	// New starts a provider that behaves so, and gives a sender that uses it. Both end with the test. The
	// fake checks each request itself and complains to t.
	New func(t *testing.T, m Mode) mfa.Sender
	// Message is one that the provider takes. Its texts must be unlike anything else, because the suite
	// looks for them in errors.
	Message mfa.Message
	// Unsuitable are messages that the sender must refuse without asking, by why.
	Unsuitable map[string]mfa.Message
	// Secrets are the sender's credentials.
	Secrets []string
	// Lacks are modes that make no sense for it.
	Lacks []Mode
	// NoReference says that the provider gives none.
	NoReference bool
}

// Run runs the suite.
func Run(t *testing.T, s Subject) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, Subject){
		"a message that is taken has a reference":       accepted,
		"a refused message is not tried again":          func(t *testing.T, s Subject) { fails(t, s, Refuses, true) },
		"a limited message is tried again":              func(t *testing.T, s Subject) { fails(t, s, Limits, false) },
		"a message to a broken provider is tried again": func(t *testing.T, s Subject) { fails(t, s, Breaks, false) },
		"a message to nobody is tried again":            func(t *testing.T, s Subject) { fails(t, s, Absent, false) },
		"a nonsensical success is no failure":           babbled,
		"a caller that gives up is let go":              cancelled,
		"what cannot be carried is refused":             unsuitable,
		"many send at once":                             together,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, s)
		})
	}
}

func (s Subject) lacks(t *testing.T, m Mode) bool {
	t.Helper()
	lacking := slices.Contains(s.Lacks, m)
	if lacking {
		t.Logf("this provider never %s", m)
	}
	return lacking
}

func accepted(t *testing.T, s Subject) {
	reference, err := s.New(t, Accepts).Send(t.Context(), s.Message)
	if err != nil || (reference == "") != s.NoReference {
		t.Errorf("got %q, %v", reference, err)
	}
}

func fails(t *testing.T, s Subject, m Mode, permanent bool) {
	if s.lacks(t, m) {
		return
	}
	reference, err := s.New(t, m).Send(t.Context(), s.Message)
	if err == nil || reference != "" {
		t.Fatalf("got %q, %v", reference, err)
	}
	if mfa.IsPermanent(err) != permanent {
		t.Errorf("permanent %v: %v", !permanent, err)
	}
	s.silent(t, err)
}

// silent looks for what an error must not hold.
func (s Subject) silent(t *testing.T, err error) {
	t.Helper()
	m := s.Message
	hidden := append([]string{m.To, strings.TrimPrefix(m.To, "+"), m.Text, m.HTML, m.Speech, m.Subject}, s.Secrets...)
	if m.Push != nil {
		hidden = append(hidden, m.Push.Endpoint, m.Push.Auth, m.Push.P256DH)
	}
	for _, text := range hidden {
		if text != "" && strings.Contains(err.Error(), text) {
			t.Errorf("the error holds %q: %v", text, err)
		}
	}
}

// babbled: the provider said yes. Sending again would send twice.
func babbled(t *testing.T, s Subject) {
	if s.lacks(t, Babbles) {
		return
	}
	if _, err := s.New(t, Babbles).Send(t.Context(), s.Message); err != nil {
		t.Errorf("got %v", err)
	}
}

func cancelled(t *testing.T, s Subject) {
	if s.lacks(t, Hangs) {
		return
	}
	sender := s.New(t, Hangs)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := sender.Send(ctx, s.Message)
	if err == nil || mfa.IsPermanent(err) {
		t.Errorf("got %v", err)
	}
}

func unsuitable(t *testing.T, s Subject) {
	sender := s.New(t, Absent)
	for why, m := range s.Unsuitable {
		if _, err := sender.Send(t.Context(), m); !mfa.IsPermanent(err) {
			t.Errorf("%s: got %v", why, err)
		}
	}
}

func together(t *testing.T, s Subject) {
	sender := s.New(t, Accepts)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, err := sender.Send(t.Context(), s.Message); err != nil {
				t.Errorf("got %v", err)
			}
		})
	}
	all.Wait()
}

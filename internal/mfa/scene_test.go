package mfa_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
)

// scene is one story in a world that it shares with the others of its test: it brings its own people.
type scene struct {
	name string
	play func(t *testing.T, w *mfatest.World)
}

// play lets scenes follow each other in one world of each engine.
func play(t *testing.T, scenes []scene) {
	t.Helper()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		for _, s := range scenes {
			t.Run(s.name, func(t *testing.T) { s.play(t, w) })
		}
	})
}

// with is the world's application with other settings.
func with(w *mfatest.World, change func(*mfa.ApplicationSettings)) *mfa.Caller {
	c := *w.Caller
	change(&c.Application.Settings)
	return &c
}

// number is a North American number that nobody else in the test has.
func number(t *testing.T, national string) mfa.Phone {
	t.Helper()
	p, err := mfa.ParsePhone("1", national)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// sentTo lists what went to an address, oldest first.
func sentTo(w *mfatest.World, address string) []mfa.Message {
	var out []mfa.Message
	for _, d := range w.Outbox(w.Caller) {
		if d.Kind == mfa.DeliveryMessage && d.To == address {
			out = append(out, w.MessageOf(d))
		}
	}
	return out
}

var digitRun = regexp.MustCompile(`\d{4,10}`)

// codeIn is the code in the last of some messages.
func codeIn(t *testing.T, list []mfa.Message) string {
	t.Helper()
	if len(list) == 0 {
		t.Fatal("nothing was sent")
	}
	code := digitRun.FindString(list[len(list)-1].Text)
	if code == "" {
		t.Fatalf("no code in %q", list[len(list)-1].Text)
	}
	return code
}

// wrongOf is a code of the same length that is not the one given.
func wrongOf(code string) string {
	if strings.HasPrefix(code, "1") {
		return "2" + code[1:]
	}
	return "1" + code[1:]
}

// want complains about an error of another code or reason.
func want(t *testing.T, what string, err error, code mfa.Code, reason mfa.Reason) {
	t.Helper()
	e, _ := err.(*mfa.Error) //nolint:errorlint // the service returns its refusals bare
	if e == nil || e.Code != code || e.Reason != reason {
		t.Errorf("%s: %v, want %s %s", what, err, code, reason)
	}
}

// types lists the types of events, to compare.
func types(events []mfa.Event) []mfa.EventType {
	out := make([]mfa.EventType, 0, len(events))
	for _, e := range events {
		out = append(out, e.Type)
	}
	return out
}

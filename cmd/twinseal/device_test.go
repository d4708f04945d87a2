package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/client/clienttest"
	"github.com/twinseal/twinseal/receipt"
)

// terminal is a person at a terminal with a home directory of their own.
type terminal struct {
	t      *testing.T
	server *clienttest.Server
	home   string
}

func newTerminal(t *testing.T) *terminal {
	t.Helper()
	return &terminal{t: t, server: clienttest.Start(t), home: filepath.Join(t.TempDir(), "device")}
}

// run is one command; what it prints to people besides its result is dropped.
func (p *terminal) run(stdin string, args ...string) (string, error) {
	var out bytes.Buffer
	err := p.start(p.t.Context(), strings.NewReader(stdin), &out, args...)
	return out.String(), err
}

func (p *terminal) start(ctx context.Context, stdin io.Reader, out io.Writer, args ...string) error {
	cmd := newDeviceCommand(&deviceApp{clock: p.server.Now, http: http.DefaultClient})
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.SetArgs(append(args, "--home", p.home))
	cmd.SetIn(stdin)
	cmd.SetOut(out)
	cmd.SetErr(io.Discard)
	return cmd.ExecuteContext(ctx)
}

// must is run for commands that have to work.
func (p *terminal) must(args ...string) string {
	p.t.Helper()
	out, err := p.run("", args...)
	if err != nil {
		p.t.Fatalf("%v: %v", args, err)
	}
	return out
}

// fails is run for commands that have to fail with words in the error.
func (p *terminal) fails(words string, args ...string) {
	p.t.Helper()
	out, err := p.run("", args...)
	if err == nil || !strings.Contains(err.Error(), words) {
		p.t.Errorf("%v: error = %v, want one about %q; output:\n%s", args, err, words, out)
	}
}

func (p *terminal) link(more ...string) string {
	p.t.Helper()
	return p.must(append([]string{"link", "--server", p.server.URL, "--code", p.server.Code(), "--name", "Ann's laptop"}, more...)...)
}

func contains(t *testing.T, out string, all ...string) {
	t.Helper()
	for _, want := range all {
		if !strings.Contains(out, want) {
			t.Errorf("the output lacks %q:\n%s", want, out)
		}
	}
}

// typist types the code that was sent, once it was sent.
func TestCommandsWithoutAnAccountSayHowToLink(t *testing.T) {
	t.Parallel()
	p := newTerminal(t)
	for _, args := range [][]string{{"requests"}, {"show"}, {"approve"}, {"deny"}, {"watch"}, {"totp"}, {"receipt", "x"}, {"sessions"}, {"logout", "x"}, {"unlink"}, {"accounts"}} {
		p.fails("twinseal device link", args...)
	}
}

func TestRequestsAreATableThatLinesUp(t *testing.T) {
	t.Parallel()
	p := newTerminal(t)
	p.link()
	contains(t, p.must("requests"), "Nothing is waiting")
	p.server.Ask("Log in?")
	p.server.Ask("送金しますか", func(q *receipt.Question) { q.Application.Name = "銀行"; q.ExpiresAt = nil })
	p.server.Ask("Pay\nnow", func(q *receipt.Question) { q.Application.Name = "Ünïcode Bank" })
	want := strings.Join([]string{
		"ID     STATE    ASKED             EXPIRES   APPLICATION   MESSAGE",
		"req-7  pending  2026-03-01 09:30  in 10m0s  Ünïcode Bank  Pay now",
		"req-5  pending  2026-03-01 09:30  never     銀行          送金しますか",
		"req-3  pending  2026-03-01 09:30  in 10m0s  Acme Bank     Log in?",
		"",
	}, "\n")
	if got := p.must("requests"); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestShowingARequest(t *testing.T) {
	t.Parallel()
	p := newTerminal(t)
	p.link()
	p.fails("nothing is pending", "show")
	id := p.server.Ask("Transfer money to bob@example.com", func(q *receipt.Question) {
		q.Details = []receipt.Detail{{Label: "From", Value: "ann@example.com"}, {Label: "Account Number", Value: "12-34"}}
		q.Amount = &receipt.Amount{Value: "12.50", Currency: "EUR"}
	})
	want := strings.Join([]string{
		"Acme Bank (Acme) asks:",
		"",
		"  Transfer money to bob@example.com",
		"",
		"  From            ann@example.com",
		"  Account Number  12-34",
		"  Amount          12.50 EUR",
		"",
		"  State    pending",
		"  Asked    2026-03-01 09:30:00 UTC",
		"  Expires  in 10m0s",
		"  Id       " + id,
		"  Account  acme",
		"",
	}, "\n")
	for _, args := range [][]string{{"show"}, {"show", id}} {
		if got := p.must(args...); got != want {
			t.Errorf("%v gives:\n%s\nwant:\n%s", args, got, want)
		}
	}
	p.fails("requests --all", "show", "unknown")
}

func TestApprovingPrintsWhatWasSigned(t *testing.T) {
	t.Parallel()
	p := newTerminal(t)
	p.link()
	older := p.server.Ask("Log in?")
	p.server.Advance(time.Second)
	newer := p.server.Ask("Transfer money", func(q *receipt.Question) {
		q.Details = []receipt.Detail{{Label: "To", Value: "bob"}}
		hidden, err := receipt.HashHidden([]receipt.Detail{{Label: "ip", Value: "10.0.0.1"}})
		if err != nil {
			t.Error(err)
		}
		q.HiddenDetailsHash = hidden
	})
	out := p.must("approve")
	contains(t, out, "Approved. This is what was signed:", "Transfer money", "To  bob", "approved", p.server.ServerKey(), "details not shown", "device receipt "+newer)
	if p.server.State(newer) != api.StateApproved || p.server.State(older) != api.StatePending {
		t.Errorf("states: %s, %s", p.server.State(newer), p.server.State(older))
	}
	p.fails("look at the request", "approve", newer)
}

func TestDenyingWithAReason(t *testing.T) {
	t.Parallel()
	p := newTerminal(t)
	p.link()
	id := p.server.Ask("Log in?")
	contains(t, p.must("deny", id, "--reason", "not at my desk", "--fraud"), "Denied as fraud.", "not at my desk")
	contains(t, p.must("show", id), "denied", "not at my desk", "this was not me", "Answered")
	contains(t, p.must("requests", "--all"), "denied")
	contains(t, p.must("requests"), "Nothing is waiting")
}

func TestLateAnswersSayWhatToDo(t *testing.T) {
	t.Parallel()
	p := newTerminal(t)
	p.link()
	id := p.server.Ask("Log in?")
	p.server.Advance(11 * time.Minute)
	p.fails("start again in the application", "approve", id)
	p.fails("nothing is pending", "approve")
	contains(t, p.must("requests", "--all"), "expired")
}

func TestEveryCommandAnswersInJSON(t *testing.T) {
	t.Parallel()
	p := newTerminal(t)
	id := ""
	steps := []struct {
		args []string
		want string // a path into the document and its value
	}{
		{[]string{"link", "--server", p.server.URL, "--code", p.server.Code()}, "account=acme"},
		{[]string{"accounts"}, "0.server_key=" + p.server.ServerKey()},
		{[]string{"requests"}, "0.question.message=Log in?"},
		{[]string{"requests", "--all"}, "0.state=pending"},
		{[]string{"show"}, "account=acme"},
		{[]string{"approve"}, "statement.decision=approved"},
		{[]string{"deny"}, "statement.decision=denied"},
		{[]string{"totp"}, "code=" + codeAtStart},
		{[]string{"receipt", "ID"}, "type=twinseal.receipt.v1"},
		{[]string{"receipt", "ID", "-o", filepath.Join(t.TempDir(), "r.json")}, "decision=approved"},
		{[]string{"unlink"}, "account=acme"},
	}
	for _, step := range steps {
		if step.args[0] == "requests" && id == "" {
			p.server.Ask("Another?")
			p.server.Advance(time.Second)
			id = p.server.Ask("Log in?")
		}
		args := append([]string(nil), step.args...)
		for i := range args {
			args[i] = strings.Replace(args[i], "ID", id, 1)
		}
		out := p.must(append(args, "--json")...)
		path, want, _ := strings.Cut(step.want, "=")
		if got := lookup(t, out, path); got != want {
			t.Errorf("%v: %s = %q, want %q", args, path, got, want)
		}
	}
}

// codeAtStart is the code of clienttest.Secret at the moment the server's
// clock stands at in the step that asks for it.
const codeAtStart = "421091"

// lookup walks a JSON document by member names and indexes.
func lookup(t *testing.T, document, path string) string {
	t.Helper()
	var at any
	if err := json.Unmarshal([]byte(document), &at); err != nil {
		t.Fatalf("not JSON: %v\n%s", err, document)
	}
	for step := range strings.SplitSeq(path, ".") {
		switch v := at.(type) {
		case map[string]any:
			at = v[step]
		case []any:
			if step != "0" || len(v) == 0 {
				t.Fatalf("no element %s in:\n%s", step, document)
			}
			at = v[0]
		}
	}
	text, _ := at.(string)
	return text
}

func TestOneTimeCodesNeedNoServer(t *testing.T) {
	t.Parallel()
	p := newTerminal(t)
	p.link()
	p.server.EndStreams()
	out := p.must("totp")
	code, _, _ := strings.Cut(out, " ")
	if len(code) != 6 {
		t.Errorf("output = %q", out)
	}
	contains(t, out, "acme", "30 s left")
}

func TestAReceiptIsKeptInAFile(t *testing.T) {
	t.Parallel()
	p := newTerminal(t)
	p.link()
	id := p.server.Ask("Log in?")
	p.fails("only answered requests", "receipt", id)
	p.must("approve", id)
	file := filepath.Join(t.TempDir(), "receipt.json")
	contains(t, p.must("receipt", id, "-o", file), "Approved", "twinseal verify "+file)
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := receipt.Verify(data, receipt.Options{ServerKey: p.server.ServerKey()}); err != nil {
		t.Error(err)
	}
	if _, err := receipt.Verify([]byte(p.must("receipt", id)), receipt.Options{}); err != nil {
		t.Error(err)
	}
	p.fails("write into", "receipt", id, "-o", filepath.Join(t.TempDir(), "missing", "r.json"))
}

// written hands on what a command prints, as it prints it.
type written chan string

func (w written) Write(b []byte) (int, error) {
	w <- string(b)
	return len(b), nil
}

func TestWatchPrintsRequestsAsTheyCome(t *testing.T) {
	t.Parallel()
	p := newTerminal(t)
	p.link()
	first := p.server.Ask("Log in?")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out := make(written, 64)
	done := make(chan error, 1)
	go func() { done <- p.start(ctx, nil, out, "watch", "--json", "--for", "10m") }()
	for _, id := range []string{first, p.server.Ask("Pay?")} {
		line := <-out
		if got := lookup(t, line, "id"); got != id {
			t.Errorf("printed %q, want %s", line, id)
		}
	}
	p.server.EndStreams() // it comes back
	third := p.server.Ask("Pay again?")
	if got := lookup(t, <-out, "id"); got != third {
		t.Errorf("after the break it printed %s, want %s", got, third)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestWatchEndsWhenTheDeviceIsNoLongerLinked(t *testing.T) {
	t.Parallel()
	p := newTerminal(t)
	p.link()
	p.server.Refuse(api.Problem{Status: http.StatusUnauthorized, Code: api.CodeDeviceUnknown, Detail: "this key is not linked"})
	p.fails("link it again", "watch", "--for", "10m")
}

func TestTextFromElsewhereCannotSteerTheTerminal(t *testing.T) {
	t.Parallel()
	p := newTerminal(t)
	p.link()
	p.server.Ask("Pay \x1b[2J\x1b[1;1H\u202e0001 RUE\u2028x\r", func(q *receipt.Question) {
		q.Details = []receipt.Detail{{Label: "To\x07", Value: "bob\nAmount 1 EUR\u200b"}}
	})
	id := p.server.Ask("Other")
	p.server.Cancel(id)
	out := p.must("requests") + p.must("show") + p.must("approve")
	for _, r := range out {
		if r != '\n' && (r < ' ' || r == 0x7f || r == 0x202e || r == 0x2028 || r == 0x200b) {
			t.Fatalf("U+%04X reaches the terminal:\n%q", r, out)
		}
	}
	contains(t, out, "<U+001B>", "<U+202E>", "To<U+0007>")
	p.server.Refuse(api.Problem{Status: http.StatusForbidden, Code: api.CodeUserDisabled, Detail: "closed\x1b[2J"})
	p.fails("closed<U+001B>[2J; the account is closed", "requests")
	// A line break inside a value must not look like another detail.
	if strings.Contains(out, "\n  Amount 1 EUR") {
		t.Errorf("a value pretends to be a detail:\n%s", out)
	}
}

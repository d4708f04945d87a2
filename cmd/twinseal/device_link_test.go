package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/client/clienttest"
)

func TestLinkingByCode(t *testing.T) {
	t.Parallel()
	p := newTerminal(t)
	contains(t, p.link(), `Linked "Ann's laptop" to Acme as a•••@example.com`, "Acme Bank", p.server.ServerKey(), "Next: twinseal device requests")
	contains(t, p.must("accounts"), "ACCOUNT", "acme", p.server.URL)
}

func TestLinkingByTheAddressInAQR(t *testing.T) {
	t.Parallel()
	p := newTerminal(t)
	address := "twinseal://link?server=" + strings.ReplaceAll(p.server.URL, ":", "%3A") + "&code=" + p.server.Code()
	contains(t, p.must("link", "--code", address), "Linked")
}

func TestLinkingByARegistrationToken(t *testing.T) {
	t.Parallel()
	p := newTerminal(t)
	contains(t, p.must("link", "--server", p.server.URL, "--code", "authy://account?token="+p.server.Code()), "Linked")
}

type typist struct {
	server *clienttest.Server
	line   io.Reader
}

func (s *typist) Read(b []byte) (int, error) {
	if s.line == nil {
		s.line = strings.NewReader(s.server.SentTo(clienttest.KnownPhone) + "\n")
	}
	return s.line.Read(b)
}

func TestLinkingByPhoneReadsTheCodeFromStandardInput(t *testing.T) {
	t.Parallel()
	p := newTerminal(t)
	var out bytes.Buffer
	err := p.start(t.Context(), &typist{server: p.server}, &out, "link", "--server", p.server.URL, "--phone", clienttest.KnownPhone)
	if err != nil {
		t.Fatal(err)
	}
	contains(t, out.String(), "Linked")
	p.fails("type the code", "link", "--server", p.server.URL, "--phone", clienttest.KnownPhone)
}

func TestLinkingByASharedPhoneNeedsADirectory(t *testing.T) {
	t.Parallel()
	p := newTerminal(t)
	p.server.ShareNumber()
	args := []string{"link", "--server", p.server.URL, "--phone", clienttest.KnownPhone}
	err := p.start(t.Context(), &typist{server: p.server}, io.Discard, args...)
	if err == nil || !strings.Contains(err.Error(), "--directory") || !strings.Contains(err.Error(), "staff") {
		t.Fatalf("error = %v", err)
	}
	if err := p.start(t.Context(), &typist{server: p.server}, io.Discard, append(args, "--directory", "Customers")...); err != nil {
		t.Error(err)
	}
}

func TestRefusedLinksSayWhatToDo(t *testing.T) {
	t.Parallel()
	p := newTerminal(t)
	p.fails("ask for a new code", "link", "--server", p.server.URL, "--code", "WRONG")
	p.fails("--server", "link", "--code", "K7QF")
	p.fails("leave --server out", "link", "--server", p.server.URL, "--code", "twinseal://link?server=https%3A%2F%2Fevil.example.net&code=A")
	p.fails("use https", "link", "--server", "http://mfa.example.net", "--code", "A")
	p.fails("not a linking address", "link", "--server", p.server.URL, "--code", "https://example.net")
	p.fails("at least one of the flags", "link", "--server", p.server.URL)
	p.fails("this machine can reach it", "link", "--server", "http://127.0.0.1:1", "--code", "A")
	if p.server.Devices() != 0 {
		t.Errorf("%d devices are linked", p.server.Devices())
	}
}

func TestALinkThatCannotBeKeptIsUndone(t *testing.T) {
	t.Parallel()
	p := newTerminal(t)
	p.fails("small letters", "link", "--server", p.server.URL, "--code", p.server.Code(), "--account", "../x")
	if err := os.WriteFile(p.home, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	p.fails("--home DIR", "link", "--server", p.server.URL, "--code", p.server.Code())
	if p.server.Devices() != 0 {
		t.Errorf("%d devices are linked", p.server.Devices())
	}
}

func TestKeysArePrivateFiles(t *testing.T) {
	t.Parallel()
	p := newTerminal(t)
	p.link()
	file := filepath.Join(p.home, "accounts", "acme.json")
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o600 {
		t.Errorf("mode of the file = %o", mode)
	}
	if info, err = os.Stat(filepath.Dir(file)); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("mode of the directory = %v, %v", info, err)
	}
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	p.fails("chmod 600", "requests")
}

func TestNoCommandPrintsAKeyOrASeed(t *testing.T) {
	t.Parallel()
	p := newTerminal(t)
	out := p.link("--json")
	data, err := os.ReadFile(filepath.Join(p.home, "accounts", "acme.json"))
	if err != nil {
		t.Fatal(err)
	}
	var kept struct{ Key string }
	if err := json.Unmarshal(data, &kept); err != nil || kept.Key == "" {
		t.Fatalf("%v", err)
	}
	out += p.must("accounts") + p.must("accounts", "--json") + p.must("requests", "--json")
	if strings.Contains(out, kept.Key) || strings.Contains(out, clienttest.Secret) {
		t.Errorf("a secret is printed:\n%s", out)
	}
}

func TestSeveralAccountsInOneHome(t *testing.T) {
	t.Parallel()
	p := newTerminal(t)
	p.link()
	p.link()
	p.link("--account", "work")
	contains(t, p.must("accounts"), "acme ", "acme-2 ", "work ")
	id := p.server.Ask("Log in?")
	contains(t, p.must("requests"), "ACCOUNT", "acme-2", "work")
	contains(t, p.must("requests", "--account", "work"), id)
	contains(t, p.must("totp"), "acme-2", "work")
	p.fails("name one with --account: acme, acme-2, work", "unlink")
	p.fails("one of acme, acme-2, work", "requests", "--account", "home")
	contains(t, p.must("unlink", "--account", "work"), "forgotten")
	contains(t, p.must("approve", "--account", "acme-2"), "Approved")
	if p.server.Devices() != 2 {
		t.Errorf("%d devices are linked", p.server.Devices())
	}
}

func TestUnlinkingForgetsTheKey(t *testing.T) {
	t.Parallel()
	p := newTerminal(t)
	p.link()
	p.server.Refuse(api.Problem{Status: http.StatusServiceUnavailable, Code: api.CodeUnavailable, Detail: "down"})
	p.fails("--forget", "unlink")
	contains(t, p.must("accounts"), "acme")
	p.must("unlink")
	p.fails("device link", "accounts")
	if p.server.Devices() != 0 {
		t.Error("the server still has it")
	}
	p.link()
	p.server.Refuse(api.Problem{Status: http.StatusServiceUnavailable, Code: api.CodeUnavailable, Detail: "down"})
	contains(t, p.must("unlink", "--forget"), "The server still lists this device")
}

func TestTheClockOffsetIsKept(t *testing.T) {
	t.Parallel()
	p := newTerminal(t)
	p.link()
	file := filepath.Join(p.home, "accounts", "acme.json")
	edit(t, file, `"clock_offset": 0`, `"clock_offset": 3600000000000`)
	contains(t, p.must("requests"), "Nothing")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	contains(t, string(data), `"clock_offset": 0`)
}

func edit(t *testing.T, file, old, now string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	contains(t, string(data), old)
	if err := os.WriteFile(file, bytes.Replace(data, []byte(old), []byte(now), 1), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestADamagedAccountIsNamed(t *testing.T) {
	t.Parallel()
	p := newTerminal(t)
	p.link()
	edit(t, filepath.Join(p.home, "accounts", "acme.json"), `"key": "`, `"key": "!`)
	p.fails("acme.json is damaged", "requests")
}

// ended is a terminal that goes away once something is written to it.
type ended struct {
	bytes.Buffer

	end func()
}

func (e *ended) Write(b []byte) (int, error) {
	defer e.end()
	return e.Buffer.Write(b)
}

// Whoever makes a code names the server too, and so says what stands for the number.
func TestANumberFromElsewhereCannotSteerTheTerminal(t *testing.T) {
	t.Parallel()
	p := newTerminal(t)
	hostile := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, `{"join":{"id":"1","number":"\u001b[2J42","expires_at":"2026-03-01T09:30:00.000Z"}}`)
	}))
	t.Cleanup(hostile.Close)
	ctx, cancel := context.WithCancel(t.Context())
	out := &ended{end: cancel}
	cmd := newDeviceCommand(&deviceApp{clock: p.server.Now, http: http.DefaultClient})
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.SetArgs([]string{"link", "--server", hostile.URL, "--code", "K7QF-2MPX", "--home", p.home})
	cmd.SetErr(out)
	if err := cmd.ExecuteContext(ctx); err == nil {
		t.Error("linked")
	}
	contains(t, out.String(), "Choose the number <U+001B>[2J42 on your other device")
}

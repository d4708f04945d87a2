package client_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/client"
	"github.com/twinseal/twinseal/client/clienttest"
)

func TestLinkingGivesAnAccountWorthKeeping(t *testing.T) {
	t.Parallel()
	s, d := linked(t)
	account := d.Account()
	if !account.IsLinked() || account.Linked.User.Number != 1337 || account.TOTP == nil {
		t.Fatalf("account = %v", account)
	}
	if account.ServerKey() != s.ServerKey() {
		t.Error("another server key is pinned")
	}
	data, err := json.Marshal(account)
	if err != nil {
		t.Fatal(err)
	}
	var kept client.Account
	if err := json.Unmarshal(data, &kept); err != nil {
		t.Fatal(err)
	}
	again, err := client.OpenDevice(kept, client.WithClock(s.Now))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := again.Self(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestAnAccountPrintsWithoutItsSecrets(t *testing.T) {
	t.Parallel()
	_, d := linked(t)
	account := d.Account()
	data, err := json.Marshal(account.Key)
	if err != nil {
		t.Fatal(err)
	}
	var logged bytes.Buffer
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("linked", "account", account, "key", account.Key)
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		text := fmt.Sprintf(format, account) + fmt.Sprintf(format, account.Key) + logged.String()
		if strings.Contains(text, clienttest.Secret) || strings.Contains(text, strings.Trim(string(data), `"`)) || strings.Contains(text, account.Key.D.String()) {
			t.Errorf("%s prints a secret", format)
		}
	}
}

func TestACodeLinksOneDevice(t *testing.T) {
	t.Parallel()
	s := clienttest.Start(t)
	code := s.Code()
	first, second := newDevice(t, s, s.Now), newDevice(t, s, s.Now)
	if err := first.Link(t.Context(), client.Link{Code: code, Name: "a"}); err != nil {
		t.Fatal(err)
	}
	err := second.Link(t.Context(), client.Link{Code: code, Name: "b"})
	if !client.HasCode(err, api.CodeLinkRefused) {
		t.Errorf("error = %v", err)
	}
	if s.Devices() != 1 {
		t.Errorf("%d devices", s.Devices())
	}
}

func TestATokenLinksToo(t *testing.T) {
	t.Parallel()
	s := clienttest.Start(t)
	d := newDevice(t, s, s.Now)
	if err := d.Link(t.Context(), client.Link{Token: s.Code(), Name: "a", Platform: "cli"}); err != nil {
		t.Fatal(err)
	}
}

func TestLinkingNeedsACodeOrAToken(t *testing.T) {
	t.Parallel()
	d := newDevice(t, clienttest.Start(t), time.Now)
	for _, link := range []client.Link{{}, {Code: "a", Token: "b"}} {
		if err := d.Link(t.Context(), link); err == nil {
			t.Errorf("%+v accepted", link)
		}
	}
}

func TestLinkingByPhone(t *testing.T) {
	t.Parallel()
	s := clienttest.Start(t)
	d := newDevice(t, s, s.Now)
	started, err := d.StartPhoneLink(t.Context(), clienttest.KnownPhone, "a", "cli")
	if err != nil {
		t.Fatal(err)
	}
	wrong := d.FinishPhoneLink(t.Context(), started.EnrollmentID, "0000000", "")
	if !client.HasCode(wrong, api.CodeLinkRefused) {
		t.Fatalf("a wrong code gives %v", wrong)
	}
	if err := d.FinishPhoneLink(t.Context(), started.EnrollmentID, s.SentTo(clienttest.KnownPhone)+"\n", ""); err != nil {
		t.Fatal(err)
	}
	if !d.Account().IsLinked() {
		t.Error("not linked")
	}
}

func TestANumberKnownTwiceNeedsADirectory(t *testing.T) {
	t.Parallel()
	s := clienttest.Start(t)
	s.ShareNumber()
	d := newDevice(t, s, s.Now)
	started, err := d.StartPhoneLink(t.Context(), clienttest.KnownPhone, "a", "cli")
	if err != nil {
		t.Fatal(err)
	}
	code := s.SentTo(clienttest.KnownPhone)
	err = d.FinishPhoneLink(t.Context(), started.EnrollmentID, code, "")
	var refusal *client.Error
	if !errors.As(err, &refusal) || refusal.Code != api.CodeDirectoryRequired || len(refusal.Directories) != 2 {
		t.Fatalf("error = %v", err)
	}
	if err := d.FinishPhoneLink(t.Context(), started.EnrollmentID, code, refusal.Directories[0].ID); err != nil {
		t.Error(err)
	}
}

func TestAStrangersPhoneGetsTheSameAnswer(t *testing.T) {
	t.Parallel()
	s := clienttest.Start(t)
	started, err := newDevice(t, s, s.Now).StartPhoneLink(t.Context(), "+14155550199", "a", "cli")
	if err != nil || started.EnrollmentID == "" || started.ExpiresAt == "" {
		t.Errorf("%+v, %v", started, err)
	}
	if s.SentTo("+14155550199") != "" {
		t.Error("a code was sent")
	}
}

func TestAnUnlinkedDeviceIsAStranger(t *testing.T) {
	t.Parallel()
	_, d := linked(t)
	if err := d.Unlink(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := d.Challenges(t.Context())
	if !client.HasCode(err, api.CodeDeviceUnknown) {
		t.Errorf("error = %v", err)
	}
	for _, err := range d.Stream(t.Context()) {
		if !client.HasCode(err, api.CodeDeviceUnknown) {
			t.Errorf("stream: error = %v", err)
		}
	}
}

func TestServersWithoutTLSAreRefusedElsewhere(t *testing.T) {
	t.Parallel()
	for server, good := range map[string]bool{
		"https://mfa.example.net":      true,
		"https://mfa.example.net/mfa/": true,
		"http://127.0.0.1:8080":        true,
		"http://localhost:8080":        true,
		"http://[::1]:8080":            true,
		"http://mfa.example.net":       false,
		"http://localhost.example.net": false,
		"mfa.example.net":              false,
		"ftp://mfa.example.net":        false,
		"https://ann@mfa.example.net":  false,
		"https://mfa.example.net/?a=b": false,
		"":                             false,
	} {
		if _, err := client.NewDevice(server); (err == nil) != good {
			t.Errorf("%q: error = %v", server, err)
		}
	}
	if _, err := client.NewDevice("http://mfa.example.net", client.WithPlainHTTP()); err != nil {
		t.Error(err)
	}
}

func TestLinkingTexts(t *testing.T) {
	t.Parallel()
	cases := map[string]client.Invitation{
		" K7QF-2MPX\n": {Code: "K7QF-2MPX"},
		"twinseal://link?server=https%3A%2F%2Fmfa.example.net&code=K7QF": {Server: "https://mfa.example.net", Code: "K7QF"},
		"authy://account?token=a.b.c":                                    {Token: "a.b.c"},
	}
	for text, want := range cases {
		if got, err := client.ParseLink(text); err != nil || got != want {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "  ", "https://example.net", "twinseal://link?server=x", "authy://account", "authy://other?token=a", "twinseal://%zz"} {
		if _, err := client.ParseLink(text); err == nil {
			t.Errorf("%q accepted", text)
		}
	}
}

package app_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/app"
)

// serve runs a program on a database of its own while visit looks at it, and returns what it logged.
func serve(t *testing.T, c app.Config, visit func(base string)) string {
	t.Helper()
	var log bytes.Buffer
	c.Data, c.Listen = t.TempDir(), "127.0.0.1:0"
	a, err := app.Open(t.Context(), c, &log)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	err = a.Serve(ctx, func(at net.Addr) {
		visit("http://" + at.String())
		stop()
	})
	if err := errors.Join(err, a.Close()); err != nil {
		t.Fatal(err)
	}
	return log.String()
}

func TestTheSandboxIsOffUnlessAskedForByName(t *testing.T) {
	t.Parallel()
	for sandbox, want := range map[bool]int{false: http.StatusNotFound, true: http.StatusOK} {
		log := serve(t, app.Config{Sandbox: sandbox}, func(base string) {
			for _, path := range []string{"/sandbox", "/sandbox/messages", "/sandbox/clock"} {
				if got := status(t, base+path); got != want {
					t.Errorf("sandbox %v: GET %s answers %d, want %d", sandbox, path, got, want)
				}
			}
		})
		if said := strings.Contains(log, `level=WARN msg="SANDBOX:`); said != sandbox {
			t.Errorf("sandbox %v, and the log says:\n%s", sandbox, log)
		}
	}
}

func status(t *testing.T, address string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Error(err)
		return 0
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Error(err)
		return 0
	}
	_ = answer.Body.Close() // the status is all that is asked for
	return answer.StatusCode
}

func TestTheSandboxRefusesToStandBesideAProvider(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]app.Config{
		"mail":   {Mail: app.MailConfig{Host: "smtp.example.com"}},
		"twilio": {Twilio: app.TwilioConfig{AccountSID: "AC0123456789abcdef0123456789abcdef"}},
		"sns":    {SNS: app.SNSConfig{Region: "eu-central-1"}},
		"hook":   {Hook: app.HookConfig{URL: "https://example.com/messages"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := c.Finish(); err != nil {
				t.Errorf("without the sandbox: %v", err)
			}
			c.Sandbox = true
			if err := c.Finish(); err == nil || !strings.Contains(err.Error(), "--sandbox") {
				t.Errorf("with the sandbox: %v", err)
			}
		})
	}
}

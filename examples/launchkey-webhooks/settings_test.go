package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/client/launchkey/launchkeytest"
)

func TestSettingsThatLackSomething(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(key, keys.issuer.PrivatePEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	good := settings{server: w.server.URL, as: "org:" + organization, key: key, directory: directory, service: service}
	for want, change := range map[string]func(*settings){
		"--url":             func(s *settings) { s.server = "" },
		"--as":              func(s *settings) { s.as = "svc:" + service },
		"--key":             func(s *settings) { s.key = "" },
		"--directory":       func(s *settings) { s.directory = "" },
		"no such file":      func(s *settings) { s.key += "x" },
		"no such file ":     func(s *settings) { s.decryption = []string{key + "x"} },
		"organization id":   func(s *settings) { s.as = "org:x" },
		"directory id":      func(s *settings) { s.directory = "x" },
		"service id":        func(s *settings) { s.service = "x" },
		"must be PEM text ": func(s *settings) { s.decryption = []string{os.Args[0]} },
	} {
		bad := good
		change(&bad)
		if _, err := bad.connect(); err == nil || !strings.Contains(err.Error()+" ", strings.TrimSpace(want)) {
			t.Errorf("%s: %v", want, err)
		}
	}
	if _, err := newApp("nowhere", clients{}); err == nil {
		t.Error("an address that is none is taken")
	}
}

func TestTheServerIsGivenTheAddresses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(key, keys.issuer.PrivatePEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	s := settings{public: "https://shop.example.net/", server: w.server.URL, as: "org:" + organization, key: key, directory: directory, service: service}
	c, err := s.connect()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.tellAddresses(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	for _, call := range []string{
		`PATCH /directory/v3/services {"service_id":"` + service + `","callback_url":"https://shop.example.net/webhooks/service"}`,
		`PATCH /organization/v3/directories {"directory_id":"` + directory + `","webhook_url":"https://shop.example.net/webhooks/directory"}`,
	} {
		if !w.was(call) {
			t.Errorf("%s was not asked", call)
		}
	}

	server := launchkeytest.Start(t, "dir:"+directory, keys.issuer, keys.server, w.answer)
	s.server, s.as = server.URL, "dir:"+directory
	if c, err = s.connect(); err != nil {
		t.Fatal(err)
	}
	if err := s.tellAddresses(t.Context(), c); err != nil {
		t.Error(err)
	}
}

func TestTheCommandServesUntilItIsStopped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(key, keys.issuer.PrivatePEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	environment := map[string]string{
		"LAUNCHKEY_URL": w.server.URL, "LAUNCHKEY_AS": "org:" + organization, "LAUNCHKEY_KEY": key, "LAUNCHKEY_DIRECTORY": directory, "LAUNCHKEY_SERVICE": service,
	}
	cmd := command(func(name string) string { return environment[name] })
	cmd.SetArgs([]string{"--listen", "127.0.0.1:0", "--register"})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := cmd.ExecuteContext(ctx); err == nil {
		t.Error("it registers, though it was stopped before")
	}
	cmd = command(func(name string) string { return environment[name] })
	cmd.SetArgs([]string{"--listen", "127.0.0.1:0"})
	ctx, cancel = context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- cmd.ExecuteContext(ctx) }()
	cancel()
	<-done
}

package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/spf13/cobra"
)

func TestFlagsWinOverTheEnvironmentAndThatOverTheFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "twinseal.yaml")
	text := "listen: 127.0.0.1:1\npublic_url: https://file.example.com\ndata: file\nmaster_key: file:file\napply: file.yaml\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TWINSEAL_LISTEN", "127.0.0.1:2")
	t.Setenv("TWINSEAL_PUBLIC_URL", "https://env.example.com")
	var s settings
	c := &cobra.Command{}
	s.addServer(c)
	if err := c.ParseFlags([]string{"--config", file, "--listen", "127.0.0.1:3", "--data", "flag"}); err != nil {
		t.Fatal(err)
	}
	got, err := s.load()
	if err != nil {
		t.Fatal(err)
	}
	for what, pair := range map[string][2]string{
		"of all three":                {got.Listen, "127.0.0.1:3"},
		"of environment and file":     {got.PublicURL, "https://env.example.com"},
		"of flag and file":            {got.Data, "flag"},
		"of the file alone":           {got.Apply, "file.yaml"},
		"another of the file alone":   {got.MasterKey, "file:file"},
		"of none":                     {got.Database, ""},
		"of none that has a fallback": {got.LogLevel, ""},
	} {
		if pair[0] != pair[1] {
			t.Errorf("a setting %s is %q, want %q", what, pair[0], pair[1])
		}
	}
	if got.Sandbox {
		t.Error("nobody asked for the sandbox")
	}
}

func TestTheSandboxIsOnWhereverItWasAskedFor(t *testing.T) {
	t.Setenv("TWINSEAL_SANDBOX", "true")
	var s settings
	if got, err := s.load(); err != nil || !got.Sandbox {
		t.Errorf("by the environment: %v, %v", got.Sandbox, err)
	}
	t.Setenv("TWINSEAL_SANDBOX", "false")
	s.flags.Sandbox = true
	if got, err := s.load(); err != nil || !got.Sandbox {
		t.Errorf("by the flag: %v, %v", got.Sandbox, err)
	}
}

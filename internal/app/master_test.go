package app_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/app"
)

// opened opens and closes a program.
func opened(t *testing.T, c app.Config) error {
	t.Helper()
	a, err := app.Open(t.Context(), c, io.Discard)
	if err != nil {
		return err
	}
	return a.Close()
}

func TestADatabaseIsOpenedWithItsOwnMasterKeyOrNotAtAll(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := app.Config{Data: dir}
	for range 2 {
		if err := opened(t, c); err != nil {
			t.Fatal(err)
		}
	}
	key := onlyKey(t, dir)
	if info, err := os.Stat(key); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key's mode is %v, %v", info.Mode(), err)
	}
	kept, err := os.ReadFile(key)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	if err := opened(t, c); err == nil {
		t.Error("a database whose key is lost was opened")
	}
	if _, err := os.Stat(key); err == nil {
		t.Error("a new key was made, which opens nothing")
	}
	elsewhere := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(elsewhere, kept, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := opened(t, app.Config{Data: dir, MasterKey: "file:" + elsewhere}); err != nil {
		t.Errorf("the key from another place: %v", err)
	}
	other := t.TempDir()
	if err := opened(t, app.Config{Data: other}); err != nil {
		t.Fatal(err)
	}
	err = opened(t, app.Config{Data: dir, MasterKey: "file:" + onlyKey(t, other)})
	if err == nil || strings.Contains(err.Error(), strings.TrimSpace(string(kept))) {
		t.Errorf("another database's key: %v", err)
	}
	for _, source := range []string{"file:nowhere", "env:TWINSEAL_TEST_UNSET", "nonsense", "vault:x"} {
		if err := opened(t, app.Config{Data: dir, MasterKey: source}); err == nil {
			t.Errorf("%s opened the database", source)
		}
	}
}

// onlyKey finds the key file in a data directory.
func onlyKey(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".key") {
			return filepath.Join(dir, e.Name())
		}
	}
	t.Fatalf("no key in %v", entries)
	return ""
}

package app_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/app"
	"github.com/twinseal/twinseal/internal/factor/passkey/passkeytest"
)

func TestMakersOfAuthenticatorsAreReadAtTheStart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	maker, err := passkeytest.NewAuthority("maker")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ text, want string }{
		"whole.pem": {string(maker.PEM()) + "\n# a remark\n" + string(maker.PEM()), ""},
		"empty.pem": {"", "holds no certificates"},
		"other.pem": {"-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n", "holds no certificates"},
		"missing":   {"", "passkey_roots"},
	} {
		file := filepath.Join(dir, name)
		if name != "missing" {
			if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		a, err := app.Open(t.Context(), app.Config{Data: filepath.Join(dir, name+".data"), PasskeyRoots: file}, io.Discard)
		if got := err != nil; got != (c.want != "") || got && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil {
			if err := a.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

package passkeys_test

import (
	"path/filepath"
	"testing"

	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/pgtest"
	"github.com/twinseal/twinseal/internal/store"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func newWorld(t *testing.T) *mfatest.World {
	t.Helper()
	return mfatest.New(t, store.Options{SQLitePath: filepath.Join(t.TempDir(), "test.db")})
}

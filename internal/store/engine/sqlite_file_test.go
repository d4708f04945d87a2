package engine_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/twinseal/twinseal/internal/store/engine"
)

func TestDatabaseFilesBelongToTheirOwnerAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"a.db", "with ? and # and %41.db", ":memory:"} {
		path := filepath.Join(dir, name)
		e, err := engine.OpenSQLite(t.Context(), path, engine.Options{})
		exec(t, migrated(t, opened(t, e, err)), putCounter, "a", 1)
		for _, file := range []string{path, path + "-wal", path + "-shm"} {
			info, err := os.Stat(file)
			if err != nil {
				t.Error(err)
			} else if info.Mode().Perm() != 0o600 {
				t.Errorf("%s has %v", file, info.Mode())
			}
		}
	}
}

func TestFileThatIsNoDatabaseIsAnError(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.txt")
	if err := os.WriteFile(path, []byte("this is certainly not a database, and long enough to tell"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{path, filepath.Join(path, "below"), t.TempDir()} {
		if e, err := engine.OpenSQLite(t.Context(), p, engine.Options{}); err == nil {
			t.Errorf("opened %s, %v", p, e.Close())
		}
	}
}

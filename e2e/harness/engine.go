package harness

import "testing"

// Engine is one of the two databases the program stands on.
type Engine string

// The engines.
const (
	SQLite     Engine = "sqlite"
	PostgreSQL Engine = "postgresql"
)

// Each tells a story on both engines, side by side.
func Each(t *testing.T, story func(t *testing.T, engine Engine)) {
	t.Helper()
	for _, engine := range []Engine{SQLite, PostgreSQL} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			story(t, engine)
		})
	}
}

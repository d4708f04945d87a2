package launchkey_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

func TestAnIDThatIsNamedTwiceIsLookedUpOnce(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		for path, ids := range map[string]object{
			"/organization/v3/directories/list": {"directory_ids": append(slices.Repeat([]string{dirID}, 999), strings.ToUpper(dirID))},
			"/directory/v3/services/list":       {"service_ids": slices.Repeat([]string{svcID}, 1000)},
		} {
			var out []object
			if w.ok(by(subjectOf(path), http.MethodPost, path, ids), &out); len(out) != 1 {
				t.Errorf("%s lists %d", path, len(out))
			}
		}
	})
}

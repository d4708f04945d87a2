package launchkey

import (
	"errors"
	"testing"

	"github.com/twinseal/twinseal/client/launchkey"
	"github.com/twinseal/twinseal/e2e/harness"
)

func TestThePackagesWorkUnchanged(t *testing.T) {
	t.Parallel()
	harness.Each(t, func(t *testing.T, engine harness.Engine) {
		w := newWorld(t, engine)
		t.Run("stories", func(t *testing.T) {
			for name, story := range w.stories() {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					story(t)
				})
			}
		})
		t.Run("no public method was left out", w.nothingLeftOut)
	})
}

func (w *world) stories() map[string]func(t *testing.T) {
	return map[string]func(t *testing.T){
		"a file":                w.told(broughtIn),
		"directories":           w.told(directories),
		"keys of directories":   w.told(directoryKeys),
		"keys of services":      w.told(serviceKeys),
		"SDK keys":              w.told(sdkKeys),
		"services":              w.told(services),
		"policies":              w.told(policies),
		"devices":               w.told(devices),
		"sessions":              w.told(sessions),
		"codes":                 w.told(codes),
		"requests":              w.told(requests),
		"denials":               w.told(denials),
		"insights":              w.told(insights),
		"judgments":             w.told(judgments),
		"webhooks":              w.told(webhooks),
		"purposes":              w.told(purposes),
		"issuers":               w.told(issuers),
		"older methods":         w.olderMethods,
		"algorithms":            w.algorithms,
		"nulls":                 w.nulls,
		"waiting":               w.waiting,
		"devices that are gone": w.told(unlinked),
		"keys that are gone":    w.told(keyGone),
		"races":                 func(t *testing.T) { w.races(t, w.Server) },
	}
}

// told makes a story of a scene one of the world, told with every package.
func (w *world) told(story func(t *testing.T, s *scene)) func(t *testing.T) {
	return func(t *testing.T) {
		w.each(t, func(t *testing.T, c sdk) { story(t, w.newScene(t, c)) })
	}
}

// nothingLeftOut asks the package which of its public methods no story has called with success.
func (w *world) nothingLeftOut(t *testing.T) {
	var r struct{ Value []string }
	w.python.Do(t, "uncalled", order{Uncalled: true}, &r)
	if len(r.Value) > 0 {
		t.Errorf("no story calls %v", r.Value)
	}
}

// refused fails the test unless a call was refused in one of some ways.
func refused(t *testing.T, what string, err error, ways ...launchkey.Kind) {
	t.Helper()
	for _, way := range ways {
		if errors.Is(err, way) {
			return
		}
	}
	t.Errorf("%s: %v, want %v", what, err, ways)
}

// The ids that nobody has.
const (
	unknownID     = "eba60cb8-c649-11e7-abc4-cec278b6b50a"
	unknownDevice = "67c87654-aed9-11e7-98e9-0469f8dc10a5"
	unknownKey    = "aa:bb:cc:dd:ee:ff:11:22:33:44:55:66:77:88:99:00"
)

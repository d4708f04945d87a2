// Package launchkey proves the LaunchKey dialect with the vendor's own published package for Python, unmodified: every
// public method of its factories and clients is called against the built program on both engines, and the stories of
// devices are played by the program's authenticator. The Go port client/launchkey tells the same stories, so that each
// client is a judge of the other.
package launchkey

import (
	"testing"

	"github.com/twinseal/twinseal/e2e/harness"
)

func TestMain(m *testing.M) { harness.Main(m) }

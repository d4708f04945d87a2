// Package authy proves the Authy dialect with the vendor's own published packages, unmodified: the Python package
// authy and the npm packages authy and authy-client make every call of their documentation against the built
// program on both engines. The Go port client/authy tells the same stories, so that each client is a judge of the
// others.
package authy

import (
	"testing"

	"github.com/twinseal/twinseal/e2e/harness"
)

func TestMain(m *testing.M) { harness.Main(m) }

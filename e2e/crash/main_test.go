// Package crash kills the server under load at random moments, on both engines, and holds it to what it had
// acknowledged: no write is lost, no code counts twice, and no approval is without its receipt and its event.
//
// A few kills run with the tests, a hundred with TWINSEAL_SOAK=1.
package crash

import (
	"testing"

	"github.com/twinseal/twinseal/e2e/harness"
)

func TestMain(m *testing.M) { harness.Main(m) }

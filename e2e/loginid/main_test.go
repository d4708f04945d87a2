// Package loginid proves the LoginID dialect against the built program on both engines: with the vendor's own
// published packages, unmodified, and with the Go port client/loginid, so that each client is a judge of the other.
package loginid

import (
	"testing"

	"github.com/twinseal/twinseal/e2e/harness"
)

func TestMain(m *testing.M) { harness.Main(m) }

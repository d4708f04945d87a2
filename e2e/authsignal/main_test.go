// Package authsignal proves the Authsignal dialect against the built program on both engines: with the vendor's own
// published packages, unmodified — for Node, for Python and, in a browser, for pages — and with the Go port
// client/authsignal, so that each client is a judge of the other.
//
// The vendor's Go package is the exception: no module proxy has it, so its requests are sent byte for byte as its
// source makes them (see golang_test.go), and nothing of it runs here.
package authsignal

import (
	"testing"

	"github.com/twinseal/twinseal/e2e/harness"
)

func TestMain(m *testing.M) { harness.Main(m) }

package app_test

import (
	"testing"

	"go.uber.org/goleak"
)

// Whatever a program started has ended when it was closed.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

package authsignal_test

import (
	"testing"

	"github.com/twinseal/twinseal/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

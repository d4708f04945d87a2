package harness

import (
	"strings"
	"testing"

	"rsc.io/qr"
)

func TestTheTextOfAQRCodeIsReadBack(t *testing.T) {
	t.Parallel()
	for _, level := range []qr.Level{qr.L, qr.M, qr.Q, qr.H} {
		for _, want := range []string{"x", "otpauth://totp/Ünïcode:a%20b?secret=JBSWY3DPEHPK3PXP&issuer=A", strings.Repeat("long, ", 60)} {
			code, err := qr.Encode(want, level)
			if err != nil {
				t.Fatal(err)
			}
			if got := QRText(t, code.PNG()); got != want {
				t.Errorf("level %d: got %q, want %q", level, got, want)
			}
		}
	}
}

package maker_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/maker"
)

func TestModelsHaveNamesThatPeopleKnow(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]string{
		"fbfc3007-154e-4ecc-8c0b-6e020557d7bd": "iCloud Keychain", "ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4": "Google Password Manager",
		"00000000-0000-0000-0000-000000000000": "", "": "",
	} {
		if got := maker.Of(id); got != want {
			t.Errorf("%s is %q, want %q", id, got, want)
		}
	}
}

func TestIconsArePicturesInThemselves(t *testing.T) {
	t.Parallel()
	light, dark := maker.Icons()
	for _, icon := range []string{light, dark} {
		rest, ok := strings.CutPrefix(icon, "data:image/svg+xml;base64,")
		if picture, err := base64.StdEncoding.DecodeString(rest); !ok || err != nil || !strings.HasPrefix(string(picture), "<svg ") {
			t.Errorf("%s is no picture", icon)
		}
	}
	if light == dark {
		t.Error("one icon serves both backgrounds")
	}
}

package app_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/app"
	"github.com/twinseal/twinseal/internal/place/placetest"
)

func TestFilesOfPlacesAreReadBeforeTheDatabaseIsOpened(t *testing.T) {
	t.Parallel()
	towns := placetest.Database(t, map[string]placetest.Fact{"192.0.2.0/24": {Country: "DE"}})
	exits := filepath.Join(t.TempDir(), "tor.txt")
	if err := os.WriteFile(exits, []byte("198.51.100.7\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, c := range map[string]app.Config{
		"":                   {Places: []string{towns}, NetworkLists: []string{"tor=" + exits}, Embargoed: []string{"KP", "SY"}},
		"must be a name and": {NetworkLists: []string{exits}},
		"no such file":       {Places: []string{towns + ".gone"}},
		"not a database":     {Places: []string{exits}},
		"no ISO 3166 code":   {Embargoed: []string{"Cuba"}},
	} {
		c.Data = filepath.Join(t.TempDir(), "data")
		a, err := app.Open(t.Context(), c, io.Discard)
		if err == nil {
			err = a.Close()
		}
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("want %q, got %v", want, err)
		}
		if _, gone := os.Stat(c.Data); want != "" && gone == nil {
			t.Errorf("%s: the data directory was made", want)
		}
	}
}

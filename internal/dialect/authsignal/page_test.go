package authsignal_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/dialect/authsignal"
)

// serverRow is a line of the operator's table of the server's API.
var serverRow = regexp.MustCompile("(?m)^\\| `([A-Z]+)` \\| `(/[^`]+)` \\| [^|]* ?\\|$")

func TestThePageShowsTheTableOfTheServersAPI(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../../docs/dialects/authsignal.md")
	if err != nil {
		t.Fatal(err)
	}
	var documented []string
	for _, m := range serverRow.FindAllStringSubmatch(string(page), -1) {
		documented = append(documented, m[1]+" "+m[2])
	}
	if table := authsignal.ServerTable(); !slices.Equal(documented, table) {
		t.Errorf("docs/dialects/authsignal.md shows\n%s\nthe table is\n%s", strings.Join(documented, "\n"), strings.Join(table, "\n"))
	}
}

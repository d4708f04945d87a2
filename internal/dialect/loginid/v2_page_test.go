package loginid_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/dialect/loginid"
)

// v2Row is a line of the operators' table: the call, and what it needs.
var v2Row = regexp.MustCompile("(?m)^\\| `([A-Z]+ [^` ]+)` \\| ([^|]+) \\|")

func TestThePageShowsTheNewerTable(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../../docs/dialects/loginid.md")
	if err != nil {
		t.Fatal(err)
	}
	var documented []string
	for _, m := range v2Row.FindAllStringSubmatch(string(page), -1) {
		documented = append(documented, m[1]+" "+m[2])
	}
	if table := loginid.V2Table(); !slices.Equal(documented, table) {
		t.Errorf("docs/dialects/loginid.md shows\n%s\nthe table is\n%s", strings.Join(documented, "\n"), strings.Join(table, "\n"))
	}
}

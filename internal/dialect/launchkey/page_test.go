package launchkey_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/dialect/launchkey"
)

// pageRow is a line of the operator's table: method, path, what it acts on.
var pageRow = regexp.MustCompile("(?m)^\\| `([A-Z]+)` \\| `([^`]+)` \\| ([a-z–]+)")

func TestThePageShowsTheTable(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../../docs/dialects/launchkey.md")
	if err != nil {
		t.Fatal(err)
	}
	var documented, table []string
	for _, m := range pageRow.FindAllStringSubmatch(string(page), -1) {
		documented = append(documented, m[1]+" "+m[2]+" "+m[3])
	}
	for _, c := range launchkey.Table() {
		table = append(table, c.Method+" "+c.Path+" "+map[string]string{"": "–", "organization": "organization", "directory": "directory", "application": "service"}[c.Subject])
	}
	if !slices.Equal(documented, table) {
		t.Errorf("docs/dialects/launchkey.md shows\n%s\nthe table is\n%s", strings.Join(documented, "\n"), strings.Join(table, "\n"))
	}
}

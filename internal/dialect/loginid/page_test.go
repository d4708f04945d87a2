package loginid_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/dialect/loginid"
)

// pageRow is a line of the operator's table: method, path, who needs a token, and what else is said.
var pageRow = regexp.MustCompile("(?m)^\\| `([A-Z]+)` \\| `([^`]+)` \\| (–|with a key|always) \\| ([^|]*) ?\\|$")

func TestThePageShowsTheTable(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../../docs/dialects/loginid.md")
	if err != nil {
		t.Fatal(err)
	}
	var documented, table []string
	notes := map[string]string{}
	for _, m := range pageRow.FindAllStringSubmatch(string(page), -1) {
		line := m[1] + " " + m[2] + " " + m[3]
		documented, notes[line] = append(documented, line), m[4]
	}
	for _, c := range loginid.Table() {
		line := c.Method + " " + c.Path + " " + c.Token
		table = append(table, line)
		switch {
		case c.Absent != "" && !strings.HasPrefix(notes[line], "left out: `"+c.Absent+"`"), c.Absent == "" && c.Scope != "" && !strings.Contains(notes[line], "`"+c.Scope+"`"):
			t.Errorf("%s: the page says %q, the table %+v", line, notes[line], c)
		}
	}
	if !slices.Equal(documented, table) {
		t.Errorf("docs/dialects/loginid.md shows\n%s\nthe table is\n%s", strings.Join(documented, "\n"), strings.Join(table, "\n"))
	}
}

package harness

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// axe is the judge of accessibility, as scripts/setup installs it.
func axe(t testing.TB) string {
	t.Helper()
	script, err := os.ReadFile(filepath.Join(Cache(t), "node-axe", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatalf("%v: run scripts/setup test", err)
	}
	return string(script)
}

// violation is a rule that elements of a page do not keep.
type violation struct {
	ID, Impact string
	Nodes      []string
}

// Judge lets axe look at the page: by all its rules, or by those named. Whatever it calls serious fails the test.
func (b *Tab) Judge(name string, rules ...string) {
	b.t.Helper()
	if b.Evaluate(`"axe" in window ? "there" : ""`) == "" {
		b.Evaluate(axe(b.t) + "\n;''")
	}
	options := map[string]any{"resultTypes": []string{"violations"}}
	if len(rules) > 0 {
		options["runOnly"] = rules
	}
	chosen, err := json.Marshal(options)
	if err != nil {
		b.t.Fatal(err)
	}
	found := b.Evaluate(`axe.run(document, ` + string(chosen) + `).then((r) => JSON.stringify(r.violations
		.map((v) => ({ id: v.id, impact: v.impact, nodes: v.nodes.map((n) => n.html.slice(0, 160) + " " + n.any.map((a) => a.message).join(" ")) }))))`)
	var violations []violation
	if err := json.Unmarshal([]byte(found), &violations); err != nil {
		b.t.Fatal(err)
	}
	for _, v := range violations {
		said := fmt.Sprintf("%s: axe finds %s (%s): %s", name, v.ID, v.Impact, strings.Join(v.Nodes, "\n\t"))
		if v.Impact == "serious" || v.Impact == "critical" {
			b.t.Error(said)
		} else {
			b.t.Log(said)
		}
	}
}

package shape_test

import (
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/shape"
)

func TestOnlyWhatWasLookedAtIsKept(t *testing.T) {
	t.Parallel()
	of := shape.Object{"on": shape.Bool, "list": shape.Words(2, "a", "b"), "inner": shape.Inner(shape.Object{"size": shape.Size(9)})}
	said, err := shape.Decode([]byte(`{"on":true,"list":["b"],"inner":{"size":9,"other":1},"secret":"x"}`))
	if err != nil {
		t.Fatal(err)
	}
	kept, err := of.Check("", said)
	if err != nil || len(kept) != 3 || len(kept["inner"].(map[string]any)) != 1 {
		t.Errorf("kept %v, %v", kept, err)
	}
	for text, path := range map[string]string{
		`{"on":1}`: "on ", `{"list":["a","b","a"]}`: "list ", `{"list":["c"]}`: "list ", `{"inner":{"size":10}}`: "inner.size ", `{"inner":[]}`: "inner ",
		`{"inner":{"size":"9"}}`: "inner.size ", `{"inner":{"size":1.5}}`: "inner.size ", `{"on":null}`: "on ",
	} {
		said, err := shape.Decode([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if _, err = of.Check("", said); !mfa.IsCode(err, mfa.Invalid) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v, want something about %s", text, err, path)
		}
	}
}

func TestAPatchLeavesWhatItDoesNotName(t *testing.T) {
	t.Parallel()
	decode := func(text string) map[string]any {
		out, err := shape.Decode([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	theme := decode(`{"name":"Shop","colors":{"link":"#111","icon":"#222"},"links":{"underline":true}}`)
	shape.Merge(theme, decode(`{"name":null,"colors":{"icon":null,"divider":"#333"},"links":null,"shadows":{"enabled":false}}`))
	got, err := shape.Theme(theme)
	if want := `{"colors":{"divider":"#333","link":"#111"},"shadows":{"enabled":false}}`; err != nil || string(got) != want {
		t.Errorf("%s, %v, want %s", got, err, want)
	}
}

func TestAThemeThatSaysNothingIsNone(t *testing.T) {
	t.Parallel()
	for _, text := range []string{``, `null`, `{}`, `{"unknown":1}`} {
		said, err := shape.Decode([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := shape.Theme(said); err != nil || got != nil {
			t.Errorf("%q: %s, %v", text, got, err)
		}
	}
}

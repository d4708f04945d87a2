package endpoint_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/twinseal/twinseal/internal/endpoint"
)

func TestASCIIJSONEscapesEverythingElse(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain <&>": `"plain <&>"`,
		"é":         `"\u00e9"`,
		"日本":        `"\u65e5\u672c"`,
		"😀":         `"\ud83d\ude00"`,
		"a\xffb":    `"a\ufffdb"`,
		"\u2028":    `"\u2028"`,
	} {
		resp, err := endpoint.ASCIIJSON(200, in)
		if err != nil || string(resp.Body) != want {
			t.Errorf("%q: got %s, %v; want %s", in, resp.Body, err, want)
		}
	}
}

func TestJSONRefusesWhatHasNoJSON(t *testing.T) {
	t.Parallel()
	if _, err := endpoint.JSON(200, math.Inf(1)); err == nil {
		t.Error("infinity was encoded")
	}
	if _, err := endpoint.ASCIIJSON(200, func() {}); err == nil {
		t.Error("a function was encoded")
	}
}

func FuzzASCIIJSON(f *testing.F) {
	for _, s := range []string{"", "a", "é😀", "\xff\x00", `"\`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		resp, err := endpoint.ASCIIJSON(200, in)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range resp.Body {
			if b >= 0x80 {
				t.Fatalf("%q became %q", in, resp.Body)
			}
		}
		var back, want string
		plain, _ := json.Marshal(in)
		if json.Unmarshal(resp.Body, &back) != nil || json.Unmarshal(plain, &want) != nil || back != want {
			t.Fatalf("%q became %q", in, back)
		}
	})
}

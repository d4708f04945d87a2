package receipt

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/gowebpki/jcs"
)

func TestMembersAreOrderedAsTheStandardSays(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in, want string
		ok       bool
	}{
		"nothing to do":        {`{"a":"1","b":{"c":[]}}`, `{"a":"1","b":{"c":[]}}`, true},
		"members":              {`{"b":{"d":true,"c":null},"a":[{"y":"2","x":"1"},{}]}`, `{"a":[{"x":"1","y":"2"},{}],"b":{"c":null,"d":true}}`, true},
		"a name within a name": {`{"ab":"1","a":"2"}`, `{"a":"2","ab":"1"}`, true},
		"escapes":              {`{"b":"\"\\\n\u001f","a":"é</>&"}`, `{"a":"é</>&","b":"\"\\\n\u001f"}`, true},
		"numbers":              {`{"b":0,"a":1500000000}`, `{"a":1500000000,"b":0}`, true},
		"a fraction":           {`{"a":1.5}`, "", false},
		"a negative number":    {`{"a":-1}`, "", false},
		"an exponent":          {`{"a":1e3}`, "", false},
		"a leading zero":       {`{"a":01}`, "", false},
		"a large number":       {`{"a":9007199254740993}`, "", false},
		"an odd escape":        {`{"a":"\u2028"}`, "", false},
		"a needless escape":    {`{"a":"\u0026"}`, "", false},
		"a longer escape":      {`{"a":"\u000a"}`, "", false},
		"an upper-case escape": {`{"a":"\u001F"}`, "", false},
		"an odd name":          {`{"é":"1"}`, "", false},
		"a name twice":         {`{"b":"1","a":"2","b":"3"}`, "", false},
		"two values":           {`{}{}`, "", false},
		"no end":               {`{"a":["1"`, "", false},
		"space":                {`{"a": "1"}`, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, ok := ordered([]byte(c.in))
			if ok != c.ok || ok && string(got) != c.want {
				t.Fatalf("ordered(%s) = %s, %v; want %s, %v", c.in, got, ok, c.want, c.ok)
			}
		})
	}
}

// FuzzOrdered compares with the library, which reads any JSON.
func FuzzOrdered(f *testing.F) {
	f.Add("message", "Café </script> \u2028 \x00\x1f\x7f", "\xff", 7, true)
	f.Add("b", `"\`, "\u2029", -1, false)
	f.Fuzz(func(t *testing.T, a, b, c string, n int, d bool) {
		data, err := json.Marshal(map[string]any{"z": a, "a": []string{b, c}, "m": map[string]any{a: b, "k": d, "c": nil, "n": n}, b: c})
		if err != nil {
			t.Fatal(err)
		}
		got, ok := ordered(data)
		if !ok {
			return
		}
		want, err := jcs.Transform(data)
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%s: got %s, the library %s (%v)", data, got, want, err)
		}
	})
}

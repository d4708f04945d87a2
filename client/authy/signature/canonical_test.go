package signature_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/client/authy/signature"
)

func TestCanonicalRules(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, body, want string }{
		{"an empty object is an empty text", `{}`, ""},
		{"null is an empty value", `{"a":null}`, "a="},
		{"booleans in small letters", `{"b":false,"a":true}`, "a=true&b=false"},
		{"number literals are kept", `{"a":1.50,"b":1e3,"c":-0,"d":123456789012345678901234567890}`, "a=1.50&b=1e3&c=-0&d=123456789012345678901234567890"},
		{"the order of members is irrelevant", `{"b":{"y":1,"x":2},"a":3}`, "a=3&b%5Bx%5D=2&b%5By%5D=1"},
		{"capitals come first", `{"a":1,"B":2}`, "B=2&a=1"},
		{"arrays of arrays", `{"a":[[1,2],[3]]}`, "a%5B%5D%5B%5D=1&a%5B%5D%5B%5D=2&a%5B%5D%5B%5D=3"},
		{"null in an array", `{"a":[null,"x"]}`, "a%5B%5D=&a%5B%5D=x"},
		{"empty values inside leave no trace", `{"a":[{},[]],"b":{"c":{}}}`, ""},
		{"objects in an array stay together", `{"l":[{"u":"2","r":"1"},{"u":"4","r":"3"}]}`, "l%5B%5D%5Br%5D=1&l%5B%5D%5Bu%5D=2&l%5B%5D%5Br%5D=3&l%5B%5D%5Bu%5D=4"},
		{"a position look-alike in a value stays", `{"a":"x[12]","b":"%5B12%5D"}`, "a=x%5B12%5D&b=%255B12%255D"},
		{"a member name of digits stays", `{"a":{"12":"x"}}`, "a%5B12%5D=x"},
		{"marks", `{"a":"-_.~!*'()+/:,= &"}`, "a=-_.~%21%2A%27%28%29%2B%2F%3A%2C%3D+%26"},
		{"escapes in the document are undone", `{"\u0061":"\u00e9\/\n"}`, "a=%C3%A9%2F%0A"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := signature.Canonical([]byte(c.body))
			if err != nil || got != c.want {
				t.Errorf("%v\n got %s\nwant %s", err, got, c.want)
			}
		})
	}
}

func TestBlankedDiffersOnlyForDigitsBelowTheTop(t *testing.T) {
	t.Parallel()
	cases := []struct{ body, want string }{
		{`{"12":"x"}`, "12=x"},
		{`{"a":{"12":"x","1a":"y"}}`, "a%5B%5D=x&a%5B1a%5D=y"},
		{`{"a":"x[12]"}`, "a=x%5B12%5D"},
	}
	for _, c := range cases {
		if got, err := signature.CanonicalBlanked([]byte(c.body)); err != nil || got != c.want {
			t.Errorf("%s: %s (%v), want %s", c.body, got, err, c.want)
		}
	}
}

func TestCanonicalRefuses(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`{"a":`, signature.MaxDepth) + "1" + strings.Repeat("}", signature.MaxDepth)
	many := `{"a":[` + strings.Repeat("1,", signature.MaxPairs) + `1]}`
	cases := []struct {
		name, body string
		want       error
	}{
		{"nothing", ``, signature.ErrMalformed},
		{"a text", `"a"`, signature.ErrMalformed},
		{"an array", `[1]`, signature.ErrMalformed},
		{"half a document", `{"a":1`, signature.ErrMalformed},
		{"two documents", `{"a":1}{"b":2}`, signature.ErrMalformed},
		{"a missing comma", `{"a":1 "b":2}`, signature.ErrMalformed},
		{"invalid UTF-8", "{\"a\":\"\xff\"}", signature.ErrMalformed},
		{"a member twice", `{"a":1,"a":1}`, signature.ErrDuplicate},
		{"a member twice by escape", `{"a":1,"\u0061":2}`, signature.ErrDuplicate},
		{"a member twice inside", `{"x":[{"a":{},"a":{}}]}`, signature.ErrDuplicate},
		{"nesting beyond the limit", `{"x":` + deep + `}`, signature.ErrTooLarge},
		{"arrays nested beyond the limit", `{"a":` + strings.Repeat("[", 500) + strings.Repeat("]", 500) + `}`, signature.ErrTooLarge},
		{"too many values", many, signature.ErrTooLarge},
		{"a name too long", `{"` + strings.Repeat("k", signature.MaxName+1) + `":1}`, signature.ErrTooLarge},
		{"a document too long", `{"a":"` + strings.Repeat("x", signature.MaxBytes) + `"}`, signature.ErrTooLarge},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := signature.Canonical([]byte(c.body))
			if !errors.Is(err, c.want) || got != "" {
				t.Errorf("%q, %v; want %v", got, err, c.want)
			}
			if err != nil && len(err.Error()) > 200 {
				t.Errorf("the error repeats too much of the input: %d bytes", len(err.Error()))
			}
		})
	}
	if _, err := signature.Canonical([]byte(deep)); err != nil {
		t.Errorf("nesting at the limit: %v", err)
	}
}

func TestVerifyRefusesWithoutAKeyOrWithABorderInTheNonce(t *testing.T) {
	t.Parallel()
	if signature.Verify("", "1", "POST", "https://a.test/", "a=1", signature.Sign("", "1", "POST", "https://a.test/", "a=1")) {
		t.Error("an empty key verifies")
	}
	if signature.Verify("k", "1|POST", "x", "u", "a=1", signature.Sign("k", "1|POST", "x", "u", "a=1")) {
		t.Error("a nonce with a pipe verifies")
	}
}

func TestSignLeavesTheQueryOut(t *testing.T) {
	t.Parallel()
	want := signature.Sign("k", "1", "GET", "https://a.test/back", "a=1")
	for _, url := range []string{"https://a.test/back?a=1", "https://a.test/back#x", "https://a.test/back?a#b?c"} {
		if got := signature.Sign("k", "1", "get", url, "a=1"); got != want {
			t.Errorf("%s: %s, want %s", url, got, want)
		}
	}
}

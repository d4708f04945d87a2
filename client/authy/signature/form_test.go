package signature_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/client/authy/signature"
)

func TestCanonicalFormRules(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, raw, want string }{
		{"nothing", "", ""},
		{"keys are sorted", "b=2&a=1", "a=1&b=2"},
		{"an array keeps the order of arrival", "e[]=b&a=1&e[]=a", "a=1&e%5B%5D=b&e%5B%5D=a"},
		{"objects in an array too", "l[][r]=1&l[][u]=2&l[][r]=3&l[][u]=4", "l%5B%5D%5Br%5D=1&l%5B%5D%5Bu%5D=2&l%5B%5D%5Br%5D=3&l%5B%5D%5Bu%5D=4"},
		{"spaces either way", "a=x%20y+z", "a=x+y+z"},
		{"a key without a value", "a&b=", "a=&b="},
		{"empty parts are skipped", "&&a=1&", "a=1"},
		{"later equal signs belong to the value", "a=b=c", "a=b%3Dc"},
		{"a semicolon is no separator", "a=1;b=2", "a=1%3Bb%3D2"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			pairs, err := signature.ParseForm(c.raw)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := signature.CanonicalForm(pairs); err != nil || got != c.want {
				t.Errorf("%v\n got %s\nwant %s", err, got, c.want)
			}
		})
	}
}

func TestFormsRefused(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, raw string
		want      error
	}{
		{"bad escape in a value", "a=%4", signature.ErrMalformed},
		{"bad escape in a key", "%zz=1", signature.ErrMalformed},
		{"invalid UTF-8", "a=%ff", signature.ErrMalformed},
		{"a key twice", "status=denied&a=1&status=approved", signature.ErrDuplicate},
		{"a key twice by escape", "a[b]=1&a%5Bb%5D=2", signature.ErrDuplicate},
		{"too many parameters", strings.Repeat("a[]=1&", signature.MaxPairs+1), signature.ErrTooLarge},
		{"a key too long", strings.Repeat("k", signature.MaxName+1) + "=1", signature.ErrTooLarge},
		{"a form too long", "a=" + strings.Repeat("x", signature.MaxBytes), signature.ErrTooLarge},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			pairs, err := signature.ParseForm(c.raw)
			if err == nil {
				_, err = signature.CanonicalForm(pairs)
			}
			if !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
}

func TestRequestSpellings(t *testing.T) {
	t.Parallel()
	pairs := []signature.Pair{{"name", "My hook"}, {"events[]", "user_removed"}, {"events[]", "user_added"}, {"access_key", "k"}}
	got, err := signature.RequestSpellings(pairs)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"access_key=k&events%5B%5D=user_removed&events%5B%5D=user_added&name=My+hook",
		"access_key=k&events%5B%5D=user_added&events%5B%5D=user_removed&name=My+hook",
		"access_key=k&events%5B%5D=user_removed&events%5B%5D=user_added&name=My hook",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestVerifyRequestAcceptsEverySpellingAtEveryAddress(t *testing.T) {
	t.Parallel()
	const key, nonce = "signing-key", "1700000000.000001"
	urls := []string{"https://mfa.example.test/hooks", "https://other.example.test/hooks"}
	pairs := []signature.Pair{{"name", "My hook"}, {"events[]", "b"}, {"events[]", "a"}}
	spellings, err := signature.RequestSpellings(pairs)
	if err != nil {
		t.Fatal(err)
	}
	for _, url := range urls {
		for _, params := range spellings {
			if !signature.VerifyRequest(key, nonce, "POST", urls, pairs, signature.Sign(key, nonce, "POST", url, params)) {
				t.Errorf("refused: %s with %s", url, params)
			}
		}
	}
	elsewhere := signature.Sign(key, nonce, "POST", "https://third.example.test/hooks", spellings[0])
	if signature.VerifyRequest(key, nonce, "POST", urls, pairs, elsewhere) {
		t.Error("a request to another address is accepted")
	}
	other := signature.Sign(key, nonce, "POST", urls[0], "events%5B%5D=a&name=My+hook")
	if signature.VerifyRequest(key, nonce, "POST", urls, pairs, other) {
		t.Error("a request with another set of events is accepted")
	}
}

func TestRawNameWithSeparatorsIsNoSpelling(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"x&url=y", "a=b", "a|b"} {
		if text, ok := signature.CanonicalFormRawName([]signature.Pair{{"name", value}}); ok {
			t.Errorf("%q was spelled %q", value, text)
		}
	}
}

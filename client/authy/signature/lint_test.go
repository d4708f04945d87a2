package signature_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/client/authy/signature"
)

func TestLintNamesWhoWouldRefuse(t *testing.T) {
	t.Parallel()
	pair := func(key, value string) signature.Pair { return signature.Pair{Key: key, Value: value} }
	cases := []struct {
		name  string
		pairs []signature.Pair
		want  []signature.Verifier
	}{
		{"nothing to say about the sample transfer", []signature.Pair{
			pair("From", "a@b.co"), pair("To", "c@d.co"), pair("Account Number", "1"), pair("US Dollar Amount", "$ 5"),
		}, nil},
		{"a single key cannot be out of order", []signature.Pair{pair("Größe", "5")}, nil},
		{"mixed capitals", []signature.Pair{pair("Zebra", "1"), pair("account", "1")}, []signature.Verifier{signature.VerifierNodeClient}},
		{"a key that continues another after a space", []signature.Pair{pair("Account", "1"), pair("Account Number", "2")}, []signature.Verifier{signature.VerifierJava}},
		{"letters beyond ASCII beside plain ones", []signature.Pair{pair("Ort", "x"), pair("Öl", "y")}, []signature.Verifier{signature.VerifierJava, signature.VerifierNodeClient}},
		{"digits only", []signature.Pair{pair("12", "x")}, []signature.Verifier{signature.VerifierAllFamilies}},
		{"brackets in a key", []signature.Pair{pair("a[b]", "x")}, []signature.Verifier{signature.VerifierAllFamilies}},
		{"an empty key", []signature.Pair{pair("", "x")}, []signature.Verifier{signature.VerifierAllFamilies}},
		{"a tilde in a key", []signature.Pair{pair("a~", "x")}, []signature.Verifier{signature.VerifierJava}},
		{"an asterisk in a value", []signature.Pair{pair("a", "5*")}, []signature.Verifier{signature.VerifierJava}},
		{"a position in a value", []signature.Pair{pair("a", "seat [12]")}, []signature.Verifier{signature.VerifierPython}},
		{"None at the start", []signature.Pair{pair("a", "None of it")}, []signature.Verifier{signature.VerifierPython}},
		{"None elsewhere", []signature.Pair{pair("a", "There are None")}, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got []signature.Verifier
			for _, w := range signature.Lint(signature.Details, c.pairs) {
				got = append(got, w.Verifier)
				if w.Reason == "" || !strings.Contains(w.String(), w.Reason) {
					t.Errorf("a warning without its reason: %v", w)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("warnings for %v, want %v", got, c.want)
			}
		})
	}
}

func TestLintKnowsTheLongestKeyOfEachBlock(t *testing.T) {
	t.Parallel()
	longest := map[signature.Block]int{signature.Details: 160, signature.HiddenDetails: 153}
	for block, length := range longest {
		if w := signature.Lint(block, []signature.Pair{{Key: strings.Repeat("k", length)}}); w != nil {
			t.Errorf("%s: key of %d characters: %v", block, length, w)
		}
		if w := signature.Lint(block, []signature.Pair{{Key: strings.Repeat("k", length+1)}}); len(w) != 1 {
			t.Errorf("%s: key of %d characters: %v", block, length+1, w)
		}
	}
}

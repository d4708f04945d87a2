package signature_test

import (
	"encoding/json"
	"math/rand"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/twinseal/twinseal/client/authy/signature"
)

// document draws a JSON value whose member names could be a person's words;
// brackets in names are left out, since they read as nesting in a query string.
func document(depth int) *rapid.Generator[any] {
	names := rapid.StringMatching(`[A-Za-z0-9 é~*_.=&%+-]{1,6}`)
	leaves := []*rapid.Generator[any]{
		rapid.Just[any](nil),
		rapid.Bool().AsAny(),
		rapid.Int64().AsAny(),
		rapid.String().AsAny(),
	}
	if depth == 0 {
		return rapid.OneOf(leaves...)
	}
	inner := rapid.Deferred(func() *rapid.Generator[any] { return document(depth - 1) })
	return rapid.OneOf(append(leaves,
		rapid.SliceOfN(inner, 0, 14).AsAny(),
		rapid.MapOfN(names, inner, 0, 5).AsAny())...)
}

func drawObject(t *rapid.T) map[string]any {
	names := rapid.StringMatching(`[A-Za-z0-9 _.-]{1,6}`)
	return rapid.MapOfN(names, document(2), 0, 6).Draw(t, "object")
}

// shuffled writes an object with its members in random order on every level.
func shuffled(r *rand.Rand, value any) string {
	switch value := value.(type) {
	case map[string]any:
		var members []string
		for name, inner := range value {
			members = append(members, text(name)+" : "+shuffled(r, inner))
		}
		r.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
		return "{" + strings.Join(members, " ,\n") + "}"
	case []any:
		var elements []string
		for _, inner := range value {
			elements = append(elements, shuffled(r, inner))
		}
		return "[" + strings.Join(elements, ", ") + "]"
	default:
		return text(value)
	}
}

func text(value any) string {
	raw, _ := json.Marshal(value)
	return string(raw)
}

func TestOrderAndSpaceOfTheDocumentAreIrrelevant(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		object := drawObject(t)
		r := rand.New(rand.NewSource(rapid.Int64().Draw(t, "seed")))
		want, err := signature.Canonical([]byte(text(object)))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := signature.Canonical([]byte(shuffled(r, object))); err != nil || got != want {
			t.Fatalf("%v\n got %s\nwant %s", err, got, want)
		}
	})
}

func TestTheQueryStringRendersToItself(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want, err := signature.Canonical([]byte(text(drawObject(t))))
		if err != nil {
			t.Fatal(err)
		}
		pairs, err := signature.ParseForm(want)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := signature.CanonicalForm(pairs); err != nil || got != want {
			t.Fatalf("%v\n got %s\nwant %s", err, got, want)
		}
	})
}

func TestWhatIsSignedVerifies(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.StringN(1, 40, -1).Draw(t, "key")
		nonce := rapid.StringMatching(`[0-9.]{1,20}`).Draw(t, "nonce")
		params := rapid.StringMatching(`[a-z0-9%=&+]{0,60}`).Draw(t, "params")
		sig := signature.Sign(key, nonce, "POST", "https://app.example.test/back", params)
		if !signature.Verify(key, nonce, "POST", "https://app.example.test/back", params, sig) {
			t.Fatal("the signature does not verify")
		}
		if signature.Verify(key, nonce, "POST", "https://app.example.test/back", params+"x", sig) {
			t.Fatal("the signature verifies for other parameters")
		}
	})
}

func FuzzCanonical(f *testing.F) {
	for _, v := range vectors() {
		f.Add([]byte(v.body))
	}
	f.Add([]byte(`{"a":[{"b":[[],{}]}],"":"","[]":null,"\ud800":1e999}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		params, err := signature.Canonical(body)
		if err != nil {
			return
		}
		pairs, err := signature.ParseForm(params)
		if err != nil && len(params) <= signature.MaxBytes {
			t.Fatalf("own text does not parse: %v", err)
		}
		if len(pairs) > signature.MaxPairs {
			t.Fatalf("%d pairs", len(pairs))
		}
		if _, err := signature.CanonicalBlanked(body); err != nil {
			t.Fatalf("blanked: %v", err)
		}
	})
}

func FuzzForm(f *testing.F) {
	f.Add(baseParams)
	f.Add("events[]=b&events[]=a&name=My+hook&a[b][][c]=%C3%A9")
	f.Add("%zz=1&a=%ff;&&==")
	f.Fuzz(func(t *testing.T, raw string) {
		pairs, err := signature.ParseForm(raw)
		if err != nil {
			return
		}
		params, err := signature.CanonicalForm(pairs)
		if err != nil {
			return
		}
		again, err := signature.ParseForm(params)
		if len(params) > signature.MaxBytes {
			return
		}
		if err != nil {
			t.Fatalf("own text does not parse: %v", err)
		}
		if got, err := signature.CanonicalForm(again); err != nil || got != params {
			t.Fatalf("rendered again: %v\n got %s\nwant %s", err, got, params)
		}
		if _, err := signature.RequestSpellings(pairs); err != nil {
			t.Fatalf("spellings: %v", err)
		}
	})
}

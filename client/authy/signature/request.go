package signature

import (
	"slices"
	"strings"
)

// The dashboard's webhooks interface is called by programs that do not all
// compute the same text. A server that wants to serve them accepts any of the
// spellings below; a client uses [CanonicalForm], which all of them agree on
// when no array has two values out of order and the name is plain.

// CanonicalFormValueSorted is [CanonicalForm] as one published Node program
// computes it: all encoded pairs sorted, so that the values of an array come out
// sorted too.
func CanonicalFormValueSorted(pairs []Pair) (string, error) {
	sorted := slices.Clone(pairs)
	slices.SortStableFunc(sorted, func(a, b Pair) int { return strings.Compare(encode(a), encode(b)) })
	return CanonicalForm(sorted)
}

// CanonicalFormRawName is [CanonicalForm] as one published .NET helper computes
// it: the value of the parameter "name" is left unencoded. It reports false when
// that spelling could be mistaken for other parameters, because the name
// contains a separator.
func CanonicalFormRawName(pairs []Pair) (string, bool) {
	for _, p := range pairs {
		if p.Key == "name" && strings.ContainsAny(p.Value, "&=|") {
			return "", false
		}
	}
	text, err := renderForm(pairs, func(p Pair) string {
		if p.Key == "name" {
			return "name=" + p.Value
		}
		return encode(p)
	})
	return text, err == nil
}

// RequestSpellings returns every parameter text under which a dashboard request
// may be signed, the proper one first.
func RequestSpellings(pairs []Pair) ([]string, error) {
	proper, err := CanonicalForm(pairs)
	if err != nil {
		return nil, err
	}
	spellings := []string{proper}
	if sorted, err := CanonicalFormValueSorted(pairs); err == nil && sorted != proper {
		spellings = append(spellings, sorted)
	}
	if raw, ok := CanonicalFormRawName(pairs); ok && raw != proper {
		spellings = append(spellings, raw)
	}
	return spellings, nil
}

// VerifyRequest reports whether a dashboard request is signed in any accepted
// spelling for any of the addresses under which the server is known. A repeated
// nonce is no reason for refusal here: one published client uses a single nonce
// for all its requests.
func VerifyRequest(key, nonce, method string, urls []string, pairs []Pair, signature string) bool {
	spellings, err := RequestSpellings(pairs)
	if err != nil {
		return false
	}
	accepted := false
	for _, url := range urls {
		for _, params := range spellings {
			if Verify(key, nonce, method, url, params, signature) {
				accepted = true
			}
		}
	}
	return accepted
}

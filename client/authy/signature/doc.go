// Package signature computes and checks the HMAC signatures of the Authy
// protocol: those a server puts on approval callbacks, and those a program puts
// on its requests to the dashboard's webhooks interface.
//
// What is signed is the text
//
//	nonce|METHOD|url|parameters
//
// with HMAC-SHA256, written as padded standard base64. The parameters are a
// canonical rendering of a JSON object ([Canonical]) or of a form or query
// string ([CanonicalForm]): flattened into bracketed names, percent-encoded and
// sorted, so that the order of members on the wire is irrelevant. A callback
// delivered by GET carries that very rendering as its query string, and
// rendering it again gives the same text.
//
// Both sides use this package. The signing side:
//
//	params, err := signature.Canonical(body)
//	header := signature.Sign(apiKey, nonce, "POST", callbackURL, params)
//
// The checking side computes params from what it received and calls [Verify],
// which compares in constant time. Neither side promises freshness: a nonce is
// signed, but nobody in this protocol remembers it.
//
// The vendor's own verifiers disagree about some texts; [Lint] names the keys
// and values of an approval request that would not pass everywhere.
package signature

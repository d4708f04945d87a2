// Package rule judges conditions: JSON logic in, a verdict out. It reads no
// clock, stores nothing and asks nobody but the [Facts] it is handed.
//
// Conditions arrive as JSON logic and stay as they came; what this package adds
// is a reading of them. A [Scope] compiles each into a [Program]: the operators
// are checked against what every fact can be, written down in CEL (see
// [Program.Source]), checked by CEL again and bounded in what they may cost.
//
// # What is not known
//
// A fact may be missing: no address came with the request, a shop did not send
// its custom point. A comparison with a missing fact is neither true nor false,
// and so is one that cannot be made (a text less than a number). It stays that
// way through the operators around it:
//
//   - "!" and "!!" of the unknown are unknown;
//   - "and" is false when one operand is false, otherwise unknown when one is
//     unknown;
//   - "or" is true when one operand is true, otherwise unknown when one is
//     unknown;
//   - "some", "all" and "none" are "or", "and" and "not or" of their elements.
//
// Conditions that come out unknown do not match. Hence a rule that depends on
// data nobody supplied does not match whether it is written with or without a
// negation, and it does match when what is known suffices. Whoever wants to
// speak of missing data does so with a default, {"var": ["name", false]}, or by
// comparing with null, which asks whether the fact is known and always has an
// answer. A fact of the wrong kind counts as missing, and so does null.
//
// These are CEL's rules too, where an absent attribute is an error that && and
// || absorb. Most conditions are nevertheless judged by a small interpreter of
// this package, because it costs a tenth of CEL's; a property test holds it to
// CEL's verdict. Loops over lists are CEL's alone, under its limit.
package rule

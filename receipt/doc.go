// Package receipt is the proof that a person answered a question: the
// canonical statement a device signs, the seal a server adds, the file that
// holds both, and the proofs that sign a device's requests.
//
// Everything here works offline and on bytes alone, so that a receipt can be
// checked years later by somebody who has neither server nor device. Of the
// project it imports package policy alone, which is of the same kind. docs/authenticator-protocol.md describes the
// same encodings for people who write an app in another language.
//
// One rule holds for every document read here: it is accepted only if writing
// down what was understood gives the same document again. Unknown members,
// repeated members, members in the wrong letter case, null where text belongs
// and base64 with stray bits all fail that test.
package receipt

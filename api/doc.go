// Package api holds the wire types of Twinseal's own HTTP API: what travels,
// and nothing about how it is decided.
//
// It imports nothing of the project, so that a client in another module may
// use it alone. docs/authenticator-protocol.md describes the device protocol
// whose types are in the device files, with worked examples.
//
// All times are text in RFC 3339, UTC, with milliseconds
// ("2026-03-01T09:30:00.000Z"): signed times must survive decoding unchanged.
// Readers ignore members they do not know, except inside a [Question], which
// is signed as a whole.
package api

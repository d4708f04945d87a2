// Package policy says what a challenge demands beyond a yes: how many methods
// and of which factors, in which places, at what times, on what kind of device.
//
// A policy is part of the question that is signed, so it has one canonical form
// without a single JSON number: a number is decimal text, and no implementation
// can round it differently. It is judged twice. The device knows where it is
// and what its owner just did; it calls [Policy.Judge] and signs the [Evidence],
// which holds verdicts and no coordinates. The server calls [Policy.Accepts],
// and so checks again all that can be checked without knowing the place.
//
// Everything here is arithmetic on values: no I/O but the reading of time zones,
// no state, no import of the project.
package policy

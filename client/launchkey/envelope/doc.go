// Package envelope is what goes around every request, answer and webhook of the
// LaunchKey protocol: the names of RSA keys, the digests of bodies, the signed
// tokens and the encryption. Clients and servers share it, so that they cannot
// disagree; its limits and lists of algorithms are those of both.
//
// It knows no claim and no body: what is inside is its callers' to judge. Errors
// say what is wrong with the outside, for logs; why something does not decrypt
// is never said.
package envelope

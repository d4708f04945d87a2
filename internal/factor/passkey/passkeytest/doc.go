// Package passkeytest is an authenticator and a browser in software, for tests: it answers creation and request
// options as navigator.credentials would, in every attestation format and with every key that the server takes,
// and lies where a test asks it to.
//
// It shares no code with what checks its answers. CBOR, COSE keys, the structures of TPMs and the extensions of
// certificates are written here byte by byte, so that a misunderstanding has to be made twice to go unnoticed.
// Everything it makes follows from a seed: equal seeds and equal questions give equal bytes.
package passkeytest

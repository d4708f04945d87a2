// Package loginidtest plays a LoginID server for tests: of the Go port, and of
// programs that are built on it. It proves the service token of every call, and
// makes the tokens that a browser would bring, good and bad ones. It is written
// apart from the port, with nothing but the standard library, so that the tests
// have a second opinion.
package loginidtest

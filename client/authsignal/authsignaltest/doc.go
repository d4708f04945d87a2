// Package authsignaltest plays an Authsignal server for tests: of the Go port, and
// of programs that are built on it. It keeps users, actions, authenticators,
// challenges, sessions, devices and the settings of a tenant in memory, decides as
// the test says, lets people pass and fail, and signs webhooks. It is written
// apart from the port, with nothing but the standard library, so that the tests
// have a second opinion.
package authsignaltest

// Package harness runs the built program for end-to-end tests: servers on either engine that can be killed and
// started again on the same data, a second node beside them, authenticators driven through the program's own
// command line, the sandbox's inbox and clock, and a receiver of callbacks.
//
// A test package begins with
//
//	func TestMain(m *testing.M) { harness.Main(m) }
//
// Everything that was started ends with the test that started it, and every server's log is searched for
// secrets when it does. Nothing here knows the inside of the server: it is reached through the doors that
// people and applications use.
package harness

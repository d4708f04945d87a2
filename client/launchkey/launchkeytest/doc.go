// Package launchkeytest plays a LaunchKey server for tests: of this port, and of
// programs that are built on it. It proves every request as a server has to, and
// answers with what the test says, signed and encrypted; or with a lie about it.
// It keeps no records: what a call means is the test's business. It signs, seals
// and names keys by code of its own, not by that of package envelope, so that it
// is a second opinion.
package launchkeytest

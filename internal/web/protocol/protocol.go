// Package protocol is the device protocol in the browser: canonical JSON,
// signatures, statements, proofs, policies and receipts as plain ES modules.
//
// The authenticator and the page that approves by passkey both stand on these
// modules, so that a person's answer is made by one implementation, whose tests
// hold it to packages receipt and policy. They touch no page and keep nothing.
package protocol

import (
	"embed"
	"io/fs"
)

//go:embed modules
var files embed.FS

// Modules are the scripts. They import each other by relative names and must be
// served from one directory.
func Modules() (fs.FS, error) { return fs.Sub(files, "modules") }

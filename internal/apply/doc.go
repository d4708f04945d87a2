// Package apply reads apply files: organizations, directories, applications, keys and users in YAML, with
// identifiers of the operator's choice. It turns a file into a plan of package mfa, which applies it all
// or nothing, and gives every refusal the line of the file that it is about. docs/apply.md describes the
// format; each dialect adds its own part under its name.
package apply

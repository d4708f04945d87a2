// Package app reads the configuration, wires the parts together and runs them. It is the only package
// that sees all others.
package app

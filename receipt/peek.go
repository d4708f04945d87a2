package receipt

import "fmt"

// Peek reads a statement without checking its signature. What it returns is a
// claim and nothing more: a server uses it to learn what the device says it
// answered, builds the statement it expects, and calls [Open] on that.
func Peek(jws string) (Statement, error) {
	parts, err := split(jws, MaxStatement)
	if err != nil {
		return Statement{}, fmt.Errorf("statement: %w", err)
	}
	return ParseStatement(parts.payload)
}

// Peek reads the receipt's statement, a device's or a passkey's, without
// checking a signature: it is for whoever made the receipt.
func (r Receipt) Peek() (Statement, error) {
	if r.Passkey == nil {
		return Peek(r.Statement)
	}
	s, _, err := DecodeStatement(r.Statement)
	return s, err
}

// Package mfa is the domain of Twinseal: its nouns, its rules and the ports through which it reaches the
// outside. It knows no wire format, no SQL and no screen. Every front door — each dialect, the command
// line, the hosted pages — calls the methods of [Service]; a rule is written once, here.
//
// # How a proof counts
//
// A proof is spent, checked and burned. Spend: the user is loaded under a lock and the limits that
// guard it are consulted. Check: a [Factor] examines the proof; a wrong one is an outcome, not an error,
// so the attempt is recorded and never rolled back. Burn: one conditional write makes it count, and
// writes the event, the outbox rows and the receipt in the same transaction. Cheap checks (codes, TOTP)
// do all three inside one [Store.Write]; costly ones (device signatures) are checked between a read and
// a write, so that mathematics never holds the writer.
//
// # What leaves the process
//
// Nothing leaves except through a [Delivery] row written in the same transaction as the change it
// reports. The worker claims, sends, retries and gives up visibly.
package mfa

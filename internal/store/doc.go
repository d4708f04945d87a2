// Package store keeps the records of package mfa in SQL: one set of
// statements for an embedded SQLite file and for PostgreSQL, on top of
// package engine.
//
// Each noun has a file here with the name it has in mfa: its statements, how a
// row becomes a value and back, and the methods of its reader and writer. The
// schema is in migrations, once for each database.
//
// # What a caller may rely on
//
//   - Every decision is one conditional statement, or is made under a lock: of
//     many that use one code, answer one challenge or spend one nonce at the
//     same time, exactly one wins, on one process or on several.
//   - Secrets are sealed to their table, column and row before they reach the
//     database, and opened by whoever reads them. What is looked up by a secret
//     is found by its keyed digest.
//   - Times keep microseconds; the zero time comes back as the zero time. Texts
//     are ordered by their bytes.
//   - A taken name is a Conflict that says which field, an absent thing is
//     Missing, a database that cannot be reached or does not answer in time is
//     Unavailable, everything else is Internal with its cause for the log.
package store

package engine

import (
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// pgFailure adds what callers can recognise to an error of the server.
func pgFailure(err error) error {
	var server *pgconn.PgError
	if !errors.As(err, &server) {
		return err
	}
	switch server.Code {
	case "23505": // unique_violation
		return fmt.Errorf("%w: %w", ErrUnique, err)
	case "55P03": // lock_not_available, after lock_timeout
		return fmt.Errorf("%w: %w", ErrBusy, err)
	}
	return err
}

// pgConflict tells that the transaction may succeed when it is run again.
func pgConflict(err error) bool {
	var server *pgconn.PgError
	if !errors.As(err, &server) {
		return false
	}
	return server.Code == "40001" || server.Code == "40P01" // serialization_failure, deadlock_detected
}

// pgStale tells that the connection, though alive, is of no use any more: its
// prepared statements are gone or were overtaken by a migration, or its server
// has become a standby.
func pgStale(err error) bool {
	var server *pgconn.PgError
	if !errors.As(err, &server) {
		return false
	}
	switch server.Code {
	case "26000", "25006": // invalid_sql_statement_name, read_only_sql_transaction
		return true
	case "0A000": // feature_not_supported
		return strings.Contains(server.Message, "cached plan")
	}
	return false
}

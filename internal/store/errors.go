package store

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/store/engine"
)

// failure gives an error of the database the code that callers branch on. Errors
// that have one already keep it.
func failure(err error) error {
	if _, ok := errors.AsType[*mfa.Error](err); ok {
		return err
	}
	switch {
	case errors.Is(err, engine.ErrUnique):
		return &mfa.Error{Code: mfa.Conflict, Message: "a name in it is taken", Cause: err}
	case errors.Is(err, engine.ErrText):
		return &mfa.Error{Code: mfa.Invalid, Message: "a text holds something that is not UTF-8, or a zero byte", Cause: err}
	case temporary(err):
		return &mfa.Error{Code: mfa.Unavailable, Message: "the database does not answer, try again", Cause: err}
	}
	return &mfa.Error{Code: mfa.Internal, Message: "the database failed", Cause: err}
}

// temporary reports whether the same call may succeed later.
func temporary(err error) bool {
	for _, target := range []error{
		engine.ErrCommitUnknown, engine.ErrBusy, engine.ErrClosed, context.Canceled, context.DeadlineExceeded, io.EOF, io.ErrUnexpectedEOF,
	} {
		if errors.Is(err, target) {
			return true
		}
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	return away(err)
}

// away reports whether a server said that it cannot serve now, by the classes of
// SQLSTATE for connections, resources and operators.
func away(err error) bool {
	var server interface{ SQLState() string }
	if !errors.As(err, &server) {
		return false
	}
	state := server.SQLState()
	return strings.HasPrefix(state, "08") || strings.HasPrefix(state, "53") || strings.HasPrefix(state, "57P")
}

// taken is the refusal of a value that must be unique and is not.
func taken(field string) error {
	return &mfa.Error{Code: mfa.Conflict, Field: field, Message: "the " + field + " is taken"}
}

// damaged is the error of a row that does not read back.
func damaged(what string, cause error) error {
	return &mfa.Error{Code: mfa.Internal, Message: what + " in the database cannot be read", Cause: cause}
}

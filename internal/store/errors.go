package store

import (
	"context"
	"errors"

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
	case temporary(err):
		return &mfa.Error{Code: mfa.Unavailable, Message: "the database does not answer, try again", Cause: err}
	}
	return &mfa.Error{Code: mfa.Internal, Message: "the database failed", Cause: err}
}

// temporary reports whether the same call may succeed later.
func temporary(err error) bool {
	for _, target := range []error{
		engine.ErrCommitUnknown, engine.ErrBusy, engine.ErrClosed, context.Canceled, context.DeadlineExceeded,
	} {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}

// taken is the refusal of a value that must be unique and is not.
func taken(field string) error {
	return &mfa.Error{Code: mfa.Conflict, Field: field, Message: "the " + field + " is taken"}
}

// damaged is the error of a row that does not read back.
func damaged(what string, cause error) error {
	return &mfa.Error{Code: mfa.Internal, Message: what + " in the database cannot be read", Cause: cause}
}

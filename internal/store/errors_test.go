package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/store/engine"
)

// serverError is an error of a server with its SQLSTATE.
type serverError string

func (e serverError) Error() string    { return "SQLSTATE " + string(e) }
func (e serverError) SQLState() string { return string(e) }

func TestErrorsOfTheDatabaseGetACodeAndKeepTheirCause(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		cause error
		want  mfa.Code
	}{
		{engine.ErrUnique, mfa.Conflict},
		{engine.ErrText, mfa.Invalid},
		{engine.ErrBusy, mfa.Unavailable},
		{engine.ErrClosed, mfa.Unavailable},
		{engine.ErrCommitUnknown, mfa.Unavailable},
		{context.Canceled, mfa.Unavailable},
		{context.DeadlineExceeded, mfa.Unavailable},
		{io.ErrUnexpectedEOF, mfa.Unavailable},
		{&net.OpError{Op: "dial", Err: errors.New("refused")}, mfa.Unavailable},
		{serverError("57P03"), mfa.Unavailable},
		{serverError("53300"), mfa.Unavailable},
		{serverError("57014"), mfa.Internal},
		{serverError("42P01"), mfa.Internal},
		{engine.ErrReadOnly, mfa.Internal},
		{mfa.Missing("user"), mfa.NotFound},
	} {
		err := failure(fmt.Errorf("statement: %w", test.cause))
		if got := mfa.CodeOf(err); got != test.want {
			t.Errorf("%v: got %s, want %s", test.cause, got, test.want)
		}
		if !errors.Is(err, test.cause) {
			t.Errorf("%v is not the cause of %v", test.cause, err)
		}
	}
}

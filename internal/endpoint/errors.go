package endpoint

import (
	"context"
	"errors"
	"net/http"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Status is the usual HTTP status of a refusal, for front doors without a catalogue of their own.
func Status(err error) int {
	e, ok := errors.AsType[*mfa.Error](err)
	if !ok {
		return http.StatusInternalServerError
	}
	if e.Reason == ReasonBodyTooLarge {
		return http.StatusRequestEntityTooLarge
	}
	switch e.Code {
	case mfa.Invalid:
		return http.StatusBadRequest
	case mfa.Unauthenticated:
		return http.StatusUnauthorized
	case mfa.Forbidden:
		return http.StatusForbidden
	case mfa.NotFound:
		return http.StatusNotFound
	case mfa.Conflict, mfa.Replayed:
		return http.StatusConflict
	case mfa.Expired:
		return http.StatusGone
	case mfa.Limited:
		return http.StatusTooManyRequests
	case mfa.Unavailable:
		return http.StatusServiceUnavailable
	case mfa.Internal:
	}
	return http.StatusInternalServerError
}

// PlainError is the sentence of a refusal as text, and nothing of an internal error.
func PlainError(_ *Request, err error) Response {
	e, ok := errors.AsType[*mfa.Error](err)
	if !ok || e.Code == mfa.Internal {
		return Text(http.StatusInternalServerError, "something went wrong here\n")
	}
	return Text(Status(err), e.Message+"\n")
}

// normal gives errors of the machinery below their place among ours.
func normal(err error) error {
	if err == nil {
		return nil
	}
	if tooLarge(err) {
		return ErrBodyTooLarge
	}
	if _, ours := errors.AsType[*mfa.Error](err); ours {
		return err
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return &mfa.Error{Code: mfa.Unavailable, Message: "the answer took too long; try again", Cause: err}
	}
	return err
}

package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/receipt"
)

// Error is a refusal by the server. Code is one of the codes of package api;
// it is empty when something that is not Twinseal answered.
type Error struct {
	Status int
	Code   string
	Title  string
	Detail string
	// RetryAfter is how long the server asked to wait, 0 if it did not say.
	RetryAfter time.Duration
	// Directories are what to choose from when Code is directory_required.
	Directories []api.Named
	// serverTime is the server's clock, zero when it did not say.
	serverTime time.Time
}

// Error gives the server's words, and the status when it had none.
func (e *Error) Error() string {
	switch {
	case e.Detail != "":
		return e.Detail
	case e.Title != "":
		return e.Title
	}
	return fmt.Sprintf("the server answered %d %s", e.Status, http.StatusText(e.Status))
}

// HasCode reports whether err is an [*Error] with one of the given codes.
func HasCode(err error, codes ...string) bool {
	var refusal *Error
	if !errors.As(err, &refusal) {
		return false
	}
	return slices.Contains(codes, refusal.Code)
}

// maxProblem bounds the body of an error that is read at all.
const maxProblem = 64 << 10

// newError reads an error response, whoever made it.
func newError(resp *http.Response) *Error {
	e := &Error{Status: resp.StatusCode}
	e.serverTime, _ = http.ParseTime(resp.Header.Get("Date"))
	if seconds, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && seconds > 0 {
		e.RetryAfter = time.Duration(seconds) * time.Second
	}
	var p api.Problem
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxProblem))
	if err == nil && json.Unmarshal(body, &p) == nil {
		e.Code, e.Title, e.Detail, e.Directories = p.Code, p.Title, p.Detail, p.Directories
	}
	if at, err := receipt.ParseTime(p.ServerTime); err == nil {
		e.serverTime = at
	}
	return e
}

// Hint says what a person can do about the error, "" if nothing better than
// trying again.
func (e *Error) Hint() string {
	switch e.Code {
	case api.CodeProofTime, api.CodeStatementTime:
		return "set this machine's clock; it is too far from the server's"
	case api.CodeDeviceUnknown:
		return "this device is no longer linked; link it again with a new code"
	case api.CodeLinkRefused:
		return "ask for a new code; a code is short-lived and works once"
	case api.CodeDirectoryRequired:
		return "say which of the directories is meant"
	case api.CodeUserDisabled:
		return "the account is closed; ask whoever runs the service"
	case api.CodeDisabled:
		return "the application is switched off; ask whoever runs it"
	case api.CodeSessionUnknown:
		return "list the sessions to see the ids of this account"
	case api.CodePolicyUnmet:
		return "the request demands more than this device gave"
	case api.CodeMatchWrong:
		return "the request has ended; begin again where you started it, or take care if you started nothing"
	case api.CodeChallengeUnknown:
		return "list the requests to see the ids of this account"
	case api.CodeReceiptUnknown:
		return "only answered requests have a receipt; list the requests to see their states"
	case api.CodeAlreadyAnswered:
		return "look at the request to see how it was answered"
	case api.CodeExpired, api.CodeCancelled:
		return "start again in the application that asked"
	case api.CodeMismatch, api.CodeStatementInvalid, api.CodeProofInvalid, api.CodeKeyMismatch, api.CodePackagesInvalid:
		return "this program and the server disagree about the protocol; update both"
	case api.CodeKeyInUse:
		return "this key is linked already; make a new one to link again"
	case api.CodeRateLimited:
		return "too many attempts; wait and try again"
	case api.CodeUnavailable, api.CodeInternal:
		return "try again in a moment"
	case "":
		return "check the server's address; what answered is not Twinseal's device API"
	}
	return ""
}

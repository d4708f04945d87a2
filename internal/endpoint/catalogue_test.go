package endpoint_test

import (
	"testing"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

func TestTheFirstRowThatMatchesCounts(t *testing.T) {
	t.Parallel()
	catalogue := endpoint.Catalogue[string, string]{
		{Reason: mfa.ReasonDisabled, Is: "by reason"},
		{Op: "ask", Code: mfa.Conflict, Field: "name", Is: "by call, code and field"},
		{Op: "ask", Code: mfa.Conflict, Is: "by call and code"},
		{Code: mfa.Conflict, Is: "by code"},
	}
	for _, c := range []struct {
		call string
		e    mfa.Error
		want string
	}{
		{"ask", mfa.Error{Code: mfa.Conflict, Reason: mfa.ReasonDisabled, Field: "name"}, "by reason"},
		{"ask", mfa.Error{Code: mfa.Conflict, Field: "name"}, "by call, code and field"},
		{"ask", mfa.Error{Code: mfa.Conflict, Field: "id"}, "by call and code"},
		{"poll", mfa.Error{Code: mfa.Conflict, Field: "name"}, "by code"},
		{"ask", mfa.Error{Code: mfa.Internal, Field: "name"}, "none"},
	} {
		if got := catalogue.Entry(c.call, &c.e, "none"); got != c.want {
			t.Errorf("%s: %v is %s, want %s", c.call, c.e.Code, got, c.want)
		}
	}
}

package loginid

import (
	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// catalogue is the one table from our errors to theirs.
var catalogue = endpoint.Catalogue[op, failure]{
	{Reason: endpoint.ReasonBodyTooLarge, Is: failTooLarge},
	{Code: mfa.Limited, Is: failLimited},
	{Code: mfa.Unavailable, Is: failUnavailable},
	{Code: mfa.Internal, Is: failUnexpected},
	{Reason: mfa.ReasonUserSuspended, Is: failDeactivated},
	{Reason: mfa.ReasonDisabled, Is: failForbidden},
	{Code: mfa.Unauthenticated, Is: failUnauthorized},
	{Code: mfa.Forbidden, Is: failNotAllowed},
}

package loginid

import (
	"net/http"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// catalogue is the one table from our errors to theirs.
var catalogue = endpoint.Catalogue[op, failure]{
	{Reason: endpoint.ReasonBodyTooLarge, Is: failTooLarge},
	{Op: opRegister, Code: mfa.Limited, Is: failure{http.StatusTooManyRequests, "too_manny_registration_attempts"}}, // as the clients spell it
	{Code: mfa.Limited, Is: failLimited},
	{Code: mfa.Unavailable, Is: failUnavailable},
	{Code: mfa.Internal, Is: failUnexpected},
	{Reason: mfa.ReasonUserSuspended, Is: failDeactivated},
	{Reason: mfa.ReasonDisabled, Is: failForbidden},
	{Reason: mfa.ReasonUserExists, Is: failTaken},
	{Reason: mfa.ReasonNoPasskey, Is: failNoCredential},
	{Reason: mfa.ReasonNotAuthorized, Is: failNotAllowed},
	{Code: mfa.Invalid, Field: "username", Is: failNameInvalid},

	{Op: opEnroll, Reason: mfa.ReasonCeremony, Is: failRequest},
	{Op: opEnroll, Code: mfa.Conflict, Is: failNotCreated},
	{Op: opEnroll, Code: mfa.NotFound, Is: failNoUser},
	{Op: opEnroll, Code: mfa.Invalid, Is: failAttestation},

	{Op: opCode, Reason: mfa.ReasonCodeWrong, Is: failNoCode},
	{Op: opCode, Code: mfa.Expired, Is: failCodeExpired},
	{Op: opCode, Code: mfa.Replayed, Is: failCodeWrong},

	{Op: opPassword, Reason: mfa.ReasonPasswordWrong, Is: failCredential},

	{Op: opConfirm, Code: mfa.NotFound, Is: failMissing},
	{Op: opConfirm, Code: mfa.Conflict, Is: failMissing},
	{Op: opConfirm, Code: mfa.Expired, Is: failMissing},
	{Op: opTxProve, Reason: mfa.ReasonNotPending, Is: failMissing},
	{Op: opTxProve, Code: mfa.Expired, Is: failMissing},
	{Op: opTxProve, Code: mfa.NotFound, Is: failMissing},
	{Op: opTxProve, Code: mfa.Invalid, Is: failProof},
	{Op: opTxProve, Code: mfa.Replayed, Is: failMissing},
	{Op: opTxProve, Reason: mfa.ReasonPasskeyRevoked, Is: failProof},

	{Op: opProve, Reason: mfa.ReasonFull, Is: failNotAllowed}, // a proof that ends in a code, and there are too many
	{Op: opProve, Code: mfa.Invalid, Is: failProof},
	{Op: opProve, Code: mfa.Replayed, Is: failProof},
	{Op: opProve, Code: mfa.Expired, Is: failProof},
	{Op: opProve, Code: mfa.Conflict, Is: failProof},
	{Op: opProve, Reason: mfa.ReasonPasskeyRevoked, Is: failProof},
	{Op: opProve, Reason: mfa.ReasonCeremony, Is: failProof},
	{Op: opProve, Reason: mfa.ReasonKeyWrong, Is: failProof},

	{Op: opCredential, Code: mfa.NotFound, Is: failNoCredential},
	{Op: opDeleteUser, Code: mfa.Conflict, Is: failNotDeleted},
	{Op: opActivate, Code: mfa.Conflict, Is: failNotActivated},
	{Op: opDeactivate, Code: mfa.Conflict, Is: failNotDeactivate},

	{Code: mfa.Unauthenticated, Is: failUnauthorized},
	{Code: mfa.Forbidden, Is: failNotAllowed},
	{Code: mfa.NotFound, Is: failNoUser},
	{Code: mfa.Conflict, Is: failNotAllowed},
	{Code: mfa.Expired, Is: failRequest},
	{Code: mfa.Replayed, Is: failRequest},
	{Code: mfa.Invalid, Is: failValidation},
}

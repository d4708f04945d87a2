package passkeys

import "github.com/twinseal/twinseal/internal/mfa"

// The refusals of this package; those of the signature itself are the factor's.
var (
	errTaken          = refuse(mfa.Conflict, mfa.ReasonPasskeyTaken, "this passkey is registered already")
	errCeremony       = refuse(mfa.NotFound, mfa.ReasonCeremony, "there is no such registration, or it is over; begin again")
	errLate           = refuse(mfa.Expired, mfa.ReasonCeremony, "too much time has passed; begin again")
	errNoRelyingParty = refuse(mfa.Forbidden, mfa.ReasonNoRelyingParty, "the application has no relying party; set one up to use passkeys")
	errNoPasskey      = refuse(mfa.NotFound, mfa.ReasonNoPasskey, "the user has no passkey for this relying party")
	errRevoked        = refuse(mfa.Forbidden, mfa.ReasonPasskeyRevoked, "this passkey was revoked")
	errForeign        = refuse(mfa.Invalid, mfa.ReasonPasskeyCredential, "this passkey is not one of the user's")
	errChallenge      = refuse(mfa.Invalid, mfa.ReasonPasskeyChallenge, "the signature is for another challenge")
	errCounter        = refuse(mfa.Invalid, mfa.ReasonPasskeyCounter, "the passkey's counter went back; it may have been copied")
	errReplayed       = refuse(mfa.Replayed, "", "this signature was used before")
	errTransaction    = refuse(mfa.Conflict, mfa.ReasonNotPending, "the transaction is not pending any more")
	errAnswered       = refuse(mfa.Conflict, mfa.ReasonNotPending, "the request is not pending any more")
	errOrigin         = refuse(mfa.Invalid, mfa.ReasonPasskeyOrigin, "the page belongs to no relying party that could answer this; open it where your passkey is from")
	errSynced         = refuse(mfa.Invalid, mfa.ReasonPolicyUnmet, "the request demands a passkey that stays on its device, and the user has none here")
	errBusy           = refuse(mfa.Unavailable, "", "the passkey is being used elsewhere at this moment; try again")
)

func refuse(code mfa.Code, reason mfa.Reason, message string) *mfa.Error {
	return &mfa.Error{Code: code, Reason: reason, Message: message}
}

func internal(message string, cause error) *mfa.Error {
	return &mfa.Error{Code: mfa.Internal, Message: message, Cause: cause}
}

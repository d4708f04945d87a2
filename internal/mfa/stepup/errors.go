package stepup

import "github.com/twinseal/twinseal/internal/mfa"

// The refusals of this package.
var (
	errNobody           = refuse(mfa.Invalid, "", "the request names no user; begin with an action of theirs")
	errOver             = refuse(mfa.Conflict, mfa.ReasonNotPending, "the action was blocked, is under review or has failed, and no proof moves it; begin another one")
	errMayNotAdd        = refuse(mfa.Forbidden, mfa.ReasonNotAuthorized, "the user has authenticators already; prove the action by one of them before another is added")
	errMayNotUpdate     = refuse(mfa.Forbidden, mfa.ReasonNotAuthorized, "prove the action before an authenticator is changed")
	errMayNotRemove     = refuse(mfa.Forbidden, mfa.ReasonNotAuthorized, "prove the action before an authenticator is removed")
	errNotOffered       = refuse(mfa.Forbidden, mfa.ReasonFeatureOff, "the application does not offer this")
	errMethodOff        = refuse(mfa.Forbidden, mfa.ReasonFeatureOff, "the method is not an enabled verification method of the application")
	errMethodNotAllowed = refuse(mfa.Forbidden, mfa.ReasonFeatureOff, "the action does not allow this method")
	errNoAddress        = &mfa.Error{Code: mfa.Invalid, Reason: mfa.ReasonNoPhone, Field: "phoneNumber", Message: "the user has no phone number to which a code could go"}
	errNoMail           = &mfa.Error{Code: mfa.Invalid, Reason: mfa.ReasonNoEmail, Field: "email", Message: "the user has no e-mail address to which a code could go"}
	errLandline         = &mfa.Error{Code: mfa.Invalid, Reason: mfa.ReasonLandline, Field: "phoneNumber", Message: "messages cannot be sent to a landline"}
	errCountry          = &mfa.Error{Code: mfa.Invalid, Reason: mfa.ReasonCountryInvalid, Field: "phoneNumber", Message: "the application sends no messages to numbers of this country"}
	errNoHook           = refuse(mfa.Forbidden, mfa.ReasonFeatureOff, "messages by WhatsApp travel by a hook of the application's own, and it has named none")
	errNotSent          = refuse(mfa.Unavailable, "", "the message could not be sent; try again")
	errFull             = refuse(mfa.Conflict, mfa.ReasonFull, "the user has as many of these as a person may have; remove one first")
	errNoPrompt         = mfa.Missing("challenge")
	errPromptOver       = refuse(mfa.Conflict, mfa.ReasonNotPending, "the challenge was answered, or is over; begin another one")
	errNoDevice         = refuse(mfa.Invalid, mfa.ReasonNoDevice, "the user has no phone or app that could be asked")
	errNoKey            = mfa.Missing("authenticator")
	errKeyElsewhere     = refuse(mfa.Conflict, "", "the key is enrolled for somebody already; make another")
	errAttestation      = refuse(mfa.Forbidden, mfa.ReasonFeatureOff, "the application wants apps to be attested, which this server cannot check; switch that off to enrol keys of apps")
	errSignature        = refuse(mfa.Unauthenticated, mfa.ReasonKeyWrong, "the signature is not by this key, or of another message")
	errUnknownPasskey   = refuse(mfa.NotFound, mfa.ReasonPasskeyCredential, "nobody has this passkey here")
	errNotByServer      = &mfa.Error{Code: mfa.Invalid, Field: "verificationMethod", Message: "codes go by SMS, WHATSAPP or EMAIL_OTP"}
	errTooLong          = &mfa.Error{Code: mfa.Invalid, Message: "one of the texts is too long"}
	errUnverified       = &mfa.Error{Code: mfa.Invalid, Field: "challengeId", Message: "the challenge was not verified yet"}
	errOtherAction      = &mfa.Error{Code: mfa.Invalid, Field: "action", Message: "the token is of another action"}
	errKeyTaken         = refuse(mfa.Conflict, "", "the user has an action of this key already, which was begun otherwise; begin a new challenge")
	errNameless         = refuse(mfa.Forbidden, mfa.ReasonNotAuthorized, "the application knows this user by no id of its own; let it name the user first")
	errNotProved        = refuse(mfa.Forbidden, mfa.ReasonNotAuthorized, "prove the action first")
	errUntrusted        = refuse(mfa.Unauthenticated, "", "the device is not remembered")
	errBusy             = refuse(mfa.Unavailable, "", "the authenticators changed at this moment; try again")
)

func refuse(code mfa.Code, reason mfa.Reason, message string) *mfa.Error {
	return &mfa.Error{Code: code, Reason: reason, Message: message}
}

func internal(message string, cause error) *mfa.Error {
	return &mfa.Error{Code: mfa.Internal, Message: message, Cause: cause}
}

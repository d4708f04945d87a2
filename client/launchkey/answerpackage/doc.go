// Package answerpackage is the sealed part of an answer to a LaunchKey
// authorization request: what the person answered, how the device made sure of
// them, and what it was asked to make sure of. The device encrypts it to a key
// of the application; servers in between carry it and cannot read it.
//
// It exists twice in every answer. The older package, plain RSA-OAEP, says yes
// or no; the newer one, a JWE, says everything. Devices make both with [Seal],
// SDKs open the newer with [Open], and the older with [OpenLegacy] where the
// newer is missing. Both sides are here so that they cannot disagree.
package answerpackage

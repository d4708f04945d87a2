package authsignal

import (
	"net/http"
	"slices"

	"github.com/twinseal/twinseal/internal/mfa"
)

// clientRoutes are the client's API: what browsers and phones call. Calls of phones that prove themselves by a key need
// the tenant's name alone.
func clientRoutes() []route {
	return slices.Concat(passkeyRoutes(), codeRoutes(), waitingRoutes(), keyRoutes())
}

func passkeyRoutes() []route {
	const get, post = http.MethodGet, http.MethodPost
	begin, ask := taking((*Dialect).beginPasskey), taking((*Dialect).askPasskey)
	challenge := taking((*Dialect).challenge)
	return []route{
		{method: post, path: "/client/challenge", demand: byEither, answer: challenge},
		{method: post, path: "/client/challenge/web", demand: byEither, answer: web(challenge)},
		{method: get, path: "/client/authenticators", demand: byBearer, answer: (*Dialect).listMethods},
		{method: get, path: "/client/user-authenticators", demand: byEither, answer: withToken((*Dialect).listAuthenticators)},

		{method: post, path: "/client/user-authenticators/passkey/registration-options", demand: byBearer, answer: begin},
		{method: post, path: "/client/user-authenticators/passkey/registration-options/web", demand: byEither, answer: web(withToken(bearing(begin)))},
		{method: post, path: "/client/user-authenticators/passkey", demand: byEither, answer: withToken(bearing(taking((*Dialect).finishPasskey)))},
		{method: get, path: "/client/user-authenticators/passkey", demand: byTenant, answer: (*Dialect).findPasskey},
		{method: post, path: "/client/user-authenticators/passkey/authentication-options", demand: byEither, answer: withChallenge(ask)},
		{method: post, path: "/client/user-authenticators/passkey/authentication-options/web", demand: byEither, answer: web(ask)},
		{method: post, path: "/client/verify/passkey", demand: byEither, answer: withChallenge(taking((*Dialect).checkPasskey))},

		{method: post, path: "/client/user-authenticators/security-key/registration-options", demand: byBearer, answer: (*Dialect).beginSecurityKey},
		{method: post, path: "/client/user-authenticators/security-key", demand: byBearer, answer: taking((*Dialect).finishSecurityKey)},
		{method: post, path: "/client/user-authenticators/security-key/authentication-options", demand: byBearer, answer: (*Dialect).askSecurityKey},
		{method: post, path: "/client/verify/security-key", demand: byBearer, answer: taking((*Dialect).checkSecurityKey)},

		{method: get, path: "/client/public/{tenantId}/.well-known/jwks", demand: byNobody, answer: (*Dialect).publicKeys},
		{method: get, path: "/fp/tags.js", demand: byNobody, answer: (*Dialect).noProfile},
		{method: get, path: "/fp/tags", demand: byNobody, answer: (*Dialect).noProfile},
	}
}

func codeRoutes() []route {
	const post = http.MethodPost
	out := []route{
		{method: post, path: "/client/user-authenticators/totp", demand: byBearer, answer: (*Dialect).beginTOTP},
		{method: post, path: "/client/verify/totp", demand: byBearer, answer: checkTOTP()},
		{method: post, path: "/client/verify/email-magic-link/finalize", demand: byBearer, answer: (*Dialect).pollLink},
	}
	for _, by := range []struct {
		word   string
		method mfa.Method
	}{{"email-otp", mfa.MethodEmailOTP}, {"sms", mfa.MethodSMS}, {"whatsapp", mfa.MethodWhatsApp}, {"email-magic-link", mfa.MethodMagicLink}} {
		out = append(out, route{method: post, path: "/client/challenge/" + by.word, demand: byBearer, answer: sendCode(by.method)})
		if by.method != mfa.MethodWhatsApp { // which goes to the number that the user has
			out = append(out, route{method: post, path: "/client/user-authenticators/" + by.word, demand: byBearer, answer: enrolAddress(by.method)})
		}
		if by.method != mfa.MethodMagicLink {
			out = append(out, route{method: post, path: "/client/verify/" + by.word, demand: byBearer, answer: checkCode(by.method)})
		}
	}
	return out
}

// waitingRoutes are of what a page waits for while its person answers elsewhere.
func waitingRoutes() []route {
	const post = http.MethodPost
	return []route{
		{method: post, path: "/client/challenge/push", demand: byBearer, answer: taking((*Dialect).startPush)},
		{method: post, path: "/client/verify/push", demand: byBearer, answer: taking((*Dialect).checkPush)},
		{method: post, path: "/client/challenge/qr-code", demand: byEither, answer: taking((*Dialect).startQR)},
		{method: post, path: "/client/verify/qr-code", demand: byEither, answer: taking((*Dialect).checkQR)},
	}
}

// keyRoutes are of apps' keys. The groups differ in what a key of them does; older apps call the last two by one name.
func keyRoutes() []route {
	const get, post = http.MethodGet, http.MethodPost
	out := pushKeyRoutes()
	for _, group := range []struct {
		word string
		use  mfa.Method
	}{{"push", mfa.MethodPush}, {"qr-code", mfa.MethodQRCode}, {"in-app", mfa.MethodInApp}, {"device", mfa.MethodDevice}} {
		path, use := "/client/user-authenticators/"+group.word, group.use
		out = append(out,
			route{method: get, path: path, demand: byTenant, answer: findKey(use)},
			route{method: post, path: path, demand: byBearer, answer: addKey(use)},
			route{method: post, path: path + "/remove", demand: byTenant, answer: removeKey(use)},
		)
		if use != mfa.MethodInApp {
			out = append(out, route{method: post, path: path + "/challenge", demand: byTenant, answer: answerByKey(use)})
		}
		if use == mfa.MethodQRCode || use == mfa.MethodDevice {
			out = append(out, route{method: post, path: path + "/challenge/claim", demand: byTenant, answer: claimByKey(use)})
		}
		if use == mfa.MethodInApp || use == mfa.MethodDevice {
			out = append(out, route{method: post, path: "/client/verify/" + group.word, demand: byEither, answer: verifyInApp(use)})
		}
	}
	return out
}

func pushKeyRoutes() []route {
	const group, push = "/client/user-authenticators/push", mfa.MethodPush
	return []route{
		{method: http.MethodGet, path: group + "/challenge", demand: byTenant, answer: waitingFor(push)},
		{method: http.MethodGet, path: "/client/user-authenticators/device/challenge", demand: byTenant, answer: waitingFor(mfa.MethodDevice)},
		{method: http.MethodPost, path: group + "/challenge/sign", demand: byTenant, answer: readMessage(push)},
		{method: http.MethodPost, path: group + "/sign", demand: byTenant, answer: beginChange(push)},
		{method: http.MethodPatch, path: group, demand: byTenant, answer: changeKey(push)},
	}
}

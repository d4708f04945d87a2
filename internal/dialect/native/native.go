// Package native speaks Twinseal's own API. For now that is the device protocol, which authenticators use, what
// passkeys do in pages of their relying parties, and the receipts that applications fetch; package api holds its wire
// types and docs/authenticator-protocol.md describes it for people who write an authenticator.
package native

import (
	"context"
	"net/http"
	"path"
	"strings"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/devices"
	"github.com/twinseal/twinseal/internal/mfa/joins"
	"github.com/twinseal/twinseal/internal/mfa/passkeys"
	"github.com/twinseal/twinseal/internal/mfa/phonelinks"
	"github.com/twinseal/twinseal/internal/mfa/sessions"
)

// Options are what the dialect needs besides the domain.
type Options struct {
	// ServerKey is the public key that seals receipts.
	ServerKey api.JWK
	// PushKey is the VAPID public key, base64url; "" when the server sends no Web Push.
	PushKey string
	// Passkeys are the rules of passkeys; nil where there are none.
	Passkeys *passkeys.Service
	// Logos gives the pictures that applications name; nil where there are none.
	Logos Logos
	// Attestor judges what makers say of devices; nil: nobody does, and it is not kept.
	Attestor mfa.DeviceAttestor
}

// Logos gives pictures as PNG, made small and harmless.
type Logos interface {
	// Logo fails for addresses behind which there is no picture that it could show.
	Logo(ctx context.Context, url string) ([]byte, error)
}

// preflight tells browsers what pages of other origins may send.
var preflight = endpoint.PreflightAnyone("GET, POST, PUT, PATCH, DELETE", "content-type, dpop")

// Dialect is the native front door.
type Dialect struct {
	service    *mfa.Service
	logins     *sessions.Service
	phonelinks *phonelinks.Service
	devices    *devices.Service
	joins      *joins.Service
	options    Options
	pages      endpoint.Pages
	held       endpoint.Held[mfa.AuthenticatorID]
}

// New returns the front door to a service.
func New(service *mfa.Service, options Options) *Dialect {
	return &Dialect{service: service, logins: sessions.New(service), phonelinks: phonelinks.New(service), devices: devices.New(service), joins: joins.New(service), options: options, pages: endpoint.Pages{
		Known: service.OriginKnown, Methods: "GET, POST", Headers: "content-type", // no cookies are used, so none are allowed
	}}
}

// PathReceipts is where applications fetch the receipts of what they asked.
const PathReceipts = "/api/v1/receipts/{challenge}"

// Prefix is where everything of this dialect lives.
const Prefix = "/api/v1/"

// Handler answers everything below [Prefix].
func (d *Dialect) Handler(server *endpoint.Server) http.Handler {
	h := &endpoint.Handler{Server: server, Door: "native", Render: d.renderError, MaxBody: api.MaxDeviceBody}
	// Every request of a device is signed, and no cookie lets one in by itself. So the authenticator of one server
	// may hold accounts of another.
	signed := &endpoint.Handler{Server: server, Door: "native", Render: d.renderError, MaxBody: api.MaxDeviceBody, Anyone: true}
	mux := http.NewServeMux()
	for _, route := range d.routes() {
		mux.Handle(route.pattern, signed.Route(route.pattern, route.answer))
	}
	for _, route := range append(d.passkeyRoutes(), route{"GET " + PathReceipts, d.applicationReceipt}) {
		mux.Handle(route.pattern, h.Route(route.pattern, route.answer))
	}
	unknown := h.Route("unknown", unknownRoute(mux))
	mux.Handle("/", unknown)
	for _, all := range []string{api.DevicePrefix, api.DevicePrefix + "/"} {
		mux.Handle(all, signed.Route("unknown", unknownRoute(mux)))
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !plainPath(r) {
			unknown.ServeHTTP(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// plainPath reports whether the mux would take the path as it is. It redirects others, with a doubled slash or
// a dot segment, but a signed request is for one address.
func plainPath(r *http.Request) bool {
	escaped := r.URL.EscapedPath()
	return path.Clean(escaped) == strings.TrimSuffix(escaped, "/")
}

type route struct {
	pattern string
	answer  endpoint.Func
}

func (d *Dialect) routes() []route {
	return []route{
		{"POST " + api.PathLinks, d.link},
		{"OPTIONS " + api.DevicePrefix + "/", preflight},
		{"OPTIONS " + api.DevicePrefix, preflight},
		{"POST " + api.PathPhoneLinks, d.startPhoneLink},
		{"POST " + api.PathPhoneLink, d.finishPhoneLink},
		{"GET " + api.PathDevice, d.device(d.account)},
		{"PATCH " + api.PathDevice, d.device(d.rename)},
		{"DELETE " + api.PathDevice, d.device(d.unlink)},
		{"GET " + api.PathDevices, d.device(d.listDevices)},
		{"DELETE " + api.PathOtherDevice, d.device(d.unlinkOther)},
		{"GET " + api.PathBranding, d.device(d.brandingLogo)},
		{"POST " + api.PathRecoveryLink, d.recover},
		{"GET " + api.PathRecovery, d.device(d.recoveryLeft)},
		{"POST " + api.PathRecovery, d.device(d.renewRecovery)},
		{"POST " + api.PathJoins, d.device(d.startJoin)},
		{"GET " + api.PathJoin, d.device(d.join)},
		{"DELETE " + api.PathJoin, d.device(d.withdrawJoin)},
		{"POST " + api.PathJoinAnswer, d.device(d.answerJoin)},
		{"GET " + api.PathPushKey, d.device(d.pushKey)},
		{"PUT " + api.PathPush, d.device(d.subscribe)},
		{"DELETE " + api.PathPush, d.device(d.unsubscribe)},
		{"GET " + api.PathChallenges, d.foreseeing(plainList, d.challenges)},
		{"GET " + api.PathChallenge, d.foreseeing(namedChallenge, d.challenge)},
		{"POST " + api.PathChallengeAnswer, d.foreseeing(namedChallenge, d.answer)},
		{"GET " + api.PathChallengeLogo, d.foreseeing(namedChallenge, d.challengeLogo)},
		{"GET " + api.PathReceipt, d.device(d.deviceReceipt)},
		{"GET " + api.PathSessions, d.device(d.sessions)},
		{"DELETE " + api.PathSession, d.device(d.endSession)},
		{"GET " + api.PathStream, d.device(d.stream)},
	}
}

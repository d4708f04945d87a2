package native

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net"
	"net/http"
	"strings"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/passkeys"
)

// passkeyRoutes are called by pages of the relying parties' origins, and by the page that the server has itself.
func (d *Dialect) passkeyRoutes() []route {
	if d.options.Passkeys == nil {
		return nil
	}
	return []route{
		{"OPTIONS " + api.PasskeyPrefix + "/", d.pages.Preflight},
		{"POST " + api.PathPasskeyLinks, d.pages.Shared(d.startPasskey)},
		{"POST " + api.PathPasskeyLink, d.pages.Shared(d.finishPasskey)},
		{"GET " + api.PathApproval, d.pages.Shared(d.approval)},
		{"POST " + api.PathApproval, d.pages.Shared(d.startApproval)},
		{"POST " + api.PathApprovalAnswer, d.pages.Shared(d.finishApproval)},
	}
}

// shared reports whether pages of other origins read answers there, and so refusals too. Of a request that has waited
// there may be nothing left; none of these do.
func shared(r *endpoint.Request) bool {
	return r.Request != nil && r.URL != nil && strings.HasPrefix(r.URL.Path, api.PasskeyPrefix+"/")
}

// WellKnown answers [api.PathRelatedOrigins] for the host that is asked.
func (d *Dialect) WellKnown(server *endpoint.Server) http.Handler {
	h := &endpoint.Handler{Server: server, Door: "native", Render: d.renderError}
	mux := http.NewServeMux()
	mux.Handle("GET "+api.PathRelatedOrigins, h.Route("GET "+api.PathRelatedOrigins, d.relatedOrigins))
	mux.Handle("/", h.Route("unknown", unknownRoute(mux)))
	return mux
}

func (d *Dialect) relatedOrigins(ctx context.Context, r *endpoint.Request) (endpoint.Response, error) {
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	origins, err := d.service.RelatedOrigins(ctx, strings.ToLower(host))
	if err != nil {
		return endpoint.Response{}, err
	}
	if len(origins) == 0 {
		return endpoint.Response{}, problem(api.CodeNotFound, "no relying party of this name has related origins")
	}
	return endpoint.JSON(0, api.RelatedOrigins{Origins: origins})
}

// input reads the body of a request that nobody signed.
func input[T any](r *endpoint.Request) (T, error) {
	var in T
	body, err := r.Bytes()
	if err != nil {
		return in, err
	}
	return in, decode(r, body, &in)
}

func (d *Dialect) startPasskey(ctx context.Context, r *endpoint.Request) (endpoint.Response, error) {
	in, err := input[api.PasskeyLinkRequest](r)
	if err != nil {
		return endpoint.Response{}, err
	}
	begun, err := d.options.Passkeys.BeginLink(ctx, passkeys.BeginLink{
		Code: in.Code, Name: in.Name, Origin: r.Header.Get("Origin"), Source: source(r),
	})
	if err != nil {
		return endpoint.Response{}, err
	}
	return endpoint.JSON(0, api.PasskeyLinkStarted{ID: string(begun.ID), ExpiresAt: stamp(begun.ExpiresAt), Options: creationOptions(begun)})
}

func creationOptions(r passkeys.Registration) api.CreationOptions {
	out := api.CreationOptions{
		Challenge: base64url(r.Challenge), RP: api.RelyingParty{ID: r.RelyingParty.ID, Name: r.RelyingParty.Name},
		User:               api.CredentialUser{ID: base64url(r.UserHandle), Name: r.Name, DisplayName: r.DisplayName},
		ExcludeCredentials: descriptors(r.Exclude), Attestation: r.Attestation, Timeout: passkeys.Timeout.Milliseconds(),
		AuthenticatorSelection: api.AuthenticatorSelection{
			ResidentKey: r.ResidentKey, RequireResidentKey: r.ResidentKey == passkeys.Required, UserVerification: r.UserVerification,
		},
	}
	for _, algorithm := range r.Algorithms {
		out.PubKeyCredParams = append(out.PubKeyCredParams, api.CredentialParameters{Type: publicKey, Alg: algorithm})
	}
	return out
}

func requestOptions(s passkeys.SignIn) api.RequestOptions {
	return api.RequestOptions{
		Challenge: base64url(s.Challenge), RPID: s.RelyingParty.ID, AllowCredentials: descriptors(s.Allow),
		UserVerification: s.UserVerification, Timeout: passkeys.Timeout.Milliseconds(),
	}
}

// publicKey is the only type of credentials that there is.
const publicKey = "public-key"

func descriptors(list []passkeys.Descriptor) []api.CredentialDescriptor {
	out := make([]api.CredentialDescriptor, 0, len(list))
	for _, one := range list {
		out = append(out, api.CredentialDescriptor{Type: publicKey, ID: base64url(one.ID), Transports: one.Transports})
	}
	return out
}

func base64url(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }

func (d *Dialect) finishPasskey(ctx context.Context, r *endpoint.Request) (endpoint.Response, error) {
	in, err := input[api.PasskeyMade](r)
	if err != nil {
		return endpoint.Response{}, err
	}
	made, err := readCredential(in.Credential)
	if err != nil {
		return endpoint.Response{}, err
	}
	out, err := d.options.Passkeys.FinishLink(ctx, passkeys.FinishLink{
		ID: mfa.CeremonyID(r.PathValue("id")), Name: in.Name, Source: source(r), UserAgent: r.UserAgent(),
		Registration: mfa.PasskeyRegistration{
			CredentialID: made.RawID, ClientData: made.Response.ClientData, Attestation: made.Response.Attestation, Transports: made.Response.Transports,
		},
	})
	if err != nil {
		return endpoint.Response{}, err
	}
	return endpoint.JSON(0, api.Passkey{
		ID: string(out.Authenticator.ID), Name: out.Authenticator.Name, Synced: out.Passkey.BackupEligible, CreatedAt: stamp(out.Authenticator.CreatedAt),
	})
}

// credential is what browsers' toJSON gives of a new credential or an assertion. They add members as they learn more, so
// unknown ones pass.
type credential struct {
	Type     string     `json:"type"`
	RawID    mfa.Octets `json:"rawId"`
	Response struct {
		ClientData        mfa.Octets `json:"clientDataJSON"`
		Attestation       mfa.Octets `json:"attestationObject"`
		AuthenticatorData mfa.Octets `json:"authenticatorData"`
		Signature         mfa.Octets `json:"signature"`
		UserHandle        mfa.Octets `json:"userHandle"`
		Transports        []string   `json:"transports"`
	} `json:"response"`
}

func readCredential(raw json.RawMessage) (credential, error) {
	var out credential
	if err := json.Unmarshal(raw, &out); err != nil || out.Type != publicKey {
		return out, &problemError{code: api.CodeInvalidRequest, detail: "the credential is not what a browser's toJSON gives", cause: err}
	}
	return out, nil
}

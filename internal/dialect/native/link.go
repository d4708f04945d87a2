package native

import (
	"context"
	"encoding/base32"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/receipt"
)

// maxPlatform bounds a platform's word.
const maxPlatform = 32

func (d *Dialect) link(ctx context.Context, r *endpoint.Request) (endpoint.Response, error) {
	var in api.LinkRequest
	proof, err := d.announced(ctx, r, &in, &in.Key)
	if err != nil {
		return endpoint.Response{}, err
	}
	device, err := d.newDevice(ctx, r, proof.Key, described{in.Name, in.Platform, in.Attestation})
	if err != nil {
		return endpoint.Response{}, err
	}
	switch {
	case (in.Code == "") == (in.Token == ""):
		return endpoint.Response{}, problem(api.CodeInvalidRequest, "give either a code or a token")
	case in.Code != "":
		return d.linkByCode(ctx, in.Code, device)
	default:
		return d.linked(d.service.LinkByInvite(ctx, in.Token, device))
	}
}

// announced reads a body that announces a key, which has to be the one that signed the request.
func (d *Dialect) announced(ctx context.Context, r *endpoint.Request, body any, key *api.JWK) (*receipt.Proof, error) {
	proof, raw, err := d.freshProof(ctx, r)
	if err != nil {
		return nil, err
	}
	if err := decode(r, raw, body); err != nil {
		return nil, err
	}
	if *key != api.JWK(proof.Key) {
		return nil, problem(api.CodeKeyMismatch, "the key in the body is not the one that signed the request")
	}
	return proof, nil
}

// freshProof checks and spends the proof of a key that no device holds yet.
func (d *Dialect) freshProof(ctx context.Context, r *endpoint.Request) (*receipt.Proof, []byte, error) {
	proof, body, err := d.proof(r)
	if err != nil {
		return nil, nil, err
	}
	return proof, body, d.service.SpendProof(ctx, spendable(r, proof))
}

// described is what a device says of itself.
type described struct {
	name, platform string
	attestation    *api.Attestation
}

// deviceName brings a name to the form in which lists show it.
func deviceName(name string) (string, error) {
	name = strings.TrimSpace(mfa.Showable(name))
	if name == "" || utf8.RuneCountInString(name) > api.MaxNameLength {
		return "", problem(api.CodeInvalidRequest, "the device's name must have 1 to 100 characters")
	}
	return name, nil
}

func (d *Dialect) newDevice(ctx context.Context, r *endpoint.Request, key receipt.JWK, is described) (mfa.NewDevice, error) {
	name, err := deviceName(is.name)
	if err != nil {
		return mfa.NewDevice{}, err
	}
	platform := strings.ToLower(strings.TrimSpace(is.platform))
	if !isWord(platform) {
		return mfa.NewDevice{}, problem(api.CodeInvalidRequest, "the platform must be a word such as android, ios, web or cli")
	}
	encoded, err := json.Marshal(key)
	if err != nil {
		return mfa.NewDevice{}, err
	}
	out := mfa.NewDevice{Key: encoded, Name: name, Platform: platform, Source: source(r), Binding: binding(r)}
	if d.options.Attestor != nil {
		var a mfa.Attestation
		if is.attestation != nil {
			a = mfa.Attestation{Format: is.attestation.Format, Statement: is.attestation.Statement}
		}
		out.Attested, err = d.options.Attestor.Attest(ctx, encoded, a)
	}
	return out, err
}

// isWord reports whether applications may show the platform anywhere.
func isWord(platform string) bool {
	return platform != "" && len(platform) <= maxPlatform && strings.Trim(platform, "abcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}

func (d *Dialect) linked(l mfa.Linked, err error) (endpoint.Response, error) {
	if err != nil {
		return endpoint.Response{}, err
	}
	return endpoint.JSON(0, api.LinkedAccount{
		Account: d.wireAccount(l, mfa.DeviceData{}),
		TOTP: &api.TOTP{
			Secret:    base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(l.Seed.Reveal()),
			Algorithm: l.TOTP.Algorithm, Digits: l.TOTP.Digits, Period: l.TOTP.Period, Issuer: l.TOTP.Issuer, Label: l.TOTP.Label,
		},
	})
}

func (d *Dialect) startPhoneLink(ctx context.Context, r *endpoint.Request) (endpoint.Response, error) {
	proof, body, err := d.freshProof(ctx, r)
	if err != nil {
		return endpoint.Response{}, err
	}
	var in api.PhoneLinkRequest
	if err := decode(r, body, &in); err != nil {
		return endpoint.Response{}, err
	}
	phone, err := mfa.ParseE164(in.Phone)
	if err != nil {
		return endpoint.Response{}, err
	}
	device, err := d.newDevice(ctx, r, proof.Key, described{in.Name, in.Platform, in.Attestation})
	if err != nil {
		return endpoint.Response{}, err
	}
	started, err := d.phonelinks.Start(ctx, phone, device)
	if err != nil {
		return endpoint.Response{}, err
	}
	return endpoint.JSON(0, api.PhoneLinkStarted{EnrollmentID: string(started.ID), ExpiresAt: stamp(started.ExpiresAt)})
}

func (d *Dialect) finishPhoneLink(ctx context.Context, r *endpoint.Request) (endpoint.Response, error) {
	proof, body, err := d.freshProof(ctx, r)
	if err != nil {
		return endpoint.Response{}, err
	}
	var in api.PhoneLinkCode
	if err := decode(r, body, &in); err != nil {
		return endpoint.Response{}, err
	}
	id := mfa.EnrollmentID(r.PathValue("enrollment"))
	linked, candidates, err := d.phonelinks.Finish(ctx, id, strings.TrimSpace(in.Code), mfa.DirectoryID(in.Directory), proof.Thumbprint, source(r))
	if candidates == nil {
		return d.linked(linked, err)
	}
	out := newProblem(api.CodeDirectoryRequired, "several directories know this number; send the code again with the id of one of them as directory")
	for _, c := range candidates.Directories {
		out.Directories = append(out.Directories, api.Named{ID: string(c.ID), Name: c.Name})
	}
	response, err := endpoint.JSON(out.Status, out)
	response.ContentType = api.ProblemMediaType
	return response, err
}

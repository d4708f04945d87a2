package native

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/passkeys"
	"github.com/twinseal/twinseal/policy"
	"github.com/twinseal/twinseal/receipt"
)

func challengeOf(r *endpoint.Request) mfa.ChallengeID {
	return mfa.ChallengeID(r.PathValue("challenge"))
}

// unknownChallenge names what is not there, where nothing else is missing.
func unknownChallenge(err error) error {
	if refusal, ok := errors.AsType[*mfa.Error](err); ok && refusal.Reason != "" {
		return err
	}
	return missing(api.CodeChallengeUnknown, err)
}

func (d *Dialect) approval(ctx context.Context, r *endpoint.Request) (endpoint.Response, error) {
	found, err := d.options.Passkeys.Question(ctx, challengeOf(r))
	if err != nil {
		return endpoint.Response{}, unknownChallenge(err)
	}
	out := api.Approval{ID: string(found.ID), State: api.ChallengeState(found.State), ServerTime: stamp(d.service.Now())}
	if found.State == mfa.ChallengePending {
		whole, err := wireChallenge(found)
		if err != nil {
			return endpoint.Response{}, err
		}
		out.Question, out.Logos = &whole.Question, whole.Logos
	}
	return endpoint.JSON(0, out)
}

func (d *Dialect) startApproval(ctx context.Context, r *endpoint.Request) (endpoint.Response, error) {
	in, err := input[api.ApprovalDecision](r)
	if err != nil {
		return endpoint.Response{}, err
	}
	evidence, err := readEvidence(in.Evidence)
	if err != nil {
		return endpoint.Response{}, err
	}
	begun, err := d.options.Passkeys.BeginApproval(ctx, passkeys.BeginApproval{
		Challenge: challengeOf(r), Origin: r.Header.Get("Origin"), Decision: receipt.Decision(in.Decision), Reason: in.Reason, Fraud: in.Fraud,
		Failure: policy.Failure(in.Failure), Evidence: evidence, Match: in.Match, Packages: in.Packages,
	})
	if err != nil {
		return endpoint.Response{}, unknownChallenge(err)
	}
	return endpoint.JSON(0, api.ApprovalStarted{Statement: begun.Statement, Options: requestOptions(begun.SignIn)})
}

// readEvidence reads what belongs into a statement; the statement holds it to its form.
func readEvidence(raw json.RawMessage) (*policy.Evidence, error) {
	if len(raw) == 0 {
		return nil, nil //nolint:nilnil // no policy, no evidence
	}
	var out policy.Evidence
	if err := json.Unmarshal(raw, &out); err != nil {
		return nil, &problemError{code: api.CodeInvalidRequest, detail: "the evidence is not what package policy writes", cause: err}
	}
	return &out, nil
}

func (d *Dialect) finishApproval(ctx context.Context, r *endpoint.Request) (endpoint.Response, error) {
	in, err := input[api.ApprovalAnswer](r)
	if err != nil {
		return endpoint.Response{}, err
	}
	signed, err := readCredential(in.Credential)
	if err != nil {
		return endpoint.Response{}, err
	}
	got, err := d.options.Passkeys.FinishApproval(ctx, passkeys.FinishApproval{
		Challenge: challengeOf(r), Statement: in.Statement, Packages: in.Packages, Source: source(r), UserAgent: r.UserAgent(),
		Assertion: mfa.PasskeyAssertion{
			CredentialID: signed.RawID, ClientData: signed.Response.ClientData, AuthenticatorData: signed.Response.AuthenticatorData,
			Signature: signed.Response.Signature, UserHandle: signed.Response.UserHandle,
		},
	})
	if err != nil {
		return endpoint.Response{}, unknownChallenge(err)
	}
	return endpoint.Bytes(0, contentJSON, got.Document), nil
}

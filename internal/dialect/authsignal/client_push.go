package authsignal

import (
	"context"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
)

// pushRequest asks the user's phones.
type pushRequest struct {
	Action          string `json:"action"`
	AuthenticatorID string `json:"userAuthenticatorId"` // "": all of them
}

// startPush asks them. Where more than one is asked the answer says which are.
func (d *Dialect) startPush(ctx context.Context, c *call, in *pushRequest) (endpoint.Response, error) {
	if err := c.sameAction(in.Action); err != nil {
		return endpoint.Response{}, err
	}
	pushed, err := d.stepup.StartPush(ctx, c.pass(), mfa.AuthenticatorID(in.AuthenticatorID), "")
	if err != nil {
		return endpoint.Response{}, err
	}
	type result struct {
		AuthenticatorID mfa.AuthenticatorID `json:"userAuthenticatorId"`
	}
	results := make([]result, 0, len(pushed.Asked))
	for _, id := range pushed.Asked {
		results = append(results, result{id})
	}
	return ok(struct {
		challengedAnswer

		Results []result `json:"deliveryResults"`
		// NumberMatch is for the page that waits to show. Clients that do not know it ignore it.
		NumberMatch string `json:"numberMatch,omitempty"`
	}{challengedAnswer{ChallengeID: pushed.Prompt.ID}, results, string(pushed.Number.Reveal())})
}

// waitedRequest asks after an answer that somebody gives elsewhere.
type waitedRequest struct {
	ChallengeID string `json:"challengeId"`
	DeviceCode  string `json:"deviceCode"`
}

// waitedAnswer says where that is.
type waitedAnswer struct {
	IsClaimed   *bool  `json:"isClaimed,omitempty"` // of pictures
	IsVerified  bool   `json:"isVerified"`
	IsConsumed  bool   `json:"isConsumed"`
	AccessToken string `json:"accessToken,omitempty"`
}

// waited words where an answer is that is waited for.
func (d *Dialect) waited(ctx context.Context, r stepup.Result) (waitedAnswer, error) {
	out := waitedAnswer{IsVerified: r.Verified, IsConsumed: r.Consumed}
	var err error
	if r.Verified {
		out.AccessToken, err = d.earned(ctx, r)
	}
	return out, err
}

// checkPush says whether a phone has answered.
func (d *Dialect) checkPush(ctx context.Context, c *call, in *waitedRequest) (endpoint.Response, error) {
	id, err := needPrompt(in.ChallengeID)
	if err != nil {
		return endpoint.Response{}, err
	}
	result, err := d.stepup.CheckPush(ctx, c.pass(), id)
	if err != nil {
		return endpoint.Response{}, err
	}
	out, err := d.waited(ctx, result)
	if err != nil {
		return endpoint.Response{}, err
	}
	return ok(out)
}

// startQR makes a picture for an app to read.
func (d *Dialect) startQR(ctx context.Context, c *call, in *qrWish) (endpoint.Response, error) {
	picture, err := d.picture(ctx, c, in)
	if err != nil {
		return endpoint.Response{}, err
	}
	return ok(struct {
		ChallengeID mfa.PromptID `json:"challengeId"`
		ExpiresAt   wireTime     `json:"expiresAt"`
		DeviceCode  string       `json:"deviceCode"`
	}{picture.Prompt.ID, wireTime(picture.Prompt.ExpiresAt), string(picture.DeviceCode.Reveal())})
}

// picture makes one for the token's action or, without a token, for one that whoever reads it makes.
func (d *Dialect) picture(ctx context.Context, c *call, in *qrWish) (stepup.Picture, error) {
	if err := c.sameAction(in.Action); err != nil {
		return stepup.Picture{}, err
	}
	return d.stepup.StartQR(ctx, c.pass(), in.Action, in.custom())
}

// checkQR says whether an app has read the picture and answered. Who holds the device code showed the picture, so no
// token is looked at.
func (d *Dialect) checkQR(ctx context.Context, c *call, in *waitedRequest) (endpoint.Response, error) {
	id, err := needPrompt(in.ChallengeID)
	if err != nil {
		return endpoint.Response{}, err
	}
	if in.DeviceCode == "" {
		return endpoint.Response{}, invalid("deviceCode is missing")
	}
	result, err := d.stepup.CheckQR(ctx, c.pass(), id, mfa.SecretText(in.DeviceCode))
	if err != nil {
		return endpoint.Response{}, err
	}
	out, err := d.waited(ctx, result)
	if err != nil {
		return endpoint.Response{}, err
	}
	out.IsClaimed = &result.Claimed
	return ok(out)
}

// challenge makes an id under which a passkey or an app's key answers. With a token and no action it is for an app that
// has itself attested; the nonce is what it has signed.
func (d *Dialect) challenge(ctx context.Context, c *call, in *anonymousRequest) (endpoint.Response, error) {
	if err := c.sameAction(in.Action); err != nil {
		return endpoint.Response{}, err
	}
	p, err := c.on(in.DeviceID)
	if err != nil {
		return endpoint.Response{}, err
	}
	prompt, err := d.stepup.Prompt(ctx, p, in.Action, in.Key)
	if err != nil {
		return endpoint.Response{}, err
	}
	out := challengedAnswer{ChallengeID: prompt.ID}
	if c.token != nil {
		out.Nonce = stepup.Nonce(prompt)
	}
	resp, err := ok(out)
	d.keepChallenge(c, &resp, string(prompt.ID))
	return resp, err
}

type anonymousRequest struct {
	Action   string `json:"action"`
	Key      string `json:"idempotencyKey"`
	DeviceID string `json:"deviceId"`
}

package authsignal

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
)

// otpRequest asks for a code to be sent to an address, whose user may not be known yet.
type otpRequest struct {
	ChallengeID        string          `json:"challengeId"`
	VerificationMethod string          `json:"verificationMethod"`
	Action             string          `json:"action"`
	IdempotencyKey     string          `json:"idempotencyKey"`
	UserID             string          `json:"userId"`
	Email              string          `json:"email"`
	PhoneNumber        string          `json:"phoneNumber"`
	SMSChannel         string          `json:"smsChannel"`
	Scope              string          `json:"scope"`
	Locale             string          `json:"locale"`
	DeviceID           string          `json:"deviceId"`
	IPAddress          string          `json:"ipAddress"`
	UserAgent          string          `json:"userAgent"`
	Custom             json.RawMessage `json:"custom"`
}

type challengeReply struct {
	ChallengeID    string `json:"challengeId"`
	IdempotencyKey string `json:"idempotencyKey"`
	ExpiresAt      int64  `json:"expiresAt"`
}

// channelWhatsApp is the word by which SMS travels another way.
const channelWhatsApp = "WHATSAPP"

// startChallenge sends a code. Old clients say the method in the path.
func startChallenge(word string) method {
	return taking(func(d *Dialect, ctx context.Context, c *call, in *otpRequest) (endpoint.Response, error) {
		if word != "" {
			in.VerificationMethod = word
		}
		m, err := in.method()
		if err != nil {
			return endpoint.Response{}, err
		}
		sent, err := d.stepup.Start(ctx, stepup.StartOTP{
			Caller: c.caller, PromptID: mfa.PromptID(in.ChallengeID), Method: m, Address: in.address(m), Code: in.Action,
			Key: in.IdempotencyKey, UserAlias: in.UserID, Scopes: strings.Fields(in.Scope), Locale: in.Locale,
			DeviceID: in.DeviceID, IP: in.IPAddress, UserAgent: in.UserAgent, Custom: object(in.Custom),
		})
		if err != nil {
			return endpoint.Response{}, err
		}
		return ok(challengeReply{string(sent.ID), sent.ActionKey, sent.ExpiresAt.Unix()})
	})
}

// method is the way in which the code travels, "" for a challenge that is sent again.
func (in *otpRequest) method() (mfa.Method, error) {
	if in.VerificationMethod == "" && in.ChallengeID != "" {
		return "", nil
	}
	m, err := readMethod(in.VerificationMethod)
	switch {
	case err != nil:
		return "", err
	case in.Action == "" && in.ChallengeID == "":
		return "", invalid("action is missing")
	case m == mfa.MethodSMS && in.SMSChannel == channelWhatsApp:
		return mfa.MethodWhatsApp, nil
	case m != mfa.MethodSMS && m != mfa.MethodWhatsApp && m != mfa.MethodEmailOTP:
		return "", invalid("verificationMethod is SMS, WHATSAPP or EMAIL_OTP")
	}
	return m, nil
}

func (in *otpRequest) address(m mfa.Method) string {
	if m == mfa.MethodEmailOTP {
		return in.Email
	}
	return in.PhoneNumber
}

type verifyRequest struct {
	ChallengeID      string `json:"challengeId"`
	VerificationCode string `json:"verificationCode"`
}

type verifyReply struct {
	IsVerified         bool   `json:"isVerified"`
	Email              string `json:"email,omitempty"`
	PhoneNumber        string `json:"phoneNumber,omitempty"`
	VerificationMethod string `json:"verificationMethod,omitempty"`
	FailureReason      string `json:"failureReason,omitempty"`
}

// verifyChallenge checks a code. A wrong one is a success of the call that says so.
func (d *Dialect) verifyChallenge(ctx context.Context, c *call, in *verifyRequest) (endpoint.Response, error) {
	if in.ChallengeID == "" {
		return endpoint.Response{}, invalid("challengeId is missing")
	}
	result, err := d.stepup.Verify(ctx, c.caller, mfa.PromptID(in.ChallengeID), in.VerificationCode)
	if mfa.IsCode(err, mfa.Expired) || mfa.IsCode(err, mfa.Replayed) {
		result, err = stepup.OTPResult{Failure: stepup.FailureInvalid}, nil
	}
	if err != nil {
		return endpoint.Response{}, err
	}
	out := verifyReply{IsVerified: result.Verified, FailureReason: failureWord(result.Failure)}
	if result.Verified {
		out.VerificationMethod = safeMethod(result.Prompt.Method)
		out.Email, out.PhoneNumber = addresses(result.Prompt.Method, result.Address)
	}
	return ok(out)
}

// addresses sorts an address by the method that uses it.
func addresses(m mfa.Method, address string) (email, phone string) {
	switch m {
	case mfa.MethodEmailOTP, mfa.MethodMagicLink:
		return address, ""
	case mfa.MethodSMS, mfa.MethodWhatsApp:
		return "", address
	}
	return "", ""
}

type claimRequest struct {
	ChallengeID           string          `json:"challengeId"`
	UserID                string          `json:"userId"`
	SkipVerificationCheck bool            `json:"skipVerificationCheck"`
	DeviceID              string          `json:"deviceId"`
	IPAddress             string          `json:"ipAddress"`
	UserAgent             string          `json:"userAgent"`
	Custom                json.RawMessage `json:"custom"`
}

type claimReply struct {
	Token              string `json:"token"`
	VerificationMethod string `json:"verificationMethod,omitempty"`
}

// claimChallenge gives a challenge to a user of the application's choice.
func (d *Dialect) claimChallenge(ctx context.Context, c *call, in *claimRequest) (endpoint.Response, error) {
	if in.ChallengeID == "" || in.UserID == "" {
		return endpoint.Response{}, invalid("challengeId and userId are needed")
	}
	result, err := d.stepup.Claim(ctx, stepup.Claimed{
		Caller: c.caller, PromptID: mfa.PromptID(in.ChallengeID), UserAlias: in.UserID, Unverified: in.SkipVerificationCheck,
		DeviceID: in.DeviceID, IP: in.IPAddress, UserAgent: in.UserAgent, Custom: object(in.Custom),
	})
	if err != nil {
		return endpoint.Response{}, err
	}
	token, err := d.mint(ctx, about{caller: c.caller, user: result.User, action: result.Action, scopes: result.Pass.Scopes})
	if err != nil {
		return endpoint.Response{}, err
	}
	return ok(claimReply{token, safeMethod(result.Method)})
}

// findRequest names a challenge, in the query or, from some clients, in a body; the query counts.
type findRequest struct {
	ChallengeID        string `json:"challengeId"`
	UserID             string `json:"userId"`
	Action             string `json:"action"`
	VerificationMethod string `json:"verificationMethod"`
}

type findReply struct {
	ChallengeID        string `json:"challengeId,omitempty"`
	ExpiresAt          int64  `json:"expiresAt,omitempty"`
	VerificationMethod string `json:"verificationMethod,omitempty"`
	SMSChannel         string `json:"smsChannel,omitempty"`
	PhoneNumber        string `json:"phoneNumber,omitempty"`
	Email              string `json:"email,omitempty"`
	Action             string `json:"action,omitempty"`
}

// findChallenge looks a challenge up. That there is none is no error: it says nothing of one.
func (d *Dialect) findChallenge(ctx context.Context, c *call, in *findRequest) (endpoint.Response, error) {
	found, err := d.prompt(ctx, c, in)
	if err != nil || found.ID == "" {
		return emptyOr(findReply{}, err)
	}
	out := findReply{ChallengeID: string(found.ID), ExpiresAt: found.ExpiresAt.Unix(), Action: found.ActionCode}
	out.Email, out.PhoneNumber = addresses(found.Method, string(found.To.Reveal()))
	if found.State != mfa.PromptPending {
		out.VerificationMethod = safeMethod(found.Method)
	}
	switch found.Method {
	case mfa.MethodSMS:
		out.SMSChannel = "DEFAULT"
	case mfa.MethodWhatsApp:
		out.SMSChannel = channelWhatsApp
	}
	return ok(out)
}

// findOld is the same for clients that were old when the other was made; they read the id alone.
func (d *Dialect) findOld(ctx context.Context, c *call) (endpoint.Response, error) {
	found, err := d.prompt(ctx, c, &findRequest{UserID: c.values[0]})
	return emptyOr(findReply{ChallengeID: string(found.ID)}, err)
}

func emptyOr(out findReply, err error) (endpoint.Response, error) {
	if err != nil {
		return endpoint.Response{}, err
	}
	return ok(out)
}

// prompt finds what a request names; its id is "" where nothing waits.
func (d *Dialect) prompt(ctx context.Context, c *call, in *findRequest) (mfa.Prompt, error) {
	query := c.request.URL.Query()
	for name, into := range map[string]*string{
		"challengeId": &in.ChallengeID, "userId": &in.UserID, "action": &in.Action, "verificationMethod": &in.VerificationMethod,
	} {
		if said := query.Get(name); said != "" {
			*into = said
		}
	}
	m, err := readMethod(in.VerificationMethod)
	if err != nil {
		return mfa.Prompt{}, err
	}
	found, err := d.stepup.Find(ctx, c.caller, stepup.FindOTP{
		PromptID: mfa.PromptID(in.ChallengeID), UserAlias: in.UserID, Code: in.Action, Method: m,
	})
	if mfa.IsCode(err, mfa.NotFound) {
		return mfa.Prompt{}, nil
	}
	return found, err
}

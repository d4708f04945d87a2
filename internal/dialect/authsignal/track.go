package authsignal

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/actions"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
)

// trackRequest tells of an action. All of it may be left out.
type trackRequest struct {
	IdempotencyKey     string          `json:"idempotencyKey"`
	RedirectURL        string          `json:"redirectUrl"`
	RedirectToSettings bool            `json:"redirectToSettings"`
	Email              string          `json:"email"`
	PhoneNumber        string          `json:"phoneNumber"`
	Username           string          `json:"username"`
	DeviceID           string          `json:"deviceId"`
	UserAgent          string          `json:"userAgent"`
	IPAddress          string          `json:"ipAddress"`
	Custom             json.RawMessage `json:"custom"`
	Scope              string          `json:"scope"`
	ChallengeID        string          `json:"challengeId"`
	Locale             string          `json:"locale"`
	CustomDomain       string          `json:"customDomain"`
}

type trackReply struct {
	State                       string       `json:"state"`
	IdempotencyKey              string       `json:"idempotencyKey"`
	RuleIDs                     []mfa.RuleID `json:"ruleIds"`
	URL                         string       `json:"url"`
	Token                       string       `json:"token"`
	IsEnrolled                  bool         `json:"isEnrolled"`
	EnrolledVerificationMethods []string     `json:"enrolledVerificationMethods"`
	AllowedVerificationMethods  []string     `json:"allowedVerificationMethods"`
	DefaultVerificationMethod   string       `json:"defaultVerificationMethod,omitempty"`
}

// track tells of an action, and of the page where its user may prove it.
func (d *Dialect) track(ctx context.Context, c *call, in *trackRequest) (endpoint.Response, error) {
	asked := actions.Track{
		Caller: c.caller, User: c.values[0], Code: c.values[1], Key: in.IdempotencyKey, Prompt: mfa.PromptID(in.ChallengeID),
		Request: mfa.ActionRequest{
			RedirectURL: in.RedirectURL, ToSettings: in.RedirectToSettings, Email: in.Email, Phone: in.PhoneNumber, Username: in.Username,
			DeviceID: in.DeviceID, UserAgent: in.UserAgent, IP: in.IPAddress, Locale: in.Locale, Scopes: strings.Fields(in.Scope),
			CustomDomain: customDomain(c.caller, in.CustomDomain), Custom: object(in.Custom),
		},
	}
	done, token, err := d.tracked(ctx, asked)
	if err != nil {
		return endpoint.Response{}, err
	}
	return ok(trackReply{
		State: stateWords[done.Action.State], IdempotencyKey: done.Action.Key, RuleIDs: listOf(done.Action.RuleIDs),
		URL: d.pageOf(c.caller, done.Action, token), Token: token, IsEnrolled: len(done.Enrolled) > 0,
		EnrolledVerificationMethods: safeMethods(done.Enrolled), AllowedVerificationMethods: safeMethods(done.Allowed),
		DefaultVerificationMethod: safeMethod(done.Default),
	})
}

// tracked tells of an action and makes a token for it, with the rights that were asked for.
func (d *Dialect) tracked(ctx context.Context, in actions.Track) (actions.Tracked, string, error) {
	scopes := []string{stepup.ScopeRead}
	for _, scope := range in.Request.Scopes {
		if slices.Contains(stepup.AllScopes(), scope) && !slices.Contains(scopes, scope) {
			scopes = append(scopes, scope)
		}
	}
	in.Request.Scopes = scopes
	done, err := d.actions.Track(ctx, in)
	if err != nil {
		return done, "", err
	}
	token, err := d.mint(ctx, about{
		caller: in.Caller, user: done.User, action: done.Action, username: done.Profile.Username, scopes: scopes,
	})
	return done, token, err
}

// customDomain is the origin that a request means, which names its host alone.
func customDomain(c *mfa.Caller, named string) string {
	if named == "" || strings.Contains(named, "://") {
		return named
	}
	settings := c.Application.StepUpSettings()
	if origin := "https://" + named; origin == settings.CustomDomain || slices.Contains(settings.CustomDomains, origin) {
		return origin
	}
	return named
}

// pagePath is the page on which people prove their actions. Its address always has a query, to which clients add theirs.
const pagePath = "/challenge"

// pageOf is the address of the page of an action.
func (d *Dialect) pageOf(c *mfa.Caller, a mfa.Action, token string) string {
	origin := a.Request.CustomDomain
	if origin == "" {
		origin = c.Application.StepUpSettings().CustomDomain
	}
	if origin == "" {
		origin = d.service.Options().PublicURL
	} else if !strings.Contains(origin, "://") {
		origin = "https://" + origin
	}
	return strings.TrimSuffix(origin, "/") + pagePath + "?token=" + url.QueryEscape(token)
}

// listOf is never nil, because some clients take the length of null.
func listOf[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

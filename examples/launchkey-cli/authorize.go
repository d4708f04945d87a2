package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/twinseal/twinseal/client/launchkey"
)

// errNotAuthorized ends a command whose question was answered by no: the answer
// is printed, and the exit code tells scripts.
var errNotAuthorized = errors.New("not authorized")

// authorizeFlags are what one request may ask beyond the user.
type authorizeFlags struct {
	context, title      string
	pushTitle, pushBody string
	ttl                 time.Duration
	methods             int
	factors             []string
	jailbreak           bool
	circles             []string
	reasons             []string
	noWait              bool
}

func authorizeCommand(c *connection) *cobra.Command {
	var a authorizeFlags
	cmd := &cobra.Command{
		Use: "authorize USER", Short: "Ask a person to approve, and wait for the answer", Args: cobra.ExactArgs(1),
		Example: `  launchkey-cli authorize jo --context "Log in to the shop"
  launchkey-cli authorize jo --factor knowledge --factor inherence --jailbreak-protection
  launchkey-cli authorize jo --methods 2 --circle 36.12,-115.17,150,Office
  launchkey-cli authorize jo --denial-reason "no:I changed my mind" --denial-reason "fraud:It was not me:fraud"`,
		RunE: func(cmd *cobra.Command, args []string) error { return authorize(cmd, c, args[0], a) },
	}
	f := cmd.Flags()
	f.StringVar(&a.context, "context", "", "`TEXT` below the service's name, at most 400 characters")
	f.StringVar(&a.title, "title", "", "`TEXT` above, at most 200 characters")
	f.StringVar(&a.pushTitle, "push-title", "", "`TEXT` of the push message's title")
	f.StringVar(&a.pushBody, "push-body", "", "`TEXT` of the push message")
	f.DurationVar(&a.ttl, "ttl", 0, "how long an answer is possible, 30s to 10m; the server's default otherwise")
	f.IntVar(&a.methods, "methods", 0, "demand so many different methods")
	f.StringArrayVar(&a.factors, "factor", nil, "demand a `FACTOR`: inherence, knowledge or possession; repeatable")
	f.BoolVar(&a.jailbreak, "jailbreak-protection", false, "refuse devices that were broken open")
	f.StringArrayVar(&a.circles, "circle", nil, "demand a place, `LAT,LON,METRES[,NAME]`; repeatable, one of them is enough")
	f.StringArrayVar(&a.reasons, "denial-reason", nil, "a reason to deny, `ID:TEXT[:fraud]`; two at least, one of them fraud")
	f.BoolVar(&a.noWait, "no-wait", false, "print the request and do not wait")
	return cmd
}

func authorize(cmd *cobra.Command, c *connection, user string, a authorizeFlags) error {
	question, err := a.question()
	if err != nil {
		return err
	}
	service, err := c.serviceClient()
	if err != nil {
		return err
	}
	request, err := service.CreateAuthorizationRequest(cmd.Context(), user, question)
	if err != nil {
		return err
	}
	if a.noWait {
		return c.show(cmd, request, facts{{"Request", string(request.ID)}, {"Devices", texts(request.DeviceIDs)}, {"Push package", request.PushPackage}})
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "Asked as %s. Waiting for the answer; Ctrl-C leaves it pending.\n", request.ID)
	answer, err := service.WaitAuthorization(cmd.Context(), request.ID)
	if err != nil {
		return err
	}
	return showAnswer(cmd, c, answer)
}

func (a authorizeFlags) question() (launchkey.NewAuthorization, error) {
	question := launchkey.NewAuthorization{
		Context: a.context, Title: a.title, PushTitle: a.pushTitle, PushBody: a.pushBody, TTL: a.ttl,
	}
	policy := launchkey.AuthPolicy{Methods: a.methods, JailbreakProtection: a.jailbreak}
	var err error
	if policy.Factors, err = parseFactors(a.factors); err != nil {
		return question, err
	}
	if policy.Fences, err = parseCircles(a.circles); err != nil {
		return question, err
	}
	if policy.Methods != 0 || policy.JailbreakProtection || len(policy.Factors)+len(policy.Fences) > 0 {
		question.Policy = &policy
	}
	for _, text := range a.reasons {
		reason, err := parseReason(text)
		if err != nil {
			return question, err
		}
		question.DenialReasons = append(question.DenialReasons, reason)
	}
	return question, nil
}

func parseReason(text string) (launchkey.DenialReason, error) {
	id, rest, ok := strings.Cut(text, ":")
	if !ok {
		return launchkey.DenialReason{}, fmt.Errorf("denial reason %q: write ID:TEXT, or ID:TEXT:fraud", text)
	}
	reason, fraud := strings.CutSuffix(rest, ":fraud")
	return launchkey.DenialReason{ID: id, Reason: reason, Fraud: fraud}, nil
}

func pollCommand(c *connection) *cobra.Command {
	var wait bool
	cmd := &cobra.Command{
		Use: "poll REQUEST", Short: "Look for the answer to a request", Args: cobra.ExactArgs(1),
		RunE: with(c.serviceClient, func(cmd *cobra.Command, args []string, service *launchkey.ServiceClient) error {
			look := service.AuthorizationResponse
			if wait {
				look = service.WaitAuthorization
			}
			answer, err := look(cmd.Context(), launchkey.AuthorizationID(args[0]))
			if errors.Is(err, launchkey.ErrPending) {
				return c.show(cmd, map[string]bool{"pending": true}, facts{{"Pending", "nobody has answered yet"}})
			}
			if err != nil {
				return err
			}
			return showAnswer(cmd, c, answer)
		}),
	}
	cmd.Flags().BoolVar(&wait, "wait", false, "wait until there is one")
	return cmd
}

func cancelCommand(c *connection) *cobra.Command {
	return &cobra.Command{
		Use: "cancel REQUEST", Short: "Withdraw a request that nobody has answered", Args: cobra.ExactArgs(1),
		RunE: with(c.serviceClient, func(cmd *cobra.Command, args []string, service *launchkey.ServiceClient) error {
			if err := service.CancelAuthorizationRequest(cmd.Context(), launchkey.AuthorizationID(args[0])); err != nil {
				return err
			}
			return c.done(cmd, "canceled")
		}),
	}
}

// showAnswer prints an answer; one that is no yes is an error too.
func showAnswer(cmd *cobra.Command, c *connection, answer *launchkey.AuthorizationResponse) error {
	found := facts{
		{"Authorized", yesNo(answer.Authorized)},
		{"Outcome", strings.ToLower(strings.Trim(string(answer.Type)+", "+string(answer.Reason), ", "))},
		{"Denial reason", answer.DenialReason},
		{"Request", string(answer.RequestID)},
		{"Device", string(answer.DeviceID)},
		{"Service pins", texts(answer.ServicePins)},
		{"User at the service", answer.ServiceUserHash},
		{"User at the organization", answer.OrganizationUserHash},
		{"User push id", answer.UserPushID},
		{"Methods passed", passed(answer.Methods)},
	}
	if answer.Policy != nil {
		found = append(found, [2]string{"Demanded", demanded(answer.Policy)})
	}
	if err := c.show(cmd, answer, found); err != nil {
		return err
	}
	if !answer.Authorized {
		return errNotAuthorized
	}
	return nil
}

func passed(methods []launchkey.Method) string {
	var names []launchkey.MethodName
	for _, m := range methods {
		if m.Passed != nil && *m.Passed {
			names = append(names, m.Name)
		}
	}
	return texts(names)
}

func demanded(p *launchkey.ResponsePolicy) string {
	var parts []string
	switch p.Requirement {
	case launchkey.RequirementAmount:
		parts = append(parts, fmt.Sprintf("%d methods", p.Amount))
	case launchkey.RequirementTypes:
		parts = append(parts, strings.ToLower(texts(p.Factors)))
	case launchkey.RequirementConditional:
		parts = append(parts, "what holds at the place")
	}
	for _, f := range p.Fences {
		parts = append(parts, place(f))
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, "; ")
}

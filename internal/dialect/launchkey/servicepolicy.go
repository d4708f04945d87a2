package launchkey

import (
	"context"
	"encoding/json"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/policy"
)

// policyRequest names a service, and the policy that it is to have.
type policyRequest struct {
	ID     member[string]          `json:"service_id"`
	Policy member[json.RawMessage] `json:"policy"`
}

func (c *call) policyRequest() (policyRequest, mfa.ApplicationID, error) {
	var in policyRequest
	if err := c.decode(&in); err != nil {
		return in, "", err
	}
	var k check
	id := k.id("service_id", in.ID)
	return in, mfa.ApplicationID(id), k.failed()
}

func (d *Dialect) setPolicy(ctx context.Context, c *call) (answer, error) {
	in, id, err := c.policyRequest()
	if err != nil {
		return answer{}, err
	}
	// That the service is there is said first, whatever the policy.
	if _, err := d.configuration.ApplicationIn(ctx, c.subject, id); err != nil {
		return answer{}, err
	}
	var k check
	raw := need(&k, "policy", in.Policy)
	if err := k.failed(); err != nil {
		return answer{}, err
	}
	shown, means, err := ReadPolicy(raw)
	if err != nil {
		return answer{}, badPolicy(err)
	}
	return d.keepPolicy(ctx, c, id, shown, &means)
}

// badPolicy says what is wrong with a policy; what it says repeats nothing of it.
func badPolicy(cause error) error {
	f := failPolicy
	f.detail = "The policy cannot be used: " + cause.Error() + "."
	return &refusal{failure: f, cause: cause}
}

func (d *Dialect) keepPolicy(ctx context.Context, c *call, id mfa.ApplicationID, shown json.RawMessage, means *policy.Policy) (answer, error) {
	_, err := d.configuration.UpdateApplication(ctx, c.subject, id, func(a *mfa.Application) error {
		set, err := settingsOf(*a)
		if err != nil {
			return err
		}
		set.Policy, a.Settings.Policy = shown, means
		a.Settings.Dialects, err = keep(a.Settings.Dialects, set)
		return err
	})
	if err != nil {
		return answer{}, err
	}
	return done()
}

func (d *Dialect) showPolicy(ctx context.Context, c *call) (answer, error) {
	_, id, err := c.policyRequest()
	if err != nil {
		return answer{}, err
	}
	a, err := d.configuration.ApplicationIn(ctx, c.subject, id)
	if err != nil {
		return answer{}, err
	}
	set, err := settingsOf(a)
	if err != nil {
		return answer{}, err
	}
	if len(set.Policy) == 0 {
		return found(blankPolicy)
	}
	return found(set.Policy)
}

func (d *Dialect) removePolicy(ctx context.Context, c *call) (answer, error) {
	_, id, err := c.policyRequest()
	if err != nil {
		return answer{}, err
	}
	return d.keepPolicy(ctx, c, id, nil, nil)
}

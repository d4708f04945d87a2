package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/twinseal/twinseal/client/launchkey"
)

// policyFlags describe a policy. Which kind it is follows from what is given.
type policyFlags struct {
	methods         int
	factors         []string
	circles         []string
	territories     []string
	inside, outside string
	times           []string
	legacy          bool
	denyRooted      bool
	denyEmulator    bool
}

func policyCommand(c *connection) *cobra.Command {
	cmd := &cobra.Command{Use: "policy", Short: "What a service demands of every answer: show, set, remove"}
	show := &cobra.Command{
		Use: "show SERVICE", Short: "Show the policy of a service", Args: cobra.ExactArgs(1),
		RunE: with(c.manager, func(cmd *cobra.Command, args []string, manager *launchkey.ServiceManager) error {
			policy, err := manager.ServicePolicy(cmd.Context(), launchkey.ServiceID(args[0]))
			if err != nil {
				return err
			}
			return c.show(cmd, map[string]any{"type": kindOf(policy), "policy": policy}, describe(policy))
		}),
	}
	remove := &cobra.Command{
		Use: "remove SERVICE", Short: "Take the policy of a service away", Args: cobra.ExactArgs(1),
		RunE: with(c.manager, func(cmd *cobra.Command, args []string, manager *launchkey.ServiceManager) error {
			if err := manager.RemoveServicePolicy(cmd.Context(), launchkey.ServiceID(args[0])); err != nil {
				return err
			}
			return c.done(cmd, "removed")
		}),
	}
	cmd.AddCommand(show, policySetCommand(c), remove)
	return cmd
}

func policySetCommand(c *connection) *cobra.Command {
	var p policyFlags
	cmd := &cobra.Command{
		Use: "set SERVICE", Short: "Give a service a policy, in place of the one it has", Args: cobra.ExactArgs(1),
		Example: `  launchkey-cli policy set SERVICE --methods 2 --deny-rooted
  launchkey-cli policy set SERVICE --factor knowledge --factor inherence --territory US,US-NV
  launchkey-cli policy set SERVICE --circle 36.12,-115.17,150,Office --inside 1 --outside knowledge,inherence
  launchkey-cli policy set SERVICE --legacy --time "Office hours/Mon,Tue,Wed,Thu,Fri/08:00-17:59/Europe/Berlin"`,
		RunE: func(cmd *cobra.Command, args []string) error {
			policy, err := p.policy()
			if err != nil {
				return err
			}
			manager, err := c.manager()
			if err != nil {
				return err
			}
			if err := manager.SetServicePolicy(cmd.Context(), launchkey.ServiceID(args[0]), policy); err != nil {
				return err
			}
			return c.done(cmd, "set")
		},
	}
	f := cmd.Flags()
	f.IntVar(&p.methods, "methods", 0, "demand so many different methods")
	f.StringArrayVar(&p.factors, "factor", nil, "demand a `FACTOR`: inherence, knowledge or possession; repeatable")
	f.StringArrayVar(&p.circles, "circle", nil, "a place, `LAT,LON,METRES[,NAME]`; repeatable, one of them is enough")
	f.StringArrayVar(&p.territories, "territory", nil, "a place, `COUNTRY[,AREA[,POSTAL]]`; repeatable")
	f.StringVar(&p.inside, "inside", "", "what the places demand: a number of methods, or factors with commas")
	f.StringVar(&p.outside, "outside", "", "what all other places demand, likewise")
	f.StringArrayVar(&p.times, "time", nil, "a part of the week, `NAME/DAYS/FROM-TO/ZONE`; needs --legacy")
	f.BoolVar(&p.legacy, "legacy", false, "a policy of the first kind, for older programs and for parts of the week")
	f.BoolVar(&p.denyRooted, "deny-rooted", false, "refuse devices that were broken open")
	f.BoolVar(&p.denyEmulator, "deny-emulator", false, "refuse simulated devices")
	return cmd
}

// policy is the one that the flags describe.
func (p policyFlags) policy() (launchkey.Policy, error) {
	factors, err := parseFactors(p.factors)
	if err != nil {
		return nil, err
	}
	circles, err := parseCircles(p.circles)
	if err != nil {
		return nil, err
	}
	switch {
	case p.legacy:
		return p.legacyPolicy(factors, circles)
	case len(p.times) > 0:
		return nil, errors.New("only policies of the first kind know parts of the week: add --legacy")
	}
	fences, err := fencesOf(circles, p.territories)
	if err != nil {
		return nil, err
	}
	switch {
	case p.inside != "" || p.outside != "":
		return p.conditional(fences)
	case len(factors) > 0 && p.methods > 0:
		return nil, errors.New("demand --methods or --factor, not both")
	case len(factors) > 0:
		return launchkey.FactorsPolicy{Factors: factors, Fences: fences, DenyRooted: p.denyRooted, DenyEmulator: p.denyEmulator}, nil
	default:
		return launchkey.MethodAmountPolicy{Amount: p.methods, Fences: fences, DenyRooted: p.denyRooted, DenyEmulator: p.denyEmulator}, nil
	}
}

func (p policyFlags) legacyPolicy(factors []launchkey.Factor, circles []launchkey.Circle) (launchkey.Policy, error) {
	if len(p.territories) > 0 || p.inside != "" || p.outside != "" || p.denyEmulator {
		return nil, errors.New("policies of the first kind know no territories, conditions and simulated devices")
	}
	policy := launchkey.LegacyPolicy{AuthPolicy: launchkey.AuthPolicy{
		Methods: p.methods, Factors: factors, Fences: circles, JailbreakProtection: p.denyRooted,
	}}
	for _, text := range p.times {
		fence, err := parseTimeFence(text)
		if err != nil {
			return nil, err
		}
		policy.TimeFences = append(policy.TimeFences, fence)
	}
	return policy, nil
}

func (p policyFlags) conditional(fences []launchkey.Fence) (launchkey.Policy, error) {
	if p.methods > 0 || len(p.factors) > 0 {
		return nil, errors.New("with --inside and --outside, these say what is demanded: leave --methods and --factor out")
	}
	inside, err := parseDemand(p.inside)
	if err != nil {
		return nil, err
	}
	outside, err := parseDemand(p.outside)
	if err != nil {
		return nil, err
	}
	return launchkey.ConditionalPolicy{
		Fences: fences, Inside: inside, Outside: outside, DenyRooted: p.denyRooted, DenyEmulator: p.denyEmulator,
	}, nil
}

func kindOf(policy launchkey.Policy) string {
	switch policy.(type) {
	case launchkey.MethodAmountPolicy:
		return "method amount"
	case launchkey.FactorsPolicy:
		return "factors"
	case launchkey.ConditionalPolicy:
		return "conditional"
	default:
		return "legacy"
	}
}

// describe puts a policy into lines.
func describe(policy launchkey.Policy) facts {
	found := facts{{"Kind", kindOf(policy)}}
	switch p := policy.(type) {
	case launchkey.LegacyPolicy:
		found = append(found, [2]string{"Demands", demandOf(p.Methods, p.Factors)})
		for _, f := range p.Fences {
			found = append(found, [2]string{"Place", place(f)})
		}
		for _, f := range p.TimeFences {
			found = append(found, [2]string{"Time", partOfWeek(f)})
		}
		return append(found, refusals(p.JailbreakProtection, false))
	case launchkey.MethodAmountPolicy:
		found = append(found, [2]string{"Demands", demandOf(p.Amount, nil)})
		return append(append(found, places(p.Fences)...), refusals(p.DenyRooted, p.DenyEmulator))
	case launchkey.FactorsPolicy:
		found = append(found, [2]string{"Demands", demandOf(0, p.Factors)})
		return append(append(found, places(p.Fences)...), refusals(p.DenyRooted, p.DenyEmulator))
	case launchkey.ConditionalPolicy:
		found = append(append(found, places(p.Fences)...), [2]string{"Inside", nested(p.Inside)}, [2]string{"Outside", nested(p.Outside)})
		return append(found, refusals(p.DenyRooted, p.DenyEmulator))
	default:
		return found
	}
}

func places(fences []launchkey.Fence) facts {
	var found facts
	for _, f := range fences {
		found = append(found, [2]string{"Place", place(f)})
	}
	return found
}

func nested(policy launchkey.Policy) string {
	switch p := policy.(type) {
	case launchkey.MethodAmountPolicy:
		return demandOf(p.Amount, nil)
	case launchkey.FactorsPolicy:
		return demandOf(0, p.Factors)
	default:
		return ""
	}
}

func demandOf(methods int, factors []launchkey.Factor) string {
	switch {
	case len(factors) > 0:
		return strings.ToLower(texts(factors))
	case methods == 1:
		return "1 method"
	case methods > 1:
		return fmt.Sprintf("%d methods", methods)
	default:
		return "nothing"
	}
}

func refusals(rooted, emulator bool) [2]string {
	var refused []string
	if rooted {
		refused = append(refused, "devices that were broken open")
	}
	if emulator {
		refused = append(refused, "simulated devices")
	}
	return [2]string{"Refuses", strings.Join(refused, ", ")}
}

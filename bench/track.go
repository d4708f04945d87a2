package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"github.com/twinseal/twinseal/internal/app"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/provision"
)

// The application whose users act.
const (
	actsTenant = "5b1d6f0a-7f0e-4d63-9a0c-3c0f6f1f2a01"
	actsSecret = "bench-acts-secret-0123456789abcdef"
	actsCode   = "withdraw"
)

// trackedActions is how many one round tracks. Its rules are as many as a careful operator writes.
const (
	trackedActions = 8192
	actsRules      = 20
)

// browserText is what most browsers say of themselves.
const browserText = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"

// actsConditions are twenty conditions on eight counts and a dozen other facts, none of which holds for the people of
// the bench: every rule is judged to its end.
func actsConditions() []string {
	counted := []string{"user.1m", "user.1h", "user.24h", "userAction.5m", "ip.1m", "ip.1h", "device.1h", "device.7d"}
	var all []string
	for _, name := range counted {
		all = append(all, fmt.Sprintf(`{">":[{"var":"velocity.%s"},100000]}`, name))
	}
	return append(all,
		`{"==":[{"var":"ip.isAnonymous"},true]}`,
		`{"in":[{"var":"ip.countryCode"},{"var":"valueList.refused"}]}`,
		`{"and":[{"==":[{"var":"device.isNew"},true]},{">":[{"var":"custom.amount"},5000]}]}`,
		`{"==":[{"var":"ip.impossibleTravel"},true]}`,
		`{"and":[{"==":[{"var":"device.isBot"},true]},{"!":[{"var":"user.hasPreviouslyVerified"}]}]}`,
		`{"or":[{"==":[{"var":"custom.currency"},"XTS"]},{"<":[{"var":"custom.amount"},0]}]}`,
		`{"<":[{"var":"user.ageDays"},-1]}`,
		`{"and":[{"==":[{"var":"userAgent.os"},"Linux"]},{"==":[{"var":"user.isEnrolled"},false]}]}`,
		`{"and":[{">=":[{"var":"time.hour"},24]},{">":[{"var":"custom.amount"},100]}]}`,
		`{"<=":[1000,{"var":"custom.amount"},2000]}`,
		`{"and":[{">":[{"var":"velocity.ip.1h"},100000]},{">":[{"var":"velocity.user.24h"},100000]},{"==":[{"var":"device.isNew"},true]}]}`,
		`{"in":[{"var":"user.userId"},{"var":"valueList.refused"}]}`,
	)
}

// fillActs makes the application and its rules.
func (w *world) fillActs(ctx context.Context, a *app.App) error {
	if !w.wants("track") && !w.wants("validate") && !w.wants("replay") {
		return nil
	}
	_, err := a.Provision.Apply(ctx, provision.Plan{Organizations: []provision.PlannedOrganization{{Name: "Bench", Directories: []provision.PlannedDirectory{{
		Name: "people", Applications: []provision.PlannedApplication{{
			Name: "Acts", Settings: mfa.DefaultSettings(), Keys: []provision.PlannedKey{
				{Kind: mfa.KeyAuthsignalTenant, Secret: mfa.SecretText(actsTenant)}, {Kind: mfa.KeyAuthsignalSecret, Secret: mfa.SecretText(actsSecret)},
			},
		}},
	}}}}})
	if err != nil {
		return err
	}
	c, err := a.Service.Authenticate(ctx, mfa.KeyAuthsignalSecret, mfa.SecretText(actsSecret))
	if err != nil {
		return err
	}
	rules := a.Rulebook()
	if _, err := rules.CreateValueList(ctx, c, mfa.ValueList{Name: "refused", ItemType: mfa.ItemString, Items: json.RawMessage(`["XX","YY"]`), Active: true}); err != nil {
		return err
	}
	if _, err := rules.CreateConfiguration(ctx, c, mfa.ActionConfiguration{Code: actsCode}); err != nil {
		return err
	}
	for i, conditions := range actsConditions() {
		_, err := rules.CreateRule(ctx, c, mfa.Rule{
			ActionCode: actsCode, Name: fmt.Sprint("rule ", i), Active: true, Priority: i, Outcome: mfa.OutcomeBlock, Conditions: json.RawMessage(conditions),
		})
		if err != nil {
			return fmt.Errorf("rule %d: %w", i, err)
		}
	}
	return nil
}

// acts writes a call of the server's API.
func acts(server *process, path string, body any) ([]byte, error) {
	raw, err := json.Marshal(body)
	return fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Basic %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		path, server.address, base64.StdEncoding.EncodeToString([]byte(actsSecret+":")), len(raw), raw), err
}

// tracks writes one request for each person, as often as a round takes; the people of a connection are its own.
func (w *world) tracks(server *process) ([][]byte, error) {
	people := len(w.persons) - len(w.persons)%w.clients
	requests := make([][]byte, trackedActions)
	for i := range requests {
		n := i % people
		var err error
		requests[i], err = acts(server, fmt.Sprintf("/v1/users/person-%d/actions/%s", n, actsCode), map[string]any{
			"ipAddress": fmt.Sprintf("10.%d.%d.%d", n>>16, n>>8&255, n&255), "deviceId": fmt.Sprintf("device-%d", n), "userAgent": browserText,
			"redirectUrl": "https://shop.example/done", "custom": map[string]any{"amount": 250 + n%100, "currency": "EUR"},
		})
		if err != nil {
			return nil, err
		}
	}
	return requests, nil
}

// acted is one round: what is measured, and the same number of requests to the bare handler.
type acted struct{ own, bare result }

var challengeRequired = []byte(`"state":"CHALLENGE_REQUIRED"`)

// track measures actions that are tracked: each is counted, judged by twenty rules and durable before its answer.
func (w *world) track(ctx context.Context, bare, server *process) error {
	requests, err := w.tracks(server)
	if err != nil {
		return err
	}
	return w.actRounds(ctx, "track", bare, func() (result, error) {
		return share(server, w.clients, len(requests), func(c *connection, i int) error {
			status, body, err := c.do(requests[i])
			if err == nil && (status != 200 || !bytes.Contains(body, challengeRequired)) {
				err = fmt.Errorf("track %d: %d %s", i, status, body)
			}
			return err
		})
	})
}

// validate measures questions about actions, by the tokens that tracking gave.
func (w *world) validate(ctx context.Context, bare, server *process) error {
	tracked, err := w.tracks(server)
	if err != nil {
		return err
	}
	questions := make([][]byte, len(tracked))
	_, err = share(server, w.clients, len(tracked), func(c *connection, i int) error {
		_, body, err := c.do(tracked[i])
		if err != nil {
			return err
		}
		var answer struct {
			Token string `json:"token"`
		}
		if err := json.Unmarshal(body, &answer); err != nil {
			return fmt.Errorf("%w: %s", err, body)
		}
		questions[i], err = acts(server, "/v1/validate", map[string]string{"token": answer.Token, "action": actsCode})
		return err
	})
	if err != nil {
		return err
	}
	return w.actRounds(ctx, "validate", bare, func() (result, error) {
		return share(server, w.clients, len(questions), func(c *connection, i int) error {
			status, body, err := c.do(questions[i])
			if err == nil && (status != 200 || !bytes.Contains(body, challengeRequired)) {
				err = fmt.Errorf("validate %d: %d %s", i, status, body)
			}
			return err
		})
	})
}

// actRounds measures rounds beside the bare handler and tells of them. The first warms up.
func (w *world) actRounds(ctx context.Context, what string, bare *process, own func() (result, error)) error {
	var rounds []acted
	for round := range w.rounds + 1 {
		if err := ctx.Err(); err != nil {
			return err
		}
		var one acted
		var err error
		if one.own, err = own(); err != nil {
			return err
		}
		if one.bare, err = w.bareRound(bare, one.own.operations); err != nil {
			return err
		}
		if round > 0 || w.rounds == 0 {
			rounds = append(rounds, one)
		}
	}
	w.tellActed(what, rounds)
	return nil
}

func (w *world) tellActed(what string, rounds []acted) {
	of := func(value func(acted) float64) []float64 {
		out := make([]float64, len(rounds))
		for i, r := range rounds {
			out[i] = value(r)
		}
		return out
	}
	ratios := of(func(r acted) float64 { return r.own.rate() / r.bare.rate() })
	fmt.Fprintf(w.out, "%s: %.2f × bare (%.0f/s; %.3f ms CPU each, %.3f of it the database server's, bare %.3f; p99 %.1f ms; rounds %s)\n", what,
		median(ratios), median(of(func(r acted) float64 { return r.own.rate() })), median(of(func(r acted) float64 { return r.own.cpuMillis() })),
		median(of(func(r acted) float64 { return r.own.helpedMillis() })), median(of(func(r acted) float64 { return r.bare.cpuMillis() })),
		median(of(func(r acted) float64 {
			return float64(percentile(r.own.latencies, 0.99).Round(time.Microsecond).Microseconds()) / 1000
		})), list(ratios))
}

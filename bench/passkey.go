package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/twinseal/twinseal/internal/app"
	"github.com/twinseal/twinseal/internal/factor/passkey/passkeytest"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/passkeys"
	"github.com/twinseal/twinseal/receipt"
)

// The shop whose passkeys are used. It is public: its pages sign people in without a token.
const (
	shopClient = "bench-shop-0123456789abcdef01234567"
	shopOrigin = "https://shop.example"
)

// passkeyHolders have a passkey each. They sign in more than once a round, each on one connection.
const passkeyHolders = 2048

// passkeySignIns is how many one round makes.
const passkeySignIns = 4096

// holder is a person with a passkey.
type holder struct {
	username      string
	authenticator *passkeytest.Authenticator
}

// fillLoginID makes the applications of the LoginID dialect, and what their measurements need of people.
func (w *world) fillLoginID(ctx context.Context, a *app.App) error {
	if !w.wants("passkey") && !w.wants("codewait") {
		return nil
	}
	if err := w.fillShop(ctx, a.Provision); err != nil {
		return err
	}
	shop, err := a.Service.Authenticate(ctx, mfa.KeyLoginIDClient, mfa.SecretText(shopClient))
	if err != nil {
		return err
	}
	if w.wants("codewait") {
		if err := w.fillCodes(ctx, a.Handoffs(), shop); err != nil {
			return err
		}
	}
	if !w.wants("passkey") {
		return nil
	}
	holders := min(passkeyHolders, len(w.persons))
	w.passkeys = make([]*holder, holders-holders%w.clients) // so that each has one connection
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(w.clients)
	for i := range w.passkeys {
		group.Go(func() (err error) {
			w.passkeys[i], err = registerPasskey(ctx, a.Passkeys(), shop, w.persons[i].id, i)
			return err
		})
	}
	return group.Wait()
}

func registerPasskey(ctx context.Context, s *passkeys.Service, shop *mfa.Caller, user mfa.UserID, i int) (*holder, error) {
	source := fmt.Sprintf("10.0.%d.%d", i/256, i%256)
	begun, err := s.BeginRegistration(ctx, passkeys.BeginRegistration{Caller: shop, Mode: passkeys.Add, User: mfa.UserRef{ID: user}, Source: source})
	if err != nil {
		return nil, err
	}
	options, err := json.Marshal(map[string]any{
		"challenge": mfa.Octets(begun.Challenge), "rp": map[string]string{"id": begun.RelyingParty.ID},
		"user":             map[string]any{"id": mfa.Octets(begun.UserHandle)},
		"pubKeyCredParams": []map[string]any{{"type": "public-key", "alg": passkeytest.ES256}},
	})
	if err != nil {
		return nil, err
	}
	h := &holder{username: begun.Username, authenticator: passkeytest.New(passkeytest.Options{Step: 1})}
	made, err := h.authenticator.Create(shopOrigin, options)
	if err != nil {
		return nil, err
	}
	_, err = s.FinishRegistration(ctx, passkeys.FinishRegistration{
		Caller: shop, ID: begun.ID, Source: source,
		Registration: mfa.PasskeyRegistration{CredentialID: made.CredentialID, ClientData: made.ClientData, Attestation: made.Attestation, Transports: made.Transports},
	})
	return h, err
}

// post writes a JSON request.
func post(server *process, path string, body any) ([]byte, error) {
	raw, err := json.Marshal(body)
	return fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", path, server.address, len(raw), raw), err
}

// begin asks for the options of a sign-in.
func (h *holder) begin(server *process) ([]byte, error) {
	return post(server, "/authenticate/fido2/init", map[string]string{"client_id": shopClient, "username": h.username})
}

// finish signs what the server answered.
func (h *holder) finish(server *process, answer []byte) ([]byte, error) {
	var asked struct {
		Options json.RawMessage `json:"assertion_payload"`
	}
	if err := json.Unmarshal(answer, &asked); err != nil {
		return nil, fmt.Errorf("%w: %s", err, answer)
	}
	var options struct {
		Challenge string `json:"challenge"`
	}
	if err := json.Unmarshal(asked.Options, &options); err != nil {
		return nil, err
	}
	signed, err := h.authenticator.Get(shopOrigin, asked.Options)
	if err != nil {
		return nil, err
	}
	b64 := base64.RawURLEncoding.EncodeToString
	return post(server, "/authenticate/fido2/complete", map[string]any{
		"client_id": shopClient, "username": h.username, "assertion_payload": map[string]string{
			"challenge": options.Challenge, "credential_id": b64(signed.CredentialID), "client_data": b64(signed.ClientData),
			"authenticator_data": b64(signed.AuthenticatorData), "signature": b64(signed.Signature),
		},
	})
}

// signIns is one round: beginnings and ends, what they cost at least, and how much that is.
type signIns struct{ begin, finish, math, swaps result }

// rate is of whole sign-ins.
func (s signIns) rate() float64 {
	return float64(s.begin.operations) / (s.begin.took + s.finish.took).Seconds()
}

// ceiling is the rate of sign-ins that take one signature check, and twice a bare request that waits for one commit.
func (s signIns) ceiling() float64 { return 1 / (1/s.math.rate() + 2/s.swaps.rate()) }

var authenticated = []byte(`"is_authenticated":true`)

// passkey measures whole sign-ins: options asked for, signed (which is not measured: it is the devices' work), and
// the signature brought, durable before its answer. Both requests of a person go over one connection.
func (w *world) passkey(_ context.Context, _, server *process) error {
	var rounds []signIns
	for round := range w.rounds + 1 {
		one, err := w.passkeyRound(server)
		if err != nil {
			return err
		}
		if round > 0 || w.rounds == 0 { // the first warms up
			rounds = append(rounds, one)
		}
	}
	of := func(value func(signIns) float64) []float64 {
		out := make([]float64, len(rounds))
		for i, r := range rounds {
			out[i] = value(r)
		}
		return out
	}
	ratios := of(func(s signIns) float64 { return s.rate() / s.ceiling() })
	fmt.Fprintf(w.out, "passkey sign-in: %.2f of what one ECDSA check, two commits and two bare requests allow (%.0f/s of %.0f/s; begin %.0f/s at %.3f ms CPU, finish %.0f/s at %.3f ms, %.3f of it the database server's; p99 %.1f ms; rounds %s)\n",
		median(ratios), median(of(signIns.rate)), median(of(signIns.ceiling)),
		median(of(func(s signIns) float64 { return s.begin.rate() })), median(of(func(s signIns) float64 { return s.begin.cpuMillis() })),
		median(of(func(s signIns) float64 { return s.finish.rate() })), median(of(func(s signIns) float64 { return s.finish.cpuMillis() })),
		median(of(func(s signIns) float64 { return s.finish.helpedMillis() })),
		median(of(func(s signIns) float64 {
			return float64(percentile(s.finish.latencies, 0.99).Microseconds()) / 1000
		})), list(ratios))
	return nil
}

func (w *world) passkeyRound(server *process) (out signIns, err error) {
	n := passkeySignIns
	requests, answers := make([][]byte, n), make([][]byte, n)
	for i := range requests {
		if requests[i], err = w.passkeys[i%len(w.passkeys)].begin(server); err != nil {
			return out, err
		}
	}
	out.begin, err = share(server, w.clients, n, func(c *connection, i int) error {
		status, body, err := c.do(requests[i])
		if err == nil && status != 200 {
			err = fmt.Errorf("begin %d: %d %s", i, status, body)
		}
		answers[i] = bytes.Clone(body)
		return err
	})
	if err != nil {
		return out, err
	}
	// In order, so that a person's counter grows in the order in which the server will see it.
	for i := range requests {
		if requests[i], err = w.passkeys[i%len(w.passkeys)].finish(server, answers[i]); err != nil {
			return out, err
		}
	}
	out.finish, err = share(server, w.clients, n, func(c *connection, i int) error {
		status, body, err := c.do(requests[i])
		if err == nil && (status != 200 || !bytes.Contains(body, authenticated)) {
			err = fmt.Errorf("finish %d: %d %s", i, status, body)
		}
		return err
	})
	if err != nil {
		return out, err
	}
	if out.math, err = signatureChecks(n); err != nil {
		return out, err
	}
	out.swaps, err = w.bareRound(w.swap, 2*n)
	return out, err
}

// signatureChecks does the mathematics that no sign-in can do without, on all processors, and nothing else.
func signatureChecks(n int) (result, error) {
	key, err := receipt.NewKey()
	if err != nil {
		return result{}, err
	}
	sum := sha256.Sum256([]byte("what an authenticator signs"))
	signature, err := ecdsa.SignASN1(rand.Reader, key, sum[:])
	if err != nil {
		return result{}, err
	}
	start, before := time.Now(), cpuOf(os.Getpid())
	err = everywhere(n, func(int) error {
		if !ecdsa.VerifyASN1(&key.PublicKey, sum[:], signature) {
			return fmt.Errorf("a signature of our own is wrong")
		}
		return nil
	})
	return result{operations: n, took: time.Since(start), cpu: cpuOf(os.Getpid()) - before}, err
}

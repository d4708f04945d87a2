package main

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // what the protocol wraps keys with
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/twinseal/twinseal/client/launchkey/envelope"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/configuration"
)

// launchkeyBits is the size of all keys: what the published clients come with.
const launchkeyBits = 2048

// launchkeyCalls is how many requests one round makes. Each was signed before the round began, and lives long
// enough to be used in it.
const launchkeyCalls = 5000

// signedCaller is an organization that calls by signed and sealed requests, and the server's key that they are sealed to.
type signedCaller struct {
	organization string
	key, server  *rsa.PrivateKey
	signer       *envelope.Signer
	sealer       *envelope.Sealer
}

// fillLaunchKey gives the organization a key, and the server one that is known here.
func (w *world) fillLaunchKey(ctx context.Context, s *mfa.Service, c *mfa.Caller) error {
	own, err := rsa.GenerateKey(rand.Reader, launchkeyBits)
	if err != nil {
		return err
	}
	server, err := rsa.GenerateKey(rand.Reader, launchkeyBits)
	if err != nil {
		return err
	}
	der, err := x509.MarshalPKCS8PrivateKey(server)
	if err != nil {
		return err
	}
	if _, err := s.KeepServerSecret(ctx, "launchkey_api_key:1", mfa.NewSecret(der)); err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(own.Public())
	if err != nil {
		return err
	}
	id, err := envelope.KeyID(own.Public())
	if err != nil {
		return err
	}
	_, err = configuration.New(s).AddPublicKey(ctx, mfa.PublicKey{
		ID: id, Owner: c.Organization.ID.Owner(), Purpose: mfa.PurposeBoth, Active: true,
		PEM: string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})),
	})
	if err != nil {
		return err
	}
	w.organization, err = newSignedCaller(c, own, server, id)
	return err
}

func newSignedCaller(c *mfa.Caller, own, server *rsa.PrivateKey, id string) (*signedCaller, error) {
	serverID, err := envelope.KeyID(server.Public())
	if err != nil {
		return nil, err
	}
	out := &signedCaller{organization: "org:" + string(c.Organization.ID), key: own, server: server}
	if out.signer, err = envelope.NewSigner(id, own); err != nil {
		return nil, err
	}
	out.sealer, err = envelope.NewSealer(serverID, &server.PublicKey)
	return out, err
}

// request asks an organization for none of its directories: the whole way in and out, and nothing else.
func (s *signedCaller) request(address string, at time.Time) ([]byte, error) {
	const path = "/organization/v3/directories/list"
	body, err := s.sealer.Seal([]byte(`{"directory_ids":[]}`))
	if err != nil {
		return nil, err
	}
	sum, _ := envelope.Digest(envelope.SHA256, []byte(body))
	claims, err := json.Marshal(map[string]any{
		"iss": s.organization, "sub": s.organization, "aud": "lka", "jti": uuid.NewString(), "iat": at.Unix(), "nbf": at.Unix(), "exp": at.Unix() + 120,
		"request": map[string]string{"meth": "POST", "path": path, "func": envelope.SHA256, "hash": sum},
	})
	if err != nil {
		return nil, err
	}
	token, err := s.signer.Sign(claims)
	return fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: %s\r\nAuthorization: %s %s\r\nContent-Length: %d\r\n\r\n%s", path, address, envelope.Scheme, token, len(body), body), err
}

// requests makes those of a round, on all processors.
func (s *signedCaller) requests(address string, at time.Time, n int) ([][]byte, error) {
	out := make([][]byte, n)
	return out, everywhere(n, func(i int) (err error) {
		out[i], err = s.request(address, at)
		return err
	})
}

// everywhere spreads work over the processors.
func everywhere(n int, work func(i int) error) error {
	hands := runtime.GOMAXPROCS(0)
	errs := make(chan error, hands)
	var group sync.WaitGroup
	for hand := range hands {
		group.Go(func() {
			for i := hand; i < n; i += hands {
				if err := work(i); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	group.Wait()
	close(errs)
	return <-errs
}

// ceiling does what a request costs at least, and nothing else: one signature checked, one key unwrapped, one key
// wrapped, one signature made.
func (s *signedCaller) ceiling(n int) (result, error) {
	sum := sha256.Sum256([]byte("a token"))
	signature, err := rsa.SignPKCS1v15(nil, s.key, crypto.SHA256, sum[:])
	if err != nil {
		return result{}, err
	}
	cek := make([]byte, 64)
	wrapped, err := rsa.EncryptOAEP(sha1.New(), rand.Reader, &s.server.PublicKey, cek, nil) //nolint:gosec // see the import
	if err != nil {
		return result{}, err
	}
	start, before := time.Now(), cpuOf(os.Getpid())
	err = everywhere(n, func(int) error {
		if err := rsa.VerifyPKCS1v15(&s.key.PublicKey, crypto.SHA256, sum[:], signature); err != nil {
			return err
		}
		if _, err := rsa.DecryptOAEP(sha1.New(), nil, s.server, wrapped, nil); err != nil { //nolint:gosec // see the import
			return err
		}
		if _, err := rsa.EncryptOAEP(sha1.New(), rand.Reader, &s.key.PublicKey, cek, nil); err != nil { //nolint:gosec // see the import
			return err
		}
		_, err := rsa.SignPKCS1v15(nil, s.server, crypto.SHA256, sum[:])
		return err
	})
	return result{operations: n, took: time.Since(start), cpu: cpuOf(os.Getpid()) - before}, err
}

// launchkey measures signed and sealed requests beside the mathematics that none can do without, and how long they
// take at half of the load that the server bears.
func (w *world) launchkey(_ context.Context, _, server *process) error {
	var ratios, rates, cpu, least []float64
	for round := range w.rounds + 1 {
		requests, err := w.organization.requests(server.address, w.now(), launchkeyCalls)
		if err != nil {
			return err
		}
		got, err := share(server, w.clients, len(requests), func(c *connection, i int) error { return okay(c, requests[i]) })
		if err != nil {
			return err
		}
		top, err := w.organization.ceiling(launchkeyCalls)
		if err != nil {
			return err
		}
		if round == 0 && w.rounds > 0 {
			continue // warm-up
		}
		ratios, rates = append(ratios, got.rate()/top.rate()), append(rates, got.rate())
		cpu, least = append(cpu, got.cpuMillis()), append(least, top.cpuMillis())
	}
	fmt.Fprintf(w.out, "signed and sealed request: %.2f of its processor time is the RSA it needs (%.3f ms of %.3f); %.2f × the rate of the RSA alone, with the load on the same cores (%.0f/s; rounds %s)\n",
		median(least)/median(cpu), median(least), median(cpu), median(ratios), median(rates), list(ratios))
	requests, err := w.organization.requests(server.address, w.now(), launchkeyCalls)
	if err != nil {
		return err
	}
	half, err := paced(server, w.clients, requests, median(rates)/2)
	if err != nil {
		return err
	}
	fmt.Fprintf(w.out, "at half of that load: median %s, p99 %s\n", percentile(half, 0.5), percentile(half, 0.99))
	return nil
}

// okay makes a request that must succeed.
func okay(c *connection, request []byte) error {
	began := time.Now()
	status, body, err := c.do(request)
	if err == nil && status != 200 {
		err = fmt.Errorf("status %d %s", status, body)
	}
	if err != nil {
		err = fmt.Errorf("after %s: %w", time.Since(began).Round(time.Millisecond), err)
	}
	return err
}

// paced makes requests at a steady rate and gives how long each took from the moment it was due, so that waiting
// behind a slow one counts too.
func paced(server *process, clients int, requests [][]byte, rate float64) ([]time.Duration, error) {
	took := make([]time.Duration, len(requests))
	each := time.Duration(float64(time.Second) / rate)
	next := make(chan int)
	errs := make(chan error, clients)
	var group sync.WaitGroup
	start := time.Now()
	for range clients {
		c, err := dial(server.address)
		if err != nil {
			return nil, err
		}
		group.Go(func() {
			defer func() { _ = c.conn.Close() }()
			for i := range next {
				if err := okay(c, requests[i]); err != nil {
					errs <- err
				}
				took[i] = time.Since(start.Add(time.Duration(i) * each))
			}
		})
	}
	for i := range requests {
		time.Sleep(time.Until(start.Add(time.Duration(i) * each)))
		next <- i
	}
	close(next)
	group.Wait()
	select {
	case err := <-errs:
		return nil, err
	default:
		return took, nil
	}
}

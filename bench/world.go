package main

import (
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/twinseal/twinseal/internal/app"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/provision"
	"github.com/twinseal/twinseal/internal/pgtest"
	"github.com/twinseal/twinseal/receipt"
)

// apiKey is the application's.
const apiKey = "bench-api-key-0123456789abcdef01"

// world is a database full of people, and the server on it.
type world struct {
	plan
	dir          string
	database     string
	cluster      string // where PostgreSQL works
	binary       string
	out          io.Writer
	persons      []*person
	organization *signedCaller
	passkeys     []*holder
	codes        []string      // of persons who wait for one, by their number
	backend      []byte        // the private key of the application that authorizes codes
	ahead        time.Duration // how far the server's clock was moved
	swap         *process      // the compare-and-set alone
}

// person is a user with a linked device.
type person struct {
	id     mfa.UserID
	number int64
	device string
	key    *ecdsa.PrivateKey
	thumb  string
	seed   mfa.Secret
	totp   mfa.TOTPData
}

func (w *world) config() app.Config {
	return app.Config{Data: w.dir, Database: w.database, MasterKey: "", Sandbox: true, LogLevel: "error"}
}

// prepare fills the database through the rules themselves, in this process.
func (w *world) prepare(ctx context.Context) error {
	a, err := app.Open(ctx, w.config(), io.Discard)
	if err != nil {
		return err
	}
	if err = w.fill(ctx, a); err == nil {
		err = w.fillLoginID(ctx, a)
	}
	if err == nil {
		err = w.fillActs(ctx, a)
	}
	if closeErr := a.Close(); err == nil {
		err = closeErr
	}
	return err
}

func (w *world) fill(ctx context.Context, a *app.App) error {
	s := a.Service
	_, err := a.Provision.Apply(ctx, provision.Plan{Organizations: []provision.PlannedOrganization{{Name: "Bench", Directories: []provision.PlannedDirectory{{
		Name: "people", Applications: []provision.PlannedApplication{{
			Name: "Bench", Settings: mfa.DefaultSettings(), Keys: []provision.PlannedKey{{Kind: mfa.KeyAuthyAPI, Secret: mfa.SecretText(apiKey)}},
		}},
	}}}}})
	if err != nil {
		return err
	}
	c, err := s.Authenticate(ctx, mfa.KeyAuthyAPI, mfa.SecretText(apiKey))
	if err != nil {
		return err
	}
	if err := w.fillLaunchKey(ctx, s, c); err != nil {
		return err
	}
	w.persons = make([]*person, w.people)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(w.clients)
	for i := range w.people {
		group.Go(func() (err error) {
			w.persons[i], err = enrol(ctx, s, c, i)
			return err
		})
	}
	return group.Wait()
}

// wants says whether a part is measured.
func (w *world) wants(part string) bool {
	return w.only == "" || slices.Contains(strings.Split(w.only, ","), part)
}

func enrol(ctx context.Context, s *mfa.Service, c *mfa.Caller, i int) (*person, error) {
	phone, err := mfa.ParsePhone("1", fmt.Sprintf("405%07d", i))
	if err != nil {
		return nil, err
	}
	u, err := s.CreateUser(ctx, mfa.NewUser{Caller: c, Phone: phone, Alias: fmt.Sprintf("person-%d", i)})
	if err != nil {
		return nil, err
	}
	link, err := s.StartLink(ctx, c, mfa.UserRef{ID: u.ID})
	if err != nil {
		return nil, err
	}
	p := &person{id: u.ID, number: u.Number}
	if p.key, err = receipt.NewKey(); err != nil {
		return nil, err
	}
	jwk, err := receipt.NewJWK(p.key.Public())
	if err != nil {
		return nil, err
	}
	encoded, err := json.Marshal(jwk)
	if err != nil {
		return nil, err
	}
	linked, err := s.LinkByCode(ctx, link.Code, mfa.NewDevice{Key: encoded, Name: "bench", Platform: "test", Source: fmt.Sprint(i)})
	p.device, p.thumb, p.seed, p.totp = string(linked.Device.ID), jwk.Thumbprint(), linked.Seed, linked.TOTP
	return p, err
}

func (w *world) startServer(ctx context.Context) (*process, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	if w.profile != "" {
		return w.profiled(ctx, address)
	}
	args := []string{"serve", "--listen", address, "--sandbox", "--data", w.dir}
	if w.database != "" {
		args = append(args, "--database", w.database)
	}
	cmd := exec.CommandContext(ctx, w.binary, args...)
	cmd.Env = append(cmd.Environ(), "TWINSEAL_LOG_LEVEL=error")
	p, err := startProcess(ctx, cmd, address, "/readyz")
	if err == nil && w.database != "" {
		p.helpers = func() []int { return postgresProcesses(w.cluster) }
	}
	return p, err
}

// startSwap starts the second yardstick on the same engine.
func (w *world) startSwap(ctx context.Context) (*process, error) {
	database := filepath.Join(w.dir, "swap.db")
	if w.database != "" {
		var err error
		if database, err = pgtest.CreateDatabase(ctx, w.database); err != nil {
			return nil, err
		}
	}
	p, err := startSelf(ctx, swapArgument, database)
	if err == nil && w.database != "" {
		p.helpers = func() []int { return postgresProcesses(w.cluster) }
	}
	return p, err
}

// advance moves the server's clock, so that codes and limits are fresh again.
func (w *world) advance(ctx context.Context, server *process, d time.Duration) error {
	body := strings.NewReader(`{"advance":"` + d.String() + `"}`)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+server.address+"/sandbox/clock", body)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	text, _ := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("clock: %d %s", resp.StatusCode, text)
	}
	w.ahead += d
	return nil
}

// now is the server's time.
func (w *world) now() time.Time { return time.Now().Add(w.ahead) }

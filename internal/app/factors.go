package app

import (
	"crypto/rand"
	"crypto/x509"
	"fmt"
	"os"

	"github.com/twinseal/twinseal/internal/dialect/authsignal"
	"github.com/twinseal/twinseal/internal/factor/appkey"
	"github.com/twinseal/twinseal/internal/factor/device"
	"github.com/twinseal/twinseal/internal/factor/otp"
	"github.com/twinseal/twinseal/internal/factor/passkey"
	"github.com/twinseal/twinseal/internal/factor/password"
	"github.com/twinseal/twinseal/internal/factor/publickey"
	"github.com/twinseal/twinseal/internal/factor/recovery"
	"github.com/twinseal/twinseal/internal/factor/totp"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/accounts"
	"github.com/twinseal/twinseal/internal/mfa/actions"
	"github.com/twinseal/twinseal/internal/mfa/configuration"
	"github.com/twinseal/twinseal/internal/mfa/grants"
	"github.com/twinseal/twinseal/internal/mfa/handoffs"
	"github.com/twinseal/twinseal/internal/mfa/passkeys"
	"github.com/twinseal/twinseal/internal/mfa/people"
	"github.com/twinseal/twinseal/internal/mfa/provision"
	"github.com/twinseal/twinseal/internal/mfa/rulebook"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
)

func factors(limits mfa.Limits) mfa.Factors {
	return mfa.Factors{TOTP: totp.New(limits.TOTPWindow), OTP: otp.New(), Recovery: recovery.New(), Device: device.New()}
}

// wireServices builds the parts of the domain that stand beside [mfa.Service].
func (a *App) wireServices() error {
	anchors, err := readAnchors(a.Config.PasskeyRoots)
	if err != nil {
		return err
	}
	a.passkeys = passkeys.New(passkeys.Config{
		Domain: a.Service, Store: a.store, Random: rand.Reader, Factor: passkey.New(passkey.Config{Now: a.clock.Now, Anchors: anchors}),
		Sealer: sealer{a.seal},
	})
	a.accounts = accounts.New(accounts.Config{
		Domain: a.Service, Store: a.store, Random: rand.Reader, Password: password.New(), PublicKey: publickey.New(),
	})
	a.handoffs = handoffs.New(handoffs.Config{Domain: a.Service, Store: a.store, Random: rand.Reader})
	if a.rulebook, err = rulebook.New(rulebook.Config{Domain: a.Service, Store: a.store}); err != nil {
		return err
	}
	a.people = people.New(people.Config{
		Domain: a.Service, Store: a.store, TOTP: totp.New(a.Service.Limits().TOTPWindow), Passkeys: a.passkeys,
	})
	a.actions = actions.New(actions.Config{Domain: a.Service, Store: a.store, Rules: a.rulebook, People: a.people, Places: a.places})
	a.stepup = stepup.New(stepup.Config{
		Domain: a.Service, Store: a.store, Random: rand.Reader, Factors: factors(a.Service.Limits()), Passkeys: a.passkeys, Actions: a.actions,
		People: a.people, AppKeys: appkey.New(), Dialect: authsignal.Name,
	})
	a.grants = grants.New(grants.Config{Domain: a.Service, Store: a.store, Random: rand.Reader})
	a.configuration = configuration.New(a.Service)
	a.Provision = provision.New(provision.Config{
		Domain: a.Service, Store: a.store, Random: rand.Reader, TOTP: totp.New(a.Service.Limits().TOTPWindow), Rules: a.rulebook,
	})
	return nil
}

// Passkeys are the rules of passkeys.
func (a *App) Passkeys() *passkeys.Service { return a.passkeys }

// Rulebook keeps the rules of applications.
func (a *App) Rulebook() *rulebook.Service { return a.rulebook }

// Handoffs are the rules of codes for other devices.
func (a *App) Handoffs() *handoffs.Service { return a.handoffs }

// readAnchors reads the makers of authenticators that the operator believes; without a file it is nobody.
func readAnchors(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("passkey_roots: %w", err)
	}
	anchors := x509.NewCertPool()
	if !anchors.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("passkey_roots: %s holds no certificates in PEM", file)
	}
	return anchors, nil
}

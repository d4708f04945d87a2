package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/client"
)

// deviceApp is the terminal authenticator: what its commands share.
type deviceApp struct {
	clock func() time.Time
	http  *http.Client

	home      string
	account   string
	json      bool
	plainHTTP bool
}

// deviceCommand is `twinseal device`: a complete authenticator for terminals
// and scripts.
func deviceCommand() *cobra.Command {
	return newDeviceCommand(&deviceApp{clock: time.Now, http: http.DefaultClient})
}

func newDeviceCommand(a *deviceApp) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "device",
		Short: "Answer requests from this terminal, as an authenticator",
		Long: "An authenticator for terminals and scripts. It makes its own key, links it to an account,\n" +
			"shows what applications ask, and answers with signed statements.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	flags := cmd.PersistentFlags()
	flags.StringVar(&a.home, "home", "", "directory of keys and accounts (default: twinseal/device in your configuration directory)")
	flags.StringVar(&a.account, "account", "", "which account, when several are linked")
	flags.BoolVar(&a.json, "json", false, "answer in JSON")
	flags.BoolVar(&a.plainHTTP, "plain-http", false, "allow a server without TLS on another machine (others can read everything)")
	cmd.AddCommand(
		a.linkCommand(), a.accountsCommand(), a.requestsCommand(), a.showCommand(),
		a.approveCommand(), a.denyCommand(), a.watchCommand(), a.totpCommand(),
		a.receiptCommand(), a.sessionsCommand(), a.logoutCommand(), a.unlinkCommand(),
	)
	return cmd
}

// store opens the home directory, making it when it is not there.
func (a *deviceApp) store() (*deviceHome, error) {
	home := a.home
	if home == "" {
		base, err := os.UserConfigDir()
		if err != nil {
			return nil, fmt.Errorf("find your configuration directory: %w; name one with --home DIR", err)
		}
		home = filepath.Join(base, "twinseal", "device")
	}
	return openDeviceHome(home)
}

// linkedAccount is an account of this home and its device.
type linkedAccount struct {
	name   string
	device *client.Device
	saved  client.Account
}

// open gives the accounts that a command is about: the one named with
// --account, or all.
func (a *deviceApp) open() (*deviceHome, []*linkedAccount, error) {
	home, err := a.store()
	if err != nil {
		return nil, nil, err
	}
	names, err := home.names()
	if err != nil {
		return nil, nil, err
	}
	if names, err = chooseAccounts(names, a.account, home.dir); err != nil {
		return nil, nil, err
	}
	accounts := make([]*linkedAccount, len(names))
	for i, name := range names {
		if accounts[i], err = a.load(home, name); err != nil {
			return nil, nil, err
		}
	}
	return home, accounts, nil
}

func (a *deviceApp) load(home *deviceHome, name string) (*linkedAccount, error) {
	saved, err := home.load(name)
	if err != nil {
		return nil, err
	}
	device, err := client.OpenDevice(saved, a.options()...)
	if err != nil {
		return nil, fmt.Errorf("account %s: %w", name, err)
	}
	return &linkedAccount{name: name, device: device, saved: saved}, nil
}

func (a *deviceApp) options() []client.Option {
	options := []client.Option{client.WithClock(a.clock), client.WithHTTPClient(a.http)}
	if a.plainHTTP {
		options = append(options, client.WithPlainHTTP())
	}
	return options
}

// only insists on a single account.
func only(accounts []*linkedAccount) (*linkedAccount, error) {
	if len(accounts) == 1 {
		return accounts[0], nil
	}
	names := make([]string, len(accounts))
	for i, account := range accounts {
		names[i] = account.name
	}
	return nil, fmt.Errorf("several accounts are linked; name one with --account: %s", list(names))
}

// each calls f for every account, keeps what the account learned (its clock),
// and joins what went wrong, so that one unreachable server hides nothing of
// the others.
func (a *deviceApp) each(home *deviceHome, accounts []*linkedAccount, f func(*linkedAccount) error) error {
	var errs []error
	for _, account := range accounts {
		err := f(account)
		if err != nil && len(accounts) > 1 {
			err = fmt.Errorf("account %s: %w", account.name, err)
		}
		errs = append(errs, err, home.keep(account))
	}
	return errors.Join(errs...)
}

// find gives the challenge with an id, or the newest pending one for "".
func find(ctx context.Context, accounts []*linkedAccount, id string) (*linkedAccount, client.Challenge, error) {
	if id == "" {
		return newest(ctx, accounts)
	}
	for _, account := range accounts {
		c, err := account.device.Challenge(ctx, id)
		if err == nil {
			return account, c, nil
		}
		if !client.HasCode(err, api.CodeChallengeUnknown) {
			return nil, client.Challenge{}, advise(err)
		}
	}
	return nil, client.Challenge{}, fmt.Errorf("no linked account has a request %q; see `twinseal device requests --all`", visible(id))
}

func newest(ctx context.Context, accounts []*linkedAccount) (*linkedAccount, client.Challenge, error) {
	var owner *linkedAccount
	var found client.Challenge
	for _, account := range accounts {
		pending, err := account.device.Challenges(ctx)
		if err != nil {
			return nil, found, advise(err)
		}
		for _, c := range pending.Challenges {
			if owner == nil || c.Question.CreatedAt > found.Question.CreatedAt {
				owner, found = account, c
			}
		}
	}
	if owner == nil {
		return nil, found, errors.New("nothing is pending; see `twinseal device requests --all` for what was")
	}
	return owner, found, nil
}

// advised is a server's refusal, fit for a terminal, and what to do next.
type advised struct {
	err  error
	hint string
}

// Error shows the server's words like any text from elsewhere.
func (e *advised) Error() string {
	text := visible(e.err.Error())
	if e.hint != "" {
		text += "; " + e.hint
	}
	return text
}

// Unwrap gives the refusal itself.
func (e *advised) Unwrap() error { return e.err }

// advise adds to an error what the person can do about it.
func advise(err error) error {
	if err == nil {
		return nil
	}
	if refusal, ok := errors.AsType[*client.Error](err); ok {
		return &advised{err, refusal.Hint()}
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%w; try again", err)
	}
	var address interface{ Timeout() bool } // every failure of the network has this
	if errors.As(err, &address) {
		return fmt.Errorf("%w; check that the server is running and this machine can reach it", err)
	}
	return err
}

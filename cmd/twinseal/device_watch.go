package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/twinseal/twinseal/client"
)

// Waits between attempts to open a broken stream again: quick at first, then
// gentle on a server that is down.
const (
	firstRetry = 500 * time.Millisecond
	lastRetry  = 30 * time.Second
)

func (a *deviceApp) watchCommand() *cobra.Command {
	var length time.Duration
	cmd := &cobra.Command{
		Use:   "watch",
		Short: "Print requests as they come",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if length < 0 {
				return errors.New("--for: use a duration such as 30s or 5m")
			}
			ctx, cancel := context.WithCancel(cmd.Context())
			defer cancel()
			if length > 0 {
				timer := time.AfterFunc(length, cancel)
				defer timer.Stop()
			}
			return a.watch(ctx, cmd.OutOrStdout())
		},
	}
	cmd.Flags().DurationVar(&length, "for", 0, "how long (default: until interrupted)")
	return cmd
}

// watch follows every account until ctx ends. An account whose device was
// unlinked ends it with an error; a broken connection does not.
func (a *deviceApp) watch(ctx context.Context, w io.Writer) error {
	home, accounts, err := a.open()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	out := &watchPrinter{w: w, json: a.json}
	errs := make([]error, len(accounts))
	var wait sync.WaitGroup
	for i, account := range accounts {
		wait.Go(func() {
			defer cancel()
			errs[i] = errors.Join(advise(follow(ctx, account, out.show)), home.keep(account))
		})
	}
	wait.Wait()
	return errors.Join(errs...)
}

// follow keeps a stream open and shows each request once.
func follow(ctx context.Context, account *linkedAccount, show func(*linkedAccount, client.Challenge) error) error {
	seen := map[string]bool{}
	retry := firstRetry
	for {
		for list, err := range account.device.Stream(ctx) {
			if ctx.Err() != nil {
				return nil
			}
			if final(err) {
				return err
			}
			if err != nil {
				break
			}
			retry = firstRetry
			if err := showNew(account, list, seen, show); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(retry):
			retry = min(2*retry, lastRetry)
		}
	}
}

// final tells a refusal that stays from a failure that passes.
func final(err error) bool {
	var refusal *client.Error
	return errors.As(err, &refusal) && refusal.Status < http.StatusInternalServerError && refusal.Status != http.StatusTooManyRequests
}

// showNew shows what was not seen before, oldest first, and forgets what is
// no longer pending.
func showNew(account *linkedAccount, list client.ChallengeList, seen map[string]bool, show func(*linkedAccount, client.Challenge) error) error {
	pending := make(map[string]bool, len(list.Challenges))
	for _, c := range slices.Backward(list.Challenges) {
		pending[c.ID] = true
		if seen[c.ID] {
			continue
		}
		seen[c.ID] = true
		if err := show(account, c); err != nil {
			return err
		}
	}
	for id := range seen {
		if !pending[id] {
			delete(seen, id)
		}
	}
	return nil
}

// watchPrinter writes one request at a time, whole.
type watchPrinter struct {
	mu   sync.Mutex
	w    io.Writer
	json bool
}

func (p *watchPrinter) show(account *linkedAccount, c client.Challenge) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.json { // one document on each line, for programs that read along
		return json.NewEncoder(p.w).Encode(ownedChallenge{account.name, c.Challenge})
	}
	printChallenge(p.w, account.name, c, account.device.Now())
	_, err := fmt.Fprintf(p.w, "\nAnswer: twinseal device approve %s\n\n", visible(c.ID))
	return err
}

package main

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/client"
)

// ownedChallenge is a challenge and the account it came through.
type ownedChallenge struct {
	Account string `json:"account"`
	api.Challenge
}

func (a *deviceApp) requestsCommand() *cobra.Command {
	var all bool
	var limit int
	cmd := &cobra.Command{
		Use:   "requests",
		Short: "List what is waiting for an answer",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if limit < 1 || limit > api.MaxListLimit {
				return fmt.Errorf("--limit %d: use 1 to %d", limit, api.MaxListLimit)
			}
			return a.requests(cmd, all, limit)
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "also what was answered, expired or withdrawn")
	cmd.Flags().IntVar(&limit, "limit", api.DefaultListLimit, "with --all, how many of each account")
	return cmd
}

func (a *deviceApp) requests(cmd *cobra.Command, all bool, limit int) error {
	home, accounts, err := a.open()
	if err != nil {
		return err
	}
	found := []ownedChallenge{}
	err = a.each(home, accounts, func(account *linkedAccount) error {
		page, err := account.device.Challenges(cmd.Context())
		if all && err == nil {
			page, err = account.device.History(cmd.Context(), limit, "")
		}
		for _, c := range page.Challenges {
			found = append(found, ownedChallenge{account.name, c.Challenge})
		}
		return advise(err)
	})
	if err != nil && len(found) == 0 {
		return err
	}
	if printErr := a.print(cmd, found, func(w io.Writer) { printRequests(w, found, len(accounts) > 1, accounts[0].device.Now()) }); printErr != nil {
		return printErr
	}
	return err
}

// printRequests is a table of requests, with the account when there are
// several.
func printRequests(w io.Writer, found []ownedChallenge, several bool, now time.Time) {
	if len(found) == 0 {
		fmt.Fprintln(w, "Nothing is waiting for an answer.")
		return
	}
	rows := [][]string{{"ACCOUNT", "ID", "STATE", "ASKED", "EXPIRES", "APPLICATION", "MESSAGE"}}
	for _, c := range found {
		rows = append(rows, []string{
			c.Account, c.ID, string(c.State), shortTime(c.Question.CreatedAt), expiry(c.Challenge, now),
			c.Question.Application.Name, c.Question.Message,
		})
	}
	printOwned(w, rows, several)
}

func (a *deviceApp) showCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "show [ID]",
		Short: "Show one request in full; without ID the newest pending one",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			home, accounts, err := a.open()
			if err != nil {
				return err
			}
			account, c, err := find(cmd.Context(), accounts, firstOf(args))
			if err != nil {
				return err
			}
			if err := home.keep(account); err != nil {
				return err
			}
			return a.print(cmd, ownedChallenge{account.name, c.Challenge}, func(w io.Writer) {
				printChallenge(w, account.name, c, account.device.Now())
			})
		},
	}
}

// printChallenge shows everything a person should see before answering.
func printChallenge(w io.Writer, account string, c client.Challenge, now time.Time) {
	printQuestion(w, shownQuestion(c))
	fmt.Fprintln(w)
	fields := [][2]string{
		{"State", string(c.State)},
		{"Asked", longTime(c.Question.CreatedAt)},
		{"Expires", expiry(c.Challenge, now)},
		{"Id", c.ID},
		{"Account", account},
	}
	if c.AnsweredAt != "" {
		fields = append(fields, [2]string{"Answered", longTime(c.AnsweredAt) + " by device " + c.AnsweredBy})
	}
	if c.Reason != "" {
		fields = append(fields, [2]string{"Reason", c.Reason})
	}
	if c.Failure != "" {
		fields = append(fields, [2]string{"Failure", c.Failure})
	}
	if c.Fraud {
		fields = append(fields, [2]string{"Fraud", "reported: this was not me"})
	}
	printFields(w, fields)
	if err := c.Signable(); err != nil {
		fmt.Fprintf(w, "\nCareful: %s.\n", visible(err.Error()))
	}
}

func firstOf(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}

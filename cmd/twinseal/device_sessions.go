package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/twinseal/twinseal/api"
)

// ownedSession is a session and the account it belongs to.
type ownedSession struct {
	Account string `json:"account"`
	api.Session
	owner *linkedAccount
}

func (a *deviceApp) sessionsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "sessions",
		Short: "List the applications where you are logged in",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			home, accounts, err := a.open()
			if err != nil {
				return err
			}
			found, err := a.allSessions(cmd.Context(), home, accounts)
			if err != nil && len(found) == 0 {
				return err
			}
			return errors.Join(a.print(cmd, found, func(w io.Writer) { printSessions(w, found, len(accounts) > 1) }), err)
		},
	}
}

func (a *deviceApp) allSessions(ctx context.Context, home *deviceHome, accounts []*linkedAccount) ([]ownedSession, error) {
	found := []ownedSession{}
	err := a.each(home, accounts, func(account *linkedAccount) error {
		list, err := account.device.Sessions(ctx)
		for _, s := range list {
			found = append(found, ownedSession{account.name, s, account})
		}
		return advise(err)
	})
	return found, err
}

func printSessions(w io.Writer, found []ownedSession, several bool) {
	if len(found) == 0 {
		fmt.Fprintln(w, "You are logged in nowhere.")
		return
	}
	rows := [][]string{{"ACCOUNT", "APPLICATION", "SINCE", "APPLICATION ID"}}
	for _, s := range found {
		rows = append(rows, []string{s.Account, s.Application.Name, shortTime(s.StartedAt), s.Application.ID})
	}
	printOwned(w, rows, several)
}

func (a *deviceApp) logoutCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "logout APP",
		Short: "Log out of an application, by its name or id",
		Args:  oneArgument("name the application: twinseal device logout APP (`twinseal device sessions` lists them)"),
		RunE: func(cmd *cobra.Command, args []string) error {
			home, accounts, err := a.open()
			if err != nil {
				return err
			}
			found, err := a.allSessions(cmd.Context(), home, accounts)
			if err != nil {
				return err
			}
			session, err := chooseSession(found, args[0])
			if err != nil {
				return err
			}
			err = session.owner.device.EndSession(cmd.Context(), session.ID)
			if err := errors.Join(advise(err), home.keep(session.owner)); err != nil {
				return err
			}
			return a.print(cmd, session, func(w io.Writer) { fmt.Fprintf(w, "Logged out of %s.\n", visible(session.Application.Name)) })
		},
	}
}

// chooseSession finds the one session that a name or an id means.
func chooseSession(found []ownedSession, wanted string) (ownedSession, error) {
	var fit []ownedSession
	var names []string
	for _, s := range found {
		names = append(names, visible(s.Application.Name)+" ("+visible(s.Application.ID)+")")
		if s.ID == wanted || s.Application.ID == wanted || strings.EqualFold(s.Application.Name, wanted) {
			fit = append(fit, s)
		}
	}
	switch {
	case len(found) == 0:
		return ownedSession{}, errors.New("you are logged in nowhere; see `twinseal device sessions`")
	case len(fit) == 0:
		return ownedSession{}, fmt.Errorf("you are not logged in at %q; you are at: %s", visible(wanted), list(names))
	case len(fit) > 1:
		return ownedSession{}, fmt.Errorf("%q means several applications; name one by its id, or the account with --account: %s", visible(wanted), list(names))
	}
	return fit[0], nil
}

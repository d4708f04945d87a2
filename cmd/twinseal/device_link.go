package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/client"
)

// platform is how this authenticator calls itself.
const platform = "cli"

// linkFlags are what `device link` was asked.
type linkFlags struct {
	server, code, phone, name, directory string
}

func (a *deviceApp) linkCommand() *cobra.Command {
	var f linkFlags
	cmd := &cobra.Command{
		Use:   "link --server URL (--code CODE | --phone NUMBER)",
		Short: "Make a key and link it to an account",
		Long: "Make a key and link it to an account, with the linking code that the application showed or by\n" +
			"proving a phone number: a code is then sent there, and read from standard input.",
		Example: "  twinseal device link --server https://mfa.example.net --code K7QF-2MPX\n" +
			"  twinseal device link --code 'twinseal://link?server=https%3A%2F%2Fmfa.example.net&code=K7QF-2MPX'\n" +
			"  twinseal device link --server https://mfa.example.net --phone +14155550100",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.link(cmd, f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.server, "server", "", "the server's address; a twinseal:// code names it itself")
	flags.StringVar(&f.code, "code", "", "the linking code, or the address inside its QR (twinseal://link or authy://account)")
	flags.StringVar(&f.phone, "phone", "", "the account's phone number with + and country code")
	flags.StringVar(&f.directory, "directory", "", "with --phone, name or id of the directory, when several know the number")
	flags.StringVar(&f.name, "name", "", "what to call this device (default: this machine's name)")
	cmd.MarkFlagsMutuallyExclusive("code", "phone")
	cmd.MarkFlagsOneRequired("code", "phone")
	return cmd
}

func (a *deviceApp) link(cmd *cobra.Command, f linkFlags) error {
	invitation, err := f.invitation()
	if err != nil {
		return err
	}
	if a.account != "" && !accountName.MatchString(a.account) {
		return fmt.Errorf("--account %q: use small letters, digits, dots and dashes", a.account)
	}
	home, err := a.store()
	if err != nil {
		return err
	}
	device, err := client.NewDevice(invitation.Server, a.options()...)
	if err != nil {
		return err
	}
	name := f.deviceName()
	if f.phone != "" {
		err = linkByPhone(cmd, device, f, name)
	} else {
		err = device.Link(cmd.Context(), client.Link{
			Code: invitation.Code, Token: invitation.Token, Name: name, Platform: platform,
			Shows: func(number string) {
				fmt.Fprintf(cmd.ErrOrStderr(), "Choose the number %s on your other device.\n", visible(number))
			},
		})
	}
	if err != nil {
		return advise(err)
	}
	return a.keepLinked(cmd, home, device)
}

// keepLinked writes the account down. If that fails the link is undone, for
// its key would be lost.
func (a *deviceApp) keepLinked(cmd *cobra.Command, home *deviceHome, device *client.Device) error {
	account := device.Account()
	wanted := a.account
	if wanted == "" {
		wanted = nameFrom(account.Linked.Organization.Name)
	}
	name, err := home.add(wanted, account)
	if err != nil {
		return errors.Join(err, device.Unlink(context.WithoutCancel(cmd.Context())))
	}
	return a.print(cmd, accountJSON(name, account), func(w io.Writer) {
		fmt.Fprintf(w, "Linked %q to %s as %s.\n\n", visible(account.Linked.Device.Name), visible(account.Linked.Organization.Name), userName(account.Linked.User))
		printFields(w, accountFields(name, account))
		fmt.Fprintf(w, "\nNext: twinseal device requests\n")
	})
}

func linkByPhone(cmd *cobra.Command, device *client.Device, f linkFlags, name string) error {
	started, err := device.StartPhoneLink(cmd.Context(), f.phone, name, platform)
	if err != nil {
		return err
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "If %s belongs to an account, a code is on its way. Type it here: ", visible(f.phone))
	line, err := bufio.NewReader(io.LimitReader(cmd.InOrStdin(), maxTyped)).ReadString('\n')
	code := strings.TrimSpace(line)
	if code == "" {
		return errors.Join(errors.New("no code came on standard input; run the command again and type the code that was sent"), ignoreEOF(err))
	}
	err = device.FinishPhoneLink(cmd.Context(), started.EnrollmentID, code, "")
	var refusal *client.Error
	if !errors.As(err, &refusal) || refusal.Code != api.CodeDirectoryRequired {
		return err
	}
	directory, err := f.choose(refusal.Directories)
	if err != nil {
		return err
	}
	return device.FinishPhoneLink(cmd.Context(), started.EnrollmentID, code, directory)
}

// maxTyped bounds the line a code is read from.
const maxTyped = 256

// choose finds the directory that --directory names.
func (f linkFlags) choose(directories []api.Named) (string, error) {
	names := make([]string, len(directories))
	for i, d := range directories {
		if f.directory != "" && (d.ID == f.directory || strings.EqualFold(d.Name, f.directory)) {
			return d.ID, nil
		}
		names[i] = visible(d.Name) + " (" + visible(d.ID) + ")"
	}
	return "", fmt.Errorf("several directories know this number; run the command again with --directory and one of: %s", list(names))
}

func ignoreEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// invitation puts the flags together: the server is named by --server or by
// the code, and by both only if they agree.
func (f linkFlags) invitation() (client.Invitation, error) {
	if f.phone != "" {
		return client.Invitation{Server: f.server}, f.needServer(f.server)
	}
	invitation, err := client.ParseLink(f.code)
	if err != nil {
		return invitation, fmt.Errorf("--code: %w", err)
	}
	if f.server != "" {
		if invitation.Server != "" && strings.TrimRight(invitation.Server, "/") != strings.TrimRight(f.server, "/") {
			return invitation, fmt.Errorf("the code is for %s, and --server says %s; leave --server out if you trust the code", visible(invitation.Server), f.server)
		}
		invitation.Server = f.server
	}
	return invitation, f.needServer(invitation.Server)
}

func (f linkFlags) needServer(server string) error {
	if server == "" {
		return errors.New("which server? add --server URL")
	}
	return nil
}

func (f linkFlags) deviceName() string {
	if f.name != "" {
		return f.name
	}
	if host, err := os.Hostname(); err == nil && host != "" {
		return host
	}
	return "terminal"
}

func (a *deviceApp) accountsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "accounts",
		Short: "List the linked accounts",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, accounts, err := a.open()
			if err != nil {
				return err
			}
			out := make([]accountView, len(accounts))
			rows := [][]string{{"ACCOUNT", "ORGANIZATION", "USER", "SERVER"}}
			for i, account := range accounts {
				out[i] = accountJSON(account.name, account.saved)
				rows = append(rows, []string{account.name, account.saved.Linked.Organization.Name, userName(account.saved.Linked.User), account.saved.Server})
			}
			return a.print(cmd, out, func(w io.Writer) { printTable(w, rows) })
		},
	}
}

func (a *deviceApp) unlinkCommand() *cobra.Command {
	var forget bool
	cmd := &cobra.Command{
		Use:   "unlink",
		Short: "Remove this device from its account, and its key from this machine",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			home, accounts, err := a.open()
			if err != nil {
				return err
			}
			account, err := only(accounts)
			if err != nil {
				return err
			}
			return a.unlink(cmd, home, account, forget)
		},
	}
	cmd.Flags().BoolVar(&forget, "forget", false, "remove the key here even if the server cannot be told")
	return cmd
}

func (a *deviceApp) unlink(cmd *cobra.Command, home *deviceHome, account *linkedAccount, forget bool) error {
	err := account.device.Unlink(cmd.Context())
	gone := err == nil || client.HasCode(err, api.CodeDeviceUnknown)
	if !gone && !forget {
		return fmt.Errorf("%w; or remove the key here alone with --forget", advise(err))
	}
	if err := home.remove(account.name); err != nil {
		return err
	}
	out := map[string]any{"account": account.name, "unlinked": gone, "forgotten": true}
	return a.print(cmd, out, func(w io.Writer) {
		fmt.Fprintf(w, "Account %s is forgotten here.\n", account.name)
		if !gone {
			fmt.Fprintf(w, "The server still lists this device: have it removed there.\n")
		}
	})
}

package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/twinseal/twinseal/client/launchkey"
)

func directoryCommand(c *connection) *cobra.Command {
	cmd := &cobra.Command{Use: "directory", Short: "An organization's directories: create, list, show, update, sdk-key"}
	create := &cobra.Command{
		Use: "create NAME", Short: "Make a directory", Args: cobra.ExactArgs(1),
		RunE: with(c.organizationClient, func(cmd *cobra.Command, args []string, organization *launchkey.OrganizationClient) error {
			id, err := organization.CreateDirectory(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return c.show(cmd, map[string]any{"id": id}, facts{{"Directory", string(id)}})
		}),
	}
	list := &cobra.Command{
		Use: "list", Short: "List the directories", Args: cobra.NoArgs,
		RunE: with(c.organizationClient, func(cmd *cobra.Command, _ []string, organization *launchkey.OrganizationClient) error {
			all, err := organization.AllDirectories(cmd.Context())
			if err != nil {
				return err
			}
			found := table{head: []string{"DIRECTORY", "NAME", "ACTIVE"}, none: "no directories"}
			for _, d := range all {
				found.rows = append(found.rows, []string{string(d.ID), d.Name, yesNo(d.Active)})
			}
			return c.show(cmd, all, found)
		}),
	}
	show := &cobra.Command{
		Use: "show DIRECTORY", Short: "Show a directory", Args: cobra.ExactArgs(1),
		RunE: with(c.organizationClient, func(cmd *cobra.Command, args []string, organization *launchkey.OrganizationClient) error {
			d, err := organization.Directory(cmd.Context(), launchkey.DirectoryID(args[0]))
			if err != nil {
				return err
			}
			return c.show(cmd, d, facts{
				{"Directory", string(d.ID)},
				{"Name", d.Name},
				{"Active", yesNo(d.Active)},
				{"Asks why when denied", yesNo(d.DenialContextInquiry)},
				{"Webhook URL", d.WebhookURL},
				{"Android key", d.AndroidKey},
				{"iOS certificate", d.IOSCertificateFingerprint},
				{"SDK keys", texts(d.SDKKeys)},
				{"Services", texts(d.ServiceIDs)},
			})
		}),
	}
	cmd.AddCommand(create, list, show, directoryUpdateCommand(c), sdkKeyCommand(c))
	return cmd
}

// changed is what a flag does to a value that may be absent: nothing when the
// flag is not given, and away with it when the flag is empty.
func changed(cmd *cobra.Command, name, value string) launchkey.Change[string] {
	switch {
	case !cmd.Flags().Changed(name):
		return launchkey.Change[string]{}
	case value == "":
		return launchkey.Clear[string]()
	default:
		return launchkey.To(value)
	}
}

// given is the flag's value when it is given.
func given[T any](cmd *cobra.Command, name string, value T) *T {
	if !cmd.Flags().Changed(name) {
		return nil
	}
	return &value
}

func directoryUpdateCommand(c *connection) *cobra.Command {
	var active, inquiry bool
	var webhook, android, p12 string
	cmd := &cobra.Command{
		Use: "update DIRECTORY", Short: "Change a directory; what is not named stays, an empty text takes away", Args: cobra.ExactArgs(1),
		Example: `  launchkey-cli directory update DIRECTORY --active=false --webhook-url ""`,
		RunE: with(c.organizationClient, func(cmd *cobra.Command, args []string, organization *launchkey.OrganizationClient) error {
			update := launchkey.DirectoryUpdate{
				Active: given(cmd, "active", active), DenialContextInquiry: given(cmd, "denial-context-inquiry", inquiry),
				AndroidKey: changed(cmd, "android-key", android), WebhookURL: changed(cmd, "webhook-url", webhook),
			}
			if cmd.Flags().Changed("ios-p12") {
				var err error
				if update.IOSP12, err = certificate(p12); err != nil {
					return err
				}
			}
			if err := organization.UpdateDirectory(cmd.Context(), launchkey.DirectoryID(args[0]), update); err != nil {
				return err
			}
			return c.done(cmd, "updated")
		}),
	}
	f := cmd.Flags()
	f.BoolVar(&active, "active", true, "whether its users can be asked")
	f.BoolVar(&inquiry, "denial-context-inquiry", true, "whether devices ask for the reason of a denial")
	f.StringVar(&webhook, "webhook-url", "", "`URL` to tell of linked devices")
	f.StringVar(&android, "android-key", "", "`KEY` for push messages")
	f.StringVar(&p12, "ios-p12", "", "PKCS #12 `FILE` for push messages, without password")
	return cmd
}

func certificate(name string) (launchkey.Change[[]byte], error) {
	if name == "" {
		return launchkey.Clear[[]byte](), nil
	}
	raw, err := os.ReadFile(name)
	return launchkey.To(raw), err
}

func sdkKeyCommand(c *connection) *cobra.Command {
	cmd := &cobra.Command{Use: "sdk-key", Short: "The keys that authenticators are built with: generate, list, remove"}
	generate := &cobra.Command{
		Use: "generate DIRECTORY", Short: "Make an SDK key", Args: cobra.ExactArgs(1),
		RunE: with(c.organizationClient, func(cmd *cobra.Command, args []string, organization *launchkey.OrganizationClient) error {
			key, err := organization.GenerateDirectorySDKKey(cmd.Context(), launchkey.DirectoryID(args[0]))
			if err != nil {
				return err
			}
			return c.show(cmd, map[string]any{"sdk_key": key}, facts{{"SDK key", string(key)}})
		}),
	}
	list := &cobra.Command{
		Use: "list DIRECTORY", Short: "List the SDK keys", Args: cobra.ExactArgs(1),
		RunE: with(c.organizationClient, func(cmd *cobra.Command, args []string, organization *launchkey.OrganizationClient) error {
			keys, err := organization.DirectorySDKKeys(cmd.Context(), launchkey.DirectoryID(args[0]))
			if err != nil {
				return err
			}
			found := table{head: []string{"SDK KEY"}, none: "no SDK keys"}
			for _, key := range keys {
				found.rows = append(found.rows, []string{string(key)})
			}
			return c.show(cmd, keys, found)
		}),
	}
	remove := &cobra.Command{
		Use: "remove DIRECTORY KEY", Short: "Take an SDK key away", Args: cobra.ExactArgs(2),
		RunE: with(c.organizationClient, func(cmd *cobra.Command, args []string, organization *launchkey.OrganizationClient) error {
			if err := organization.RemoveDirectorySDKKey(cmd.Context(), launchkey.DirectoryID(args[0]), launchkey.SDKKey(args[1])); err != nil {
				return err
			}
			return c.done(cmd, "removed")
		}),
	}
	cmd.AddCommand(generate, list, remove)
	return cmd
}

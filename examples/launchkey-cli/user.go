package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/twinseal/twinseal/client/launchkey"
)

func deviceCommand(c *connection) *cobra.Command {
	cmd := &cobra.Command{Use: "device", Short: "A person's devices: link, list, unlink"}
	var ttl time.Duration
	link := &cobra.Command{
		Use: "link USER", Short: "Make a code that links a device to a person", Args: cobra.ExactArgs(1),
		RunE: with(c.directoryClient, func(cmd *cobra.Command, args []string, directory *launchkey.DirectoryClient) error {
			made, err := directory.LinkDevice(cmd.Context(), args[0], launchkey.LinkDeviceOptions{TTL: ttl})
			if err != nil {
				return err
			}
			return c.show(cmd, made, facts{{"Code", made.Code}, {"Picture", made.QRCodeURL}, {"Device", string(made.DeviceID)}})
		}),
	}
	link.Flags().DurationVar(&ttl, "ttl", 0, "how long the code can be used; the server's default otherwise")
	list := &cobra.Command{
		Use: "list USER", Short: "List the devices of a person", Args: cobra.ExactArgs(1),
		RunE: with(c.directoryClient, func(cmd *cobra.Command, args []string, directory *launchkey.DirectoryClient) error {
			devices, err := directory.LinkedDevices(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			found := table{head: []string{"DEVICE", "STATUS", "NAME", "TYPE", "SINCE"}, none: "no devices"}
			for _, d := range devices {
				found.rows = append(found.rows, []string{string(d.ID), d.Status.String(), d.Name, d.Type, stamp(d.CreatedAt)})
			}
			return c.show(cmd, devices, found)
		}),
	}
	unlink := &cobra.Command{
		Use: "unlink USER DEVICE", Short: "Take a device away from a person", Args: cobra.ExactArgs(2),
		RunE: with(c.directoryClient, func(cmd *cobra.Command, args []string, directory *launchkey.DirectoryClient) error {
			if err := directory.UnlinkDevice(cmd.Context(), args[0], launchkey.DeviceID(args[1])); err != nil {
				return err
			}
			return c.done(cmd, "unlinked")
		}),
	}
	cmd.AddCommand(link, list, unlink)
	return cmd
}

func totpCommand(c *connection) *cobra.Command {
	cmd := &cobra.Command{Use: "totp", Short: "A person's codes: generate, verify, remove"}
	issuer := "LaunchKey"
	generate := &cobra.Command{
		Use: "generate USER", Short: "Make the secret of a person's codes, in place of an older one", Args: cobra.ExactArgs(1),
		RunE: with(c.directoryClient, func(cmd *cobra.Command, args []string, directory *launchkey.DirectoryClient) error {
			made, err := directory.GenerateUserTOTP(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			// The one place where the secret is shown, because it was asked for.
			uri := made.URI(issuer, args[0])
			found := map[string]any{
				"secret": string(made.Secret), "algorithm": made.Algorithm, "period": int(made.Period / time.Second), "digits": made.Digits, "uri": uri,
			}
			return c.show(cmd, found, facts{
				{"Secret", string(made.Secret)},
				{"Algorithm", made.Algorithm},
				{"Period", made.Period.String()},
				{"Digits", fmt.Sprint(made.Digits)},
				{"Address", uri},
			})
		}),
	}
	generate.Flags().StringVar(&issuer, "issuer", issuer, "`NAME` that the person's app shows")
	verify := &cobra.Command{
		Use: "verify USER CODE", Short: "Check a code that a person typed", Args: cobra.ExactArgs(2),
		RunE: with(c.serviceClient, func(cmd *cobra.Command, args []string, service *launchkey.ServiceClient) error {
			valid, err := service.VerifyTOTP(cmd.Context(), args[0], args[1])
			if err != nil {
				return err
			}
			if err := c.show(cmd, map[string]bool{"valid": valid}, facts{{"Valid", yesNo(valid)}}); err != nil || valid {
				return err
			}
			return errNotAuthorized
		}),
	}
	remove := &cobra.Command{
		Use: "remove USER", Short: "Take the secret of a person's codes away", Args: cobra.ExactArgs(1),
		RunE: with(c.directoryClient, func(cmd *cobra.Command, args []string, directory *launchkey.DirectoryClient) error {
			if err := directory.RemoveUserTOTP(cmd.Context(), args[0]); err != nil {
				return err
			}
			return c.done(cmd, "removed")
		}),
	}
	cmd.AddCommand(generate, verify, remove)
	return cmd
}

func sessionCommand(c *connection) *cobra.Command {
	cmd := &cobra.Command{Use: "session", Short: "Where a person is logged in: start, end, list, end-all"}
	var request string
	start := &cobra.Command{
		Use: "start USER", Short: "Say that a person is logged in at the service", Args: cobra.ExactArgs(1),
		RunE: with(c.serviceClient, func(cmd *cobra.Command, args []string, service *launchkey.ServiceClient) error {
			if err := service.SessionStart(cmd.Context(), args[0], launchkey.AuthorizationID(request)); err != nil {
				return err
			}
			return c.done(cmd, "started")
		}),
	}
	start.Flags().StringVar(&request, "request", "", "the `REQUEST` that was approved")
	end := &cobra.Command{
		Use: "end USER", Short: "Say that a person has logged out of the service", Args: cobra.ExactArgs(1),
		RunE: with(c.serviceClient, func(cmd *cobra.Command, args []string, service *launchkey.ServiceClient) error {
			if err := service.SessionEnd(cmd.Context(), args[0]); err != nil {
				return err
			}
			return c.done(cmd, "ended")
		}),
	}
	cmd.AddCommand(start, end, sessionListCommand(c), sessionEndAllCommand(c))
	return cmd
}

func sessionListCommand(c *connection) *cobra.Command {
	return &cobra.Command{
		Use: "list USER", Short: "List where a person is logged in", Args: cobra.ExactArgs(1),
		RunE: with(c.directoryClient, func(cmd *cobra.Command, args []string, directory *launchkey.DirectoryClient) error {
			sessions, err := directory.AllServiceSessions(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			found := table{head: []string{"SERVICE", "NAME", "SINCE", "REQUEST"}, none: "no sessions"}
			for _, s := range sessions {
				found.rows = append(found.rows, []string{string(s.ServiceID), s.ServiceName, stamp(s.StartedAt), string(s.RequestID)})
			}
			return c.show(cmd, sessions, found)
		}),
	}
}

func sessionEndAllCommand(c *connection) *cobra.Command {
	return &cobra.Command{
		Use: "end-all USER", Short: "Log a person out of all services of the directory", Args: cobra.ExactArgs(1),
		RunE: with(c.directoryClient, func(cmd *cobra.Command, args []string, directory *launchkey.DirectoryClient) error {
			if err := directory.EndAllServiceSessions(cmd.Context(), args[0]); err != nil {
				return err
			}
			return c.done(cmd, "ended")
		}),
	}
}

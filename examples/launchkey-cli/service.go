package main

import (
	"github.com/spf13/cobra"

	"github.com/twinseal/twinseal/client/launchkey"
)

func serviceCommand(c *connection) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "service",
		Short: "Services of the directory, or of the organization where none is named: create, list, show, update",
	}
	list := &cobra.Command{
		Use: "list", Short: "List the services", Args: cobra.NoArgs,
		RunE: with(c.manager, func(cmd *cobra.Command, _ []string, manager *launchkey.ServiceManager) error {
			all, err := manager.AllServices(cmd.Context())
			if err != nil {
				return err
			}
			found := table{head: []string{"SERVICE", "NAME", "ACTIVE", "CALLBACK URL"}, none: "no services"}
			for _, s := range all {
				found.rows = append(found.rows, []string{string(s.ID), s.Name, yesNo(s.Active), s.CallbackURL})
			}
			return c.show(cmd, all, found)
		}),
	}
	show := &cobra.Command{
		Use: "show SERVICE", Short: "Show a service", Args: cobra.ExactArgs(1),
		RunE: with(c.manager, func(cmd *cobra.Command, args []string, manager *launchkey.ServiceManager) error {
			s, err := manager.Service(cmd.Context(), launchkey.ServiceID(args[0]))
			if err != nil {
				return err
			}
			return c.show(cmd, s, facts{
				{"Service", string(s.ID)},
				{"Name", s.Name},
				{"Active", yesNo(s.Active)},
				{"Description", s.Description},
				{"Icon", s.Icon},
				{"Callback URL", s.CallbackURL},
			})
		}),
	}
	cmd.AddCommand(serviceCreateCommand(c), list, show, serviceUpdateCommand(c))
	return cmd
}

// serviceFlags are the parts of a service that can be set.
type serviceFlags struct {
	name, description, icon, callback string
	active                            bool
}

func (s *serviceFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&s.description, "description", "", "`TEXT` about it")
	f.StringVar(&s.icon, "icon", "", "`URL` of a picture")
	f.StringVar(&s.callback, "callback-url", "", "`URL` to tell of answers and of ended sessions")
	f.BoolVar(&s.active, "active", true, "whether it may ask")
}

func serviceCreateCommand(c *connection) *cobra.Command {
	var s serviceFlags
	cmd := &cobra.Command{
		Use: "create NAME", Short: "Make a service", Args: cobra.ExactArgs(1),
		RunE: with(c.manager, func(cmd *cobra.Command, args []string, manager *launchkey.ServiceManager) error {
			id, err := manager.CreateService(cmd.Context(), launchkey.NewService{
				Name: args[0], Description: s.description, Icon: s.icon, CallbackURL: s.callback, Inactive: !s.active,
			})
			if err != nil {
				return err
			}
			return c.show(cmd, map[string]any{"id": id}, facts{{"Service", string(id)}})
		}),
	}
	s.add(cmd)
	return cmd
}

func serviceUpdateCommand(c *connection) *cobra.Command {
	var s serviceFlags
	cmd := &cobra.Command{
		Use: "update SERVICE", Short: "Change a service; what is not named stays, an empty text takes away", Args: cobra.ExactArgs(1),
		RunE: with(c.manager, func(cmd *cobra.Command, args []string, manager *launchkey.ServiceManager) error {
			err := manager.UpdateService(cmd.Context(), launchkey.ServiceID(args[0]), launchkey.ServiceUpdate{
				Name: given(cmd, "name", s.name), Active: given(cmd, "active", s.active), Description: changed(cmd, "description", s.description),
				Icon: changed(cmd, "icon", s.icon), CallbackURL: changed(cmd, "callback-url", s.callback),
			})
			if err != nil {
				return err
			}
			return c.done(cmd, "updated")
		}),
	}
	s.add(cmd)
	cmd.Flags().StringVar(&s.name, "name", "", "new `NAME`")
	return cmd
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/twinseal/twinseal/internal/app"
)

func applyCommand() *cobra.Command {
	var s settings
	var file string
	var asJSON bool
	c := &cobra.Command{
		Use:   "apply -f FILE",
		Short: "Bring in organizations, applications, keys and users from a file",
		Long: `Makes what the file describes exist, all or nothing, with the identifiers it gives. Applying the
same file again changes nothing, so this is also how people migrate. See docs/apply.md for the format.

The server may run meanwhile; it sees the change within seconds.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return errors.New("the file comes after -f: twinseal apply -f FILE (- for standard input)")
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error {
			if file == "" {
				return errors.New("name the file to apply: twinseal apply -f FILE (- for standard input)")
			}
			return withApp(c.Context(), &s, func(ctx context.Context, a *app.App) error {
				applied, err := a.ApplyFile(ctx, file)
				if err != nil {
					return err
				}
				if asJSON {
					return json.NewEncoder(c.OutOrStdout()).Encode(map[string]int{
						"created": applied.Created, "updated": applied.Updated, "unchanged": applied.Unchanged,
					})
				}
				_, err = fmt.Fprintln(c.OutOrStdout(), describeApplied(applied))
				return err
			})
		},
	}
	s.addDatabase(c)
	c.Flags().StringVarP(&file, "file", "f", "", "apply `FILE` (YAML), - for standard input")
	c.Flags().BoolVar(&asJSON, "json", false, "print the counts as JSON")
	return c
}

func describeApplied(a app.Applied) string {
	return fmt.Sprintf("%d created, %d updated, %d unchanged", a.Created, a.Updated, a.Unchanged)
}

// withApp opens the program for one command and closes it again. Its log is silent: the command speaks.
func withApp(ctx context.Context, s *settings, do func(context.Context, *app.App) error) error {
	config, err := s.load()
	if err != nil {
		return err
	}
	a, err := app.Open(ctx, config, io.Discard)
	if err != nil {
		return err
	}
	err = do(ctx, a)
	if closeErr := a.Close(); err == nil {
		err = closeErr
	}
	return err
}

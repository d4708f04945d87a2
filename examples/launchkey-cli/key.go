package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/twinseal/twinseal/client/launchkey"
)

// keyring is the keys of one directory or service.
type keyring interface {
	list(ctx context.Context) ([]launchkey.PublicKey, error)
	add(ctx context.Context, key launchkey.NewPublicKey) (launchkey.KeyID, error)
	update(ctx context.Context, id launchkey.KeyID, update launchkey.PublicKeyUpdate) error
	remove(ctx context.Context, id launchkey.KeyID) error
}

type directoryKeys struct {
	*launchkey.OrganizationClient

	id launchkey.DirectoryID
}

func (k directoryKeys) list(ctx context.Context) ([]launchkey.PublicKey, error) {
	return k.DirectoryPublicKeys(ctx, k.id)
}

func (k directoryKeys) add(ctx context.Context, key launchkey.NewPublicKey) (launchkey.KeyID, error) {
	return k.AddDirectoryPublicKey(ctx, k.id, key)
}

func (k directoryKeys) update(ctx context.Context, id launchkey.KeyID, update launchkey.PublicKeyUpdate) error {
	return k.UpdateDirectoryPublicKey(ctx, k.id, id, update)
}

func (k directoryKeys) remove(ctx context.Context, id launchkey.KeyID) error {
	return k.RemoveDirectoryPublicKey(ctx, k.id, id)
}

type serviceKeys struct {
	*launchkey.ServiceManager

	id launchkey.ServiceID
}

func (k serviceKeys) list(ctx context.Context) ([]launchkey.PublicKey, error) {
	return k.ServicePublicKeys(ctx, k.id)
}

func (k serviceKeys) add(ctx context.Context, key launchkey.NewPublicKey) (launchkey.KeyID, error) {
	return k.AddServicePublicKey(ctx, k.id, key)
}

func (k serviceKeys) update(ctx context.Context, id launchkey.KeyID, update launchkey.PublicKeyUpdate) error {
	return k.UpdateServicePublicKey(ctx, k.id, id, update)
}

func (k serviceKeys) remove(ctx context.Context, id launchkey.KeyID) error {
	return k.RemoveServicePublicKey(ctx, k.id, id)
}

// keys finds the keys of an entity named as in dir:ID or svc:ID.
func (c *connection) keysOf(entity string) (keyring, error) {
	kind, id, _ := strings.Cut(entity, ":")
	switch kind {
	case "dir":
		organization, err := c.organizationClient()
		return directoryKeys{organization, launchkey.DirectoryID(id)}, err
	case "svc":
		manager, err := c.manager()
		return serviceKeys{manager, launchkey.ServiceID(id)}, err
	default:
		return nil, errors.New("say whose keys: dir:ID or svc:ID")
	}
}

func keyCommand(c *connection) *cobra.Command {
	cmd := &cobra.Command{Use: "key", Short: "Public keys of directories and services: id, list, add, update, remove"}
	cmd.AddCommand(keyIDCommand(c), keyListCommand(c), keyAddCommand(c), keyUpdateCommand(c), keyRemoveCommand(c))
	return cmd
}

func keyIDCommand(c *connection) *cobra.Command {
	return &cobra.Command{
		Use: "id FILE", Short: "Name the public key in a PEM file", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := os.ReadFile(args[0])
			if err != nil {
				return err
			}
			id, err := launchkey.PublicKeyID(text)
			if err != nil {
				return err
			}
			return c.show(cmd, map[string]any{"key_id": id}, facts{{"Key", string(id)}})
		},
	}
}

func keyListCommand(c *connection) *cobra.Command {
	return &cobra.Command{
		Use: "list dir:ID|svc:ID", Short: "List the keys", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			keys, err := c.keysOf(args[0])
			if err != nil {
				return err
			}
			all, err := keys.list(cmd.Context())
			if err != nil {
				return err
			}
			found := table{head: []string{"KEY", "FOR", "ACTIVE", "SINCE", "UNTIL"}, none: "no keys"}
			for _, k := range all {
				found.rows = append(found.rows, []string{string(k.ID), k.Type.String(), yesNo(k.Active), stamp(k.CreatedAt), stamp(k.ExpiresAt)})
			}
			return c.show(cmd, all, found)
		},
	}
}

var keyTypes = map[string]launchkey.KeyType{
	"both": launchkey.KeyBoth, "encryption": launchkey.KeyEncryption, "signature": launchkey.KeySignature,
}

func keyAddCommand(c *connection) *cobra.Command {
	var kind, expires string
	var active bool
	cmd := &cobra.Command{
		Use: "add dir:ID|svc:ID FILE", Short: "Give it the public key in a PEM file", Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := os.ReadFile(args[1])
			if err != nil {
				return err
			}
			key := launchkey.NewPublicKey{PEM: string(text), Inactive: !active}
			var known bool
			if key.Type, known = keyTypes[kind]; !known {
				return fmt.Errorf("a key is for both, encryption or signature, not for %q", kind)
			}
			if key.ExpiresAt, err = parseTime(expires); err != nil {
				return err
			}
			keys, err := c.keysOf(args[0])
			if err != nil {
				return err
			}
			id, err := keys.add(cmd.Context(), key)
			if err != nil {
				return err
			}
			return c.show(cmd, map[string]any{"key_id": id}, facts{{"Key", string(id)}})
		},
	}
	cmd.Flags().StringVar(&kind, "type", "both", "what it is `FOR`: both, encryption or signature")
	cmd.Flags().StringVar(&expires, "expires", "", "`TIME` until when, such as 2030-01-31T12:00:00Z")
	cmd.Flags().BoolVar(&active, "active", true, "whether it counts")
	return cmd
}

func parseTime(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is no time: write it as in 2030-01-31T12:00:00Z", text)
	}
	return at, nil
}

func keyUpdateCommand(c *connection) *cobra.Command {
	var active bool
	var expires string
	cmd := &cobra.Command{
		Use: "update dir:ID|svc:ID KEY", Short: "Switch a key on or off, or change until when it counts", Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			update := launchkey.PublicKeyUpdate{Active: given(cmd, "active", active)}
			if cmd.Flags().Changed("expires") {
				at, err := parseTime(expires)
				if err != nil {
					return err
				}
				update.ExpiresAt = launchkey.To(at)
				if at.IsZero() {
					update.ExpiresAt = launchkey.Clear[time.Time]()
				}
			}
			keys, err := c.keysOf(args[0])
			if err != nil {
				return err
			}
			if err := keys.update(cmd.Context(), launchkey.KeyID(args[1]), update); err != nil {
				return err
			}
			return c.done(cmd, "updated")
		},
	}
	cmd.Flags().BoolVar(&active, "active", true, "whether it counts")
	cmd.Flags().StringVar(&expires, "expires", "", "`TIME` until when; empty for ever")
	return cmd
}

func keyRemoveCommand(c *connection) *cobra.Command {
	return &cobra.Command{
		Use: "remove dir:ID|svc:ID KEY", Short: "Take a key away; the only one stays", Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			keys, err := c.keysOf(args[0])
			if err != nil {
				return err
			}
			if err := keys.remove(cmd.Context(), launchkey.KeyID(args[1])); err != nil {
				return err
			}
			return c.done(cmd, "removed")
		},
	}
}

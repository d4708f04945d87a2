package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/twinseal/twinseal/client"
	"github.com/twinseal/twinseal/receipt"
)

func (a *deviceApp) approveCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "approve [ID]",
		Short: "Sign an approval; without ID of the newest pending request",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.answer(cmd, firstOf(args), client.Approve())
		},
	}
}

func (a *deviceApp) denyCommand() *cobra.Command {
	var reason string
	var fraud bool
	cmd := &cobra.Command{
		Use:   "deny [ID]",
		Short: "Sign a denial; without ID of the newest pending request",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.answer(cmd, firstOf(args), client.Deny(reason, fraud))
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why, for the application to read")
	cmd.Flags().BoolVar(&fraud, "fraud", false, "report that this was not you")
	return cmd
}

// answered is what an answer gives in JSON.
type answered struct {
	Account   string            `json:"account"`
	Statement receipt.Statement `json:"statement"`
	Receipt   json.RawMessage   `json:"receipt"`
}

func (a *deviceApp) answer(cmd *cobra.Command, id string, decision client.Decision) error {
	home, accounts, err := a.open()
	if err != nil {
		return err
	}
	account, c, err := find(cmd.Context(), accounts, id)
	if err != nil {
		return err
	}
	data, err := account.device.Answer(cmd.Context(), c, decision)
	if err := errors.Join(advise(err), home.keep(account)); err != nil {
		return err
	}
	result, err := account.verify(data)
	if err != nil {
		return err
	}
	return a.print(cmd, answered{account.name, result.Statement, data}, func(w io.Writer) {
		fmt.Fprintf(w, "%s. This is what was signed:\n\n", decided(result.Statement))
		printStatement(w, result)
		fmt.Fprintf(w, "\nThe proof: twinseal device receipt %s -o receipt.json\n", visible(c.ID))
	})
}

// verify holds a receipt to the server key pinned when the account linked.
func (l *linkedAccount) verify(data []byte) (*receipt.Result, error) {
	result, err := receipt.Verify(data, receipt.Options{ServerKey: l.saved.ServerKey()})
	if err != nil {
		return nil, fmt.Errorf("%w; keep a copy and ask whoever runs the server", err)
	}
	return result, nil
}

func (a *deviceApp) receiptCommand() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "receipt ID",
		Short: "Fetch, check and keep the proof of an answer",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.receipt(cmd, args[0], file)
		},
	}
	cmd.Flags().StringVarP(&file, "output", "o", "", "write it to this file instead of standard output")
	return cmd
}

func (a *deviceApp) receipt(cmd *cobra.Command, id, file string) error {
	home, accounts, err := a.open()
	if err != nil {
		return err
	}
	account, _, err := find(cmd.Context(), accounts, id)
	if err != nil {
		return err
	}
	data, err := account.device.Receipt(cmd.Context(), id)
	if err := errors.Join(advise(err), home.keep(account)); err != nil {
		return err
	}
	result, err := account.verify(data)
	if err != nil {
		return err
	}
	if file == "" {
		_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s\n", data)
		return err
	}
	if err := writeReceipt(file, data); err != nil {
		return err
	}
	out := map[string]string{"file": file, "account": account.name, "challenge": id, "decision": string(result.Statement.Decision)}
	return a.print(cmd, out, func(w io.Writer) {
		fmt.Fprintf(w, "%s: %s.\nCheck it any time with: twinseal verify %s --server-key %s\n", file, decided(result.Statement), file, result.ServerKey)
	})
}

// writeReceipt replaces file at once or not at all.
func writeReceipt(file string, data []byte) error {
	tmp, err := writeDurable(filepath.Dir(file), append(data, '\n'))
	if err != nil {
		return err
	}
	if err := os.Rename(tmp, file); err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", file, err), os.Remove(tmp))
	}
	return nil
}

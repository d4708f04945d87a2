package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/twinseal/twinseal/client"
	"github.com/twinseal/twinseal/client/launchkey/answerpackage"
	"github.com/twinseal/twinseal/policy"
	"github.com/twinseal/twinseal/receipt"
)

func (a *deviceApp) approveCommand() *cobra.Command {
	var f factFlags
	var match string
	cmd := &cobra.Command{
		Use:   "approve [ID]",
		Short: "Sign an approval; without ID of the newest pending request",
		Long: "Sign an approval; without ID of the newest pending request. Where the request demands more than a yes,\n" +
			"the flags say what this device knows and what was confirmed. If that is not enough, the failure is signed\n" +
			"and sent instead, and the command fails. Where the request asks for the number that is shown where you\n" +
			"started it, --match brings it; a wrong number ends the request.",
		Example: "  twinseal device approve\n" +
			"  twinseal device approve --methods pin_code,fingerprint --location 52.52,13.405,DE\n" +
			"  twinseal device approve --match 42",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			decision, err := f.decision()
			if err != nil {
				return err
			}
			decision.Match = match
			return a.answer(cmd, firstOf(args), decision)
		},
	}
	f.register(cmd)
	cmd.Flags().StringVar(&match, "match", "", "the number that is shown where you started what is asked")
	return cmd
}

func (a *deviceApp) denyCommand() *cobra.Command {
	var reason, reasonID, failure string
	var fraud bool
	cmd := &cobra.Command{
		Use:   "deny [ID]",
		Short: "Sign a denial; without ID of the newest pending request",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			why, err := parseFailure(failure)
			if err != nil {
				return err
			}
			decision := client.Decision{Reason: reason, Fraud: fraud, ReasonID: reasonID, Failure: why, Supported: answerpackage.DefaultSupported()}
			return a.answer(cmd, firstOf(args), decision)
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why, for the application to read")
	cmd.Flags().BoolVar(&fraud, "fraud", false, "report that this was not you")
	cmd.Flags().StringVar(&reasonID, "denial-reason", "", "id of one of the reasons that the request offers")
	cmd.Flags().StringVar(&failure, "failure", "", "say that this device could not let you decide: "+list(policy.Failures()))
	cmd.MarkFlagsMutuallyExclusive("failure", "reason")
	cmd.MarkFlagsMutuallyExclusive("failure", "fraud")
	cmd.MarkFlagsMutuallyExclusive("failure", "denial-reason")
	cmd.MarkFlagsMutuallyExclusive("denial-reason", "reason")
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
	unmet, isUnmet := errors.AsType[*client.UnmetError](err)
	if errors.Is(err, client.ErrNumberMissing) {
		err = fmt.Errorf("%w; look there and repeat with --match%s", err, among(c))
	}
	if isUnmet {
		err = nil // the failure was signed and taken: it is shown like any answer
	}
	if err := errors.Join(advise(err), home.keep(account)); err != nil {
		return err
	}
	result, err := account.verify(data)
	if err != nil {
		return err
	}
	err = a.print(cmd, answered{account.name, result.Statement, data}, func(w io.Writer) {
		fmt.Fprintf(w, "%s. This is what was signed:\n\n", decided(result.Statement))
		printStatement(w, result)
		fmt.Fprintf(w, "\nThe proof: twinseal device receipt %s -o receipt.json\n", visible(c.ID))
	})
	if err != nil || !isUnmet {
		return err
	}
	return unmetAdvice(unmet)
}

// among lists the numbers to choose from; "" where the number is typed.
func among(c client.Challenge) string {
	if c.Question.Match == nil || len(c.Question.Match.Choices) == 0 {
		return ""
	}
	return " (one of " + visible(strings.Join(c.Question.Match.Choices, ", ")) + ")"
}

// unmetAdvice says what the request would have needed, and which flags would have told it.
func unmetAdvice(e *client.UnmetError) error {
	if len(e.Demands) == 0 {
		return e
	}
	return fmt.Errorf("%w; it demands: %s. Once it is asked again, --methods says what was passed and --location where this device is",
		e, visible(strings.Join(e.Demands, "; ")))
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
		Args:  oneArgument("name the request by its id: twinseal device receipt ID (`twinseal device requests --all` lists them)"),
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

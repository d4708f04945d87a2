package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/twinseal/twinseal/receipt"
)

// verifyCommand is `twinseal verify`: it needs no server and no network.
func verifyCommand() *cobra.Command {
	var serverKey string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "verify FILE",
		Short: "Check a receipt offline: who approved what, and when",
		Long: "Check a receipt offline. It says in plain words who approved what and when, or fails with the reason\n" +
			"why the receipt proves nothing. FILE may be - for standard input.",
		Args: oneArgument("name the file of the receipt: twinseal verify FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			data, err := readReceipt(cmd.InOrStdin(), args[0])
			if err != nil {
				return err
			}
			result, err := receipt.Verify(data, receipt.Options{ServerKey: serverKey})
			if asJSON {
				return errors.Join(printJSON(cmd.OutOrStdout(), verdictOf(result, err)), err)
			}
			if err != nil {
				return err
			}
			printVerdict(cmd.OutOrStdout(), result)
			return nil
		},
	}
	cmd.Flags().StringVar(&serverKey, "server-key", "", "thumbprint of the server's key, had from its owner")
	cmd.Flags().BoolVar(&asJSON, "json", false, "answer in JSON")
	return cmd
}

// readReceipt reads a file, or standard input for "-", and no more of either
// than a receipt can be.
func readReceipt(stdin io.Reader, name string) ([]byte, error) {
	in := stdin
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("%w; give the file of a receipt, as `twinseal device receipt ID -o FILE` writes it", err)
		}
		defer file.Close()
		in = file
	}
	data, err := io.ReadAll(io.LimitReader(in, receipt.MaxReceipt+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return data, nil
}

// verdict is the outcome in JSON.
type verdict struct {
	Valid        bool                `json:"valid"`
	Check        receipt.Check       `json:"failed_check,omitempty"`
	Reason       string              `json:"reason,omitempty"`
	Statement    *receipt.Statement  `json:"statement,omitempty"`
	Seal         *receipt.SealClaims `json:"seal,omitempty"`
	DeviceKey    string              `json:"device_key,omitempty"` // or that of the passkey
	Passkey      *shownPasskey       `json:"passkey,omitempty"`
	ServerKey    string              `json:"server_key,omitempty"`
	ServerPinned bool                `json:"server_pinned"`
	LogProof     string              `json:"log_proof,omitempty"`
}

// shownPasskey is what the bytes that a passkey signed say besides the statement.
type shownPasskey struct {
	RelyingParty string `json:"relying_party"`
	Origin       string `json:"origin"`
	CredentialID string `json:"credential_id"`
	Verified     bool   `json:"user_verified"`
	Synced       bool   `json:"synced"`
	BackedUp     bool   `json:"backed_up"`
	Counter      uint32 `json:"counter"`
}

func verdictOf(result *receipt.Result, err error) verdict {
	if failed, ok := errors.AsType[*receipt.CheckError](err); ok {
		return verdict{Check: failed.Check, Reason: failed.Err.Error()}
	}
	v := verdict{
		Valid: true, Statement: &result.Statement, Seal: &result.Seal,
		DeviceKey: result.DeviceKey, ServerKey: result.ServerKey, ServerPinned: result.ServerPinned,
	}
	if result.LogProof {
		v.LogProof = "present, not checked"
	}
	if k := result.Passkey; k != nil {
		v.Passkey = &shownPasskey{k.RelyingParty, k.Origin, k.CredentialID, k.Verified, k.Synced, k.BackedUp, k.Counter}
	}
	return v
}

func printVerdict(w io.Writer, result *receipt.Result) {
	s := result.Statement
	verb := "approved"
	if s.Decision == receipt.Denied {
		verb = "denied"
	}
	fmt.Fprintf(w, "The receipt is genuine: user %s %s this on %s.\n\n", visible(s.Question.User.ID), verb, longTime(s.DeviceTime))
	printStatement(w, result)
	fmt.Fprintln(w)
	if result.Passkey != nil {
		fmt.Fprintln(w, "Whether that address belongs to the relying party is for you to know: the passkey tells it and does not judge it.")
	}
	if result.ServerPinned {
		fmt.Fprintln(w, "It was sealed with the server key you named.")
	} else {
		fmt.Fprintln(w, "Which server sealed it was not checked: name its key with --server-key to be sure.")
	}
	if result.LogProof {
		fmt.Fprintln(w, "It carries a log proof, which this version does not check.")
	}
}

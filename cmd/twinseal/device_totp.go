package main

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/twinseal/twinseal/client"
)

// codeView is a one-time code in JSON.
type codeView struct {
	Account   string `json:"account"`
	Issuer    string `json:"issuer"`
	Code      string `json:"code"`
	ExpiresIn int    `json:"expires_in"`
}

func (a *deviceApp) totpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "totp",
		Short: "Show the one-time code of this moment (works offline)",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, accounts, err := a.open()
			if err != nil {
				return err
			}
			codes, err := codesOf(accounts)
			if err != nil {
				return err
			}
			if a.json && len(codes) == 1 {
				return a.print(cmd, codes[0], nil)
			}
			return a.print(cmd, codes, func(w io.Writer) { printOneTimeCodes(w, codes) })
		},
	}
}

func codesOf(accounts []*linkedAccount) ([]codeView, error) {
	codes := []codeView{}
	for _, account := range accounts {
		code, err := account.device.TOTP()
		if errors.Is(err, client.ErrNoTOTP) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("account %s: %w; link it again", account.name, err)
		}
		left := int((code.ExpiresIn + time.Second - 1) / time.Second)
		codes = append(codes, codeView{account.name, account.saved.TOTP.Issuer, code.Value, left})
	}
	if len(codes) == 0 {
		return nil, fmt.Errorf("%w; approve requests instead, with `twinseal device approve`", client.ErrNoTOTP)
	}
	return codes, nil
}

// printOneTimeCodes puts the code first and alone on its line when there is one, so
// that scripts may take the first word.
func printOneTimeCodes(w io.Writer, codes []codeView) {
	for _, c := range codes {
		fmt.Fprintf(w, "%s  %s (%s), %d s left\n", c.Code, visible(c.Account), visible(c.Issuer), c.ExpiresIn)
	}
}

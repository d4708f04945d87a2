package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"rsc.io/qr"

	"github.com/twinseal/twinseal/internal/apply"
	"github.com/twinseal/twinseal/internal/dialect/authsignal"
	"github.com/twinseal/twinseal/internal/dialect/authy"
	"github.com/twinseal/twinseal/internal/dialect/launchkey"
	"github.com/twinseal/twinseal/internal/dialect/loginid"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/provision"
)

// Applied counts what an apply file changed.
type Applied = provision.Applied

// ApplyFile reads an apply file ("-" is standard input) and makes it true.
func (a *App) ApplyFile(ctx context.Context, name string) (Applied, error) {
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return Applied{}, err
		}
		defer func() { _ = file.Close() }() // it was only read
		return a.apply(ctx, name, file, os.DirFS(filepath.Dir(name)))
	}
	return a.apply(ctx, name, os.Stdin, nil)
}

// Apply makes an apply file true. The name stands in errors.
func (a *App) Apply(ctx context.Context, name string, in io.Reader) (Applied, error) {
	return a.apply(ctx, name, in, nil)
}

// apply takes the pictures that the file names from beside it.
func (a *App) apply(ctx context.Context, name string, in io.Reader, beside fs.FS) (Applied, error) {
	file, err := apply.Read(name, in)
	if err != nil {
		return Applied{}, err
	}
	plan, err := file.Beside(beside).Plan()
	if err != nil {
		return Applied{}, err
	}
	if err := settleDialects(&plan); err != nil {
		return Applied{}, file.Locate(err)
	}
	applied, err := a.Provision.Apply(ctx, plan)
	return applied, file.Locate(err)
}

// settleDialects has each dialect judge and complete its own part, before anything is changed.
func settleDialects(plan *provision.Plan) error {
	if err := checkAuthy(plan); err != nil {
		return err
	}
	if err := launchkey.Settle(plan); err != nil {
		return err
	}
	if err := loginid.Settle(plan); err != nil {
		return err
	}
	return authsignal.Settle(plan)
}

func checkAuthy(plan *provision.Plan) error {
	for i, o := range plan.Organizations {
		for j, d := range o.Directories {
			for k, application := range d.Applications {
				_, err := authy.ReadSettings(application.Settings.Dialects[authy.Name])
				if refusal, ok := errors.AsType[*mfa.Error](err); ok {
					path := fmt.Sprintf("organizations[%d].directories[%d].applications[%d].authy.%s", i, j, k, refusal.Field)
					return &mfa.Error{Code: refusal.Code, Field: strings.TrimSuffix(path, "."), Message: refusal.Message}
				}
				if err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// Person names a user as an operator does: by one of the names, in the directory of an application.
type Person struct {
	ApplicationNumber int64 // 0 where the server has one application
	Number            int64
	Phone             string
	Alias             string
}

// caller finds the application and the user's reference.
func (a *App) caller(ctx context.Context, p Person) (*mfa.Caller, mfa.UserRef, error) {
	ref := mfa.UserRef{Number: p.Number, Alias: p.Alias}
	if p.Phone != "" {
		phone, err := mfa.ParseE164(p.Phone)
		if err != nil {
			return nil, ref, err
		}
		ref.Phone = phone
	}
	if ref == (mfa.UserRef{}) {
		return nil, ref, errors.New("say whom: --authy-id, --phone or --alias")
	}
	c, err := a.Service.CallerByNumber(ctx, p.ApplicationNumber)
	if p.ApplicationNumber == 0 && mfa.IsCode(err, mfa.Invalid) {
		err = errors.New("the server has not just one application; name one with --app NUMBER, its number in the apply file or the app_id of its details")
	}
	return c, ref, err
}

// LinkCode makes a linking code for a user, and its QR as text for a terminal.
func (a *App) LinkCode(ctx context.Context, p Person) (mfa.LinkCode, string, error) {
	c, ref, err := a.caller(ctx, p)
	if err != nil {
		return mfa.LinkCode{}, "", err
	}
	link, err := a.Service.StartLink(ctx, c, ref)
	if err != nil {
		return mfa.LinkCode{}, "", err
	}
	picture, err := terminalQR(link.URI)
	return link, picture, err
}

// RecoveryCodes gives a user fresh recovery codes.
func (a *App) RecoveryCodes(ctx context.Context, p Person) ([]string, error) {
	c, ref, err := a.caller(ctx, p)
	if err != nil {
		return nil, err
	}
	return a.Service.MakeRecoveryCodes(ctx, c, ref)
}

// quiet is the margin that readers need around a QR code, in modules.
const quiet = 2

// terminalQR draws two rows of modules in one line of half blocks, light on dark.
func terminalQR(text string) (string, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return "", fmt.Errorf("the QR code cannot be drawn: %w", err)
	}
	var b strings.Builder
	for y := -quiet; y < code.Size+quiet; y += 2 {
		for x := -quiet; x < code.Size+quiet; x++ {
			b.WriteString(halfBlock(!code.Black(x, y), !code.Black(x, y+1)))
		}
		b.WriteByte('\n')
	}
	return b.String(), nil
}

func halfBlock(top, bottom bool) string {
	switch {
	case top && bottom:
		return "█"
	case top:
		return "▀"
	case bottom:
		return "▄"
	}
	return " "
}

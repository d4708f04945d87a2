package main

import (
	"bytes"
	"crypto"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/twinseal/twinseal/internal/factor/passkey/passkeytest"
	"github.com/twinseal/twinseal/receipt"
)

// TestVerifyScripts runs `twinseal verify` as a shell would. The program runs
// inside the test: a failing command writes its error to standard error, as
// main does.
func TestVerifyScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "verify"),
		Setup: func(env *testscript.Env) error {
			return makeReceipts(env.WorkDir)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"verify": runVerify,
			"pinned": func(ts *testscript.TestScript, neg bool, args []string) {
				runVerify(ts, neg, append(args, "--server-key", ts.ReadFile("server-key")))
			},
			"flip": flipByte,
		},
	})
}

func runVerify(ts *testscript.TestScript, neg bool, args []string) {
	cmd := verifyCommand()
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		args[0] = ts.MkAbs(args[0])
	}
	cmd.SetArgs(args)
	cmd.SetOut(ts.Stdout())
	cmd.SetErr(ts.Stderr())
	err := cmd.Execute()
	if err != nil {
		_, _ = ts.Stderr().Write([]byte(err.Error() + "\n")) // a buffer of the script
	}
	if (err != nil) != neg {
		ts.Fatalf("verify %v: error = %v", args, err)
	}
}

// flipByte changes one byte of a file: flip FILE TEXT changes the first byte
// of TEXT's first occurrence.
func flipByte(ts *testscript.TestScript, _ bool, args []string) {
	data := []byte(ts.ReadFile(args[0]))
	at := bytes.Index(data, []byte(args[1]))
	if at < 0 {
		ts.Fatalf("no %q in %s", args[1], args[0])
	}
	data[at] ^= 1
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), data, 0o600))
}

// makeReceipts writes an approval and a denial by a device, and an approval by a
// passkey, sealed by one server, and the thumbprint of its key.
func makeReceipts(dir string) error {
	device, err := receipt.NewKey()
	if err != nil {
		return err
	}
	server, err := receipt.NewKey()
	if err != nil {
		return err
	}
	approval := statement()
	if err := makeReceipt(filepath.Join(dir, "approved.json"), device, server, approval); err != nil {
		return err
	}
	denial := statement()
	denial.Decision, denial.Reason, denial.Fraud = receipt.Denied, "I sent nothing", true
	if err := makeReceipt(filepath.Join(dir, "denied.json"), device, server, denial); err != nil {
		return err
	}
	if err := makePasskeyReceipt(filepath.Join(dir, "passkey.json"), server, statement()); err != nil {
		return err
	}
	key, err := receipt.NewJWK(server.Public())
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "server-key"), []byte(key.Thumbprint()), 0o600)
}

func statement() receipt.Statement {
	expires := "2026-03-01T09:40:00.000Z"
	return receipt.Statement{
		Type: receipt.StatementType,
		Question: receipt.Question{
			Organization: receipt.Named{ID: "org-acme", Name: "Acme"},
			Application:  receipt.Named{ID: "app-bank", Name: "Acme Bank"},
			User:         receipt.UserID{ID: "user-ann"},
			Challenge:    "3c1f0a52-8f4e-4a61-9b57-0f3d1a2b4c5d",
			Nonce:        "7vVt0Jc1m2p9QxKf3s8ZAg",
			Message:      "Transfer money to bob@example.com",
			Details:      []receipt.Detail{{Label: "Account Number", Value: "12-34"}},
			Amount:       &receipt.Amount{Value: "12.50", Currency: "EUR"},
			CreatedAt:    "2026-03-01T09:30:00.000Z",
			ExpiresAt:    &expires,
		},
		Decision:   receipt.Approved,
		Factors:    []string{"device", "pin"},
		DeviceTime: "2026-03-01T09:31:00.000Z",
	}
}

func makeReceipt(file string, device, server crypto.Signer, s receipt.Statement) error {
	key, err := receipt.NewJWK(device.Public())
	if err != nil {
		return err
	}
	s.Device = receipt.DeviceID{ID: "dev-1", Key: key.Thumbprint()}
	jws, err := receipt.Sign(device, s)
	if err != nil {
		return err
	}
	r, err := receipt.Seal(server, jws, key, s.Question.Challenge, "evt-1", time.Date(2026, 3, 1, 9, 31, 1, 0, time.UTC))
	if err != nil {
		return err
	}
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o600)
}

// makePasskeyReceipt is makeReceipt for an answer by a passkey of a shop, which
// its person carries on several devices.
func makePasskeyReceipt(file string, server crypto.Signer, s receipt.Statement) error {
	s.Factors, s.RelyingParty = []string{receipt.FactorPasskey}, &receipt.RelyingParty{ID: "shop.example"}
	payload, err := s.Canonical()
	if err != nil {
		return err
	}
	authenticator := passkeytest.New(passkeytest.Options{BackedUp: true, Counter: 4, Step: 1})
	const origin, offered = "https://shop.example", `{"challenge":"AAAAAAAAAAAAAAAAAAAAAA","rp":{"id":"shop.example"},"user":{"id":"AAAA"},"pubKeyCredParams":[{"type":"public-key","alg":-7}]}`
	if _, err := authenticator.Create(origin, []byte(offered)); err != nil {
		return err
	}
	encode := base64.RawURLEncoding.EncodeToString
	signed, err := authenticator.Get(origin, fmt.Appendf(nil, `{"challenge":%q,"rpId":"shop.example"}`, encode(receipt.PasskeyChallenge(payload))))
	if err != nil {
		return err
	}
	key, err := receipt.NewPasskeyKey(authenticator.Credentials()[0].Key.Public())
	if err != nil {
		return err
	}
	r, err := receipt.SealPasskey(server, receipt.EncodeStatement(payload), receipt.Passkey{
		AuthenticatorData: encode(signed.AuthenticatorData), ClientData: encode(signed.ClientData), CredentialID: encode(signed.CredentialID),
		PublicKey: key, Signature: encode(signed.Signature),
	}, s.Question.Challenge, "evt-2", time.Date(2026, 3, 1, 9, 31, 9, 0, time.UTC))
	if err != nil {
		return err
	}
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o600)
}

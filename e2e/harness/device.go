package harness

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/client"
)

// Device is an authenticator at a terminal: every step is the program's own command.
type Device struct {
	t      testing.TB
	server *Server
	home   string
}

// NewDevice is an authenticator that is not linked yet.
func (s *Server) NewDevice(t testing.TB) *Device {
	t.Helper()
	return &Device{t: t, server: s, home: filepath.Join(t.TempDir(), "device")}
}

// Run runs a command of the device and reads its JSON into a value, which may be nil.
func (d *Device) Run(into any, args ...string) {
	d.t.Helper()
	out, err := d.Try(args...)
	if err != nil {
		d.t.Fatalf("twinseal device %s: %v", strings.Join(args, " "), err)
	}
	if into == nil {
		return
	}
	if err := json.Unmarshal([]byte(out), into); err != nil {
		d.t.Fatalf("twinseal device %s prints no JSON: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// Try runs a command that may be refused.
func (d *Device) Try(args ...string) (string, error) {
	d.t.Helper()
	return Run(d.t, "", d.command(args)...)
}

func (d *Device) command(args []string) []string {
	return append(append([]string{"device"}, args...), "--home", d.home, "--json")
}

// LinkByCode links with a code, or with the text of an invitation's picture.
func (d *Device) LinkByCode(code string) {
	d.t.Helper()
	d.Run(nil, "link", "--server", d.server.URL, "--code", code, "--name", "Terminal")
	d.guard()
}

// LinkTo has the operator make a linking code for a user, and links with it.
func (d *Device) LinkTo(authyID int64, app ...string) {
	d.t.Helper()
	var made struct{ Code, URI string }
	out := d.server.Operate(d.t, append([]string{"user", "link-code", "--authy-id", fmt.Sprint(authyID), "--json"}, app...)...)
	if err := json.Unmarshal([]byte(out), &made); err != nil {
		d.t.Fatalf("no linking code: %v\n%s", err, out)
	}
	d.server.Log.Secret(made.Code)
	d.LinkByCode(made.Code)
}

// LinkByPhone proves a phone number with the code that is sent there: the count-th that the number gets.
func (d *Device) LinkByPhone(phone string, count int) {
	d.t.Helper()
	args := d.command([]string{"link", "--server", d.server.URL, "--phone", phone, "--name", "Terminal"})
	command := exec.CommandContext(d.t.Context(), Binary(d.t), args...)
	command.Env = Environment()
	stdin, err := command.StdinPipe()
	if err != nil {
		d.t.Fatal(err)
	}
	stderr, err := command.StderrPipe()
	if err != nil {
		d.t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		d.t.Fatal(err)
	}
	prompt, err := bufio.NewReader(stderr).ReadString(':')
	if err == nil {
		_, err = fmt.Fprintln(stdin, d.server.Code(d.t, phone, count).Code())
	}
	rest, _ := io.ReadAll(stderr) // what it complains about, if anything
	if waited := command.Wait(); err != nil || waited != nil {
		d.t.Fatalf("link by phone: %v, %v: %s%s", err, waited, prompt, rest)
	}
	d.guard()
}

// Account is what the device keeps of its only account.
func (d *Device) Account() client.Account {
	d.t.Helper()
	files, err := filepath.Glob(filepath.Join(d.home, "accounts", "*.json"))
	if err != nil || len(files) != 1 {
		d.t.Fatalf("the device has %d accounts: %v", len(files), err)
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		d.t.Fatal(err)
	}
	var account client.Account
	if err := json.Unmarshal(data, &account); err != nil {
		d.t.Fatal(err)
	}
	return account
}

// guard has the log searched for what the device must keep to itself.
func (d *Device) guard() {
	d.t.Helper()
	account := d.Account()
	key, err := account.Key.MarshalText()
	if err != nil {
		d.t.Fatal(err)
	}
	d.server.Log.Secret(string(key))
	if account.TOTP != nil {
		d.server.Log.Secret(account.TOTP.Secret)
	}
}

// Approve approves one request, or the newest for "".
func (d *Device) Approve(id string) {
	d.t.Helper()
	d.Run(nil, pick("approve", id)...)
}

// Deny denies one request, or the newest for "".
func (d *Device) Deny(id string, more ...string) {
	d.t.Helper()
	d.Run(nil, append(pick("deny", id), more...)...)
}

func pick(command, id string) []string {
	if id == "" {
		return []string{command}
	}
	return []string{command, id}
}

// Requests are what is pending, newest first.
func (d *Device) Requests() []api.Challenge {
	d.t.Helper()
	var pending []api.Challenge
	d.Run(&pending, "requests")
	return pending
}

// Show is one request in full.
func (d *Device) Show(id string) api.Challenge {
	d.t.Helper()
	var found api.Challenge
	d.Run(&found, "show", id)
	return found
}

// TOTP is the account's one-time code of this moment.
func (d *Device) TOTP() string {
	d.t.Helper()
	var made struct{ Code string }
	d.Run(&made, "totp")
	d.server.Log.code(made.Code)
	return made.Code
}

// Receipt is the receipt of an answered request, as the server gives it.
func (d *Device) Receipt(id string) []byte {
	d.t.Helper()
	out, err := d.Try("receipt", id)
	if err != nil {
		d.t.Fatalf("twinseal device receipt: %v", err)
	}
	return []byte(out)
}

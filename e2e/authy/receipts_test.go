package authy

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/e2e/harness"
	"github.com/twinseal/twinseal/receipt"
)

// receipts: what a device signed is proved by a file alone, and by no other file.
func (w *world) receipts(t *testing.T) {
	c := goSDK{w.goClient(t, w.bank)}
	p := w.NewPerson()
	id := mustCreate(t, c, p)
	device := w.NewDevice(t)
	device.LinkTo(id, "--app", fmt.Sprint(w.bank.number))
	q := transfer(p.Email)
	asked := c.ask(t, id, q)
	if _, err := device.Try("receipt", asked.uuid); err == nil {
		t.Error("there is a receipt before the answer")
	}
	device.Approve(asked.uuid)
	document := device.Receipt(asked.uuid)
	w.sameForApplication(t, asked.uuid, document)

	pin := device.Account().ServerKey()
	proved, err := receipt.Verify(document, receipt.Options{ServerKey: pin})
	if err != nil {
		t.Fatal(err)
	}
	s := proved.Statement
	if s.Decision != receipt.Approved || s.Question.Message != q.message || s.Question.Challenge != asked.uuid || len(s.Question.Details) != len(q.details) {
		t.Errorf("the statement is %+v", s)
	}
	everyByte(t, document)
	w.verifiedByCommand(t, document, pin)
}

// sameForApplication: the application that asked gets the same receipt, and no other application gets any.
func (w *world) sameForApplication(t *testing.T, uuid string, document []byte) {
	t.Helper()
	get := func(key string) harness.Answer {
		return w.Send(t, harness.Request{Path: "/api/v1/receipts/" + uuid, Header: http.Header{"Authorization": {"Bearer " + key}}})
	}
	if got := get(w.bank.key); got.Status != http.StatusOK || string(got.Body) != strings.TrimSpace(string(document)) {
		t.Errorf("the application gets %d %s\nthe device got %s", got.Status, got.Body, document)
	}
	for _, key := range []string{w.shop.key, "nobody's key"} {
		if got := get(key); got.Status == http.StatusOK {
			t.Errorf("a stranger gets the receipt")
		}
	}
}

// everyByte changes each byte of the signed statement in turn, to several others.
func everyByte(t *testing.T, document []byte) {
	t.Helper()
	r, err := receipt.Parse(document)
	if err != nil {
		t.Fatal(err)
	}
	from := strings.Index(string(document), r.Statement)
	if from < 0 {
		t.Fatal("the statement does not stand in the file as it is")
	}
	for at := from; at < from+len(r.Statement); at++ {
		for _, other := range []byte{'A', 'z', '_', '.', document[at] ^ 1, document[at] ^ 0x20} {
			if other == document[at] {
				continue
			}
			changed := append([]byte(nil), document...)
			changed[at] = other
			if _, err := receipt.Verify(changed, receipt.Options{}); err == nil {
				t.Fatalf("byte %d of the statement may be %q instead of %q", at-from, other, document[at])
			}
		}
	}
}

// verifiedByCommand asks the program itself, which needs no server for it.
func (w *world) verifiedByCommand(t *testing.T, document []byte, pin string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "receipt.json")
	verify := func(content []byte, args ...string) (string, error) {
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return harness.Run(t, "", append([]string{"verify", file}, args...)...)
	}
	out, err := verify(document, "--server-key", pin)
	if err != nil || !strings.Contains(out, "Transfer Money to") {
		t.Errorf("verify: %v\n%s", err, out)
	}
	if _, err := verify(document, "--server-key", "AAAA"+pin[4:]); err == nil {
		t.Error("verify accepts another server's key")
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(document, &raw); err != nil {
		t.Fatal(err)
	}
	statement := strings.Index(string(document), strings.Trim(string(raw["statement"]), `"`))
	for _, at := range []int{0, 10, len(raw["statement"]) / 2, len(raw["statement"]) - 3} {
		changed := append([]byte(nil), document...)
		if changed[statement+at] == 'B' {
			changed[statement+at] = 'C'
		} else {
			changed[statement+at] = 'B'
		}
		if _, err := verify(changed); err == nil {
			t.Errorf("verify accepts a statement that differs in byte %d", at)
		}
	}
}

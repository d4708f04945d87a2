package authy

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/e2e/harness"
)

// applied runs `twinseal apply` on the server's database.
func (w *world) applied(t *testing.T, text string) (string, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "apply.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := w.TryOperate(t, "apply", "-f", file)
	if err != nil {
		err = fmt.Errorf("%s", strings.ReplaceAll(err.Error(), file, "apply.yaml"))
	}
	return strings.TrimSpace(out), err
}

// population is a file that adds one user below the lines that find the bank's directory.
const population = `organizations:
- name: Acme
  directories:
  - name: customers
    users:
    - authy_id: %d
      email: %s
      phone: "%s"
      totp: {secret: %s, check: "%s"}
`

// applies: a file that is applied twice changes nothing the second time, and the server that runs beside it sees
// what changed.
func (w *world) applies(t *testing.T) {
	p := w.NewPerson()
	const id, other = 770001, "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU"
	w.Log.Secret(other)
	text := fmt.Sprintf(population, id, p.Email, p.Phone, other, harness.Code(t, other, time.Now()))
	if out, err := w.applied(t, text); err != nil || !strings.HasPrefix(out, "1 created, 0 updated") {
		t.Fatalf("the first time: %q, %v", out, err)
	}
	if out, err := w.applied(t, text); err != nil || !strings.HasPrefix(out, "0 created, 0 updated") {
		t.Errorf("the second time: %q, %v", out, err)
	}
	c := pythonSDK{w.python, w.bank.key}
	if got := c.status(t, id); got.id != id {
		t.Errorf("the user is %+v", got)
	}
	c.verify(t, id, harness.Code(t, other, w.Now(t)), true).good(t, "a code of the seed")
	if got := c.create(t, p); got.id != id {
		t.Errorf("the phone of the file belongs to %+v", got)
	}
	w.refusedFiles(t)
}

// refusedFiles name the line at fault and change nothing, not even what stands before it.
func (w *world) refusedFiles(t *testing.T) {
	const good = "organizations:\n- name: Acme\n  directories:\n  - name: customers\n    users:\n    - authy_id: 880001\n      email: first@example.com\n"
	for _, refused := range []struct{ name, text, want string }{
		{"no file at all", "", `apply.yaml is empty; it needs at least "organizations:"`},
		{"not YAML", "organizations: [", "apply.yaml:1:"},
		{"an unknown member", good + "      phones: none\n", "apply.yaml:8:7: unknown field \"phones\""},
		{"a wrong type", good + "      totp: yes\n", "apply.yaml:8:"},
		{"a bad seed", good + "      totp: {secret: \"not base 32!\"}\n", "apply.yaml:8: the seed is not base 32"},
		{"a seed that fails its check", good + "      totp: {secret: KRSXG5CTMVRXEZLU, check: \"000000\", check_at: 2020-01-01T00:00:00Z}\n", "apply.yaml:8:"},
		{"a phone without a country", good + "    - authy_id: 880002\n      phone: \"5551234\"\n", "apply.yaml:9: the phone number is invalid"},
		{"an id that is too large", good + "    - authy_id: 2147483648\n", "apply.yaml:8: an authy_id is 1 to 2147483647"},
		{"nobody", good + "    - email: a@example.com\n", "apply.yaml:8: a user needs an authy_id, an alias, a username or a phone"},
		{"a bad address", good + "    - authy_id: 880003\n      email: not an address\n", "apply.yaml:9:"},
		{"a short key", "organizations:\n- name: Acme\n  directories:\n  - name: customers\n    applications:\n    - name: Bank\n      authy: {api_key: short}\n", "apply.yaml:7: an API key needs at least 8 characters"},
		{"a phone of somebody else", good + "    - authy_id: 880004\n      phone: \"+14053425699\"\n", "apply.yaml:9:"},
	} {
		_, err := w.applied(t, refused.text)
		if err == nil || !strings.Contains(err.Error(), refused.want) {
			t.Errorf("%s: %v\nwant %q in it", refused.name, err, refused.want)
		}
		if got := (goSDK{w.goClient(t, w.bank)}).status(t, 880001); got.ok {
			t.Errorf("%s: the user before the error is there", refused.name)
		}
	}
}

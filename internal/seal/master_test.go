package seal_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/twinseal/twinseal/internal/seal"
)

// raw is a key whose bytes and encodings are easy to find in output.
var raw = []byte("SESAME-SESAME-SESAME-SESAME-OPEN")

func TestParseMasterReadsTheUsualForms(t *testing.T) {
	t.Parallel()
	high := bytes.Repeat([]byte{0xfb, 0xff}, 16) // needs both alphabets' special signs
	forms := map[string]string{
		"hex":               hex.EncodeToString(high),
		"upper hex":         strings.ToUpper(hex.EncodeToString(high)),
		"base64":            base64.StdEncoding.EncodeToString(high),
		"unpadded":          base64.RawStdEncoding.EncodeToString(high),
		"URL alphabet":      base64.URLEncoding.EncodeToString(high),
		"with a line break": base64.StdEncoding.EncodeToString(high) + "\n",
	}
	var first string
	for name, text := range forms {
		m, err := seal.ParseMaster(text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		check, err := m.Check()
		if first == "" {
			first = check
		}
		if err != nil || check != first {
			t.Errorf("%s: another key came out: %v", name, err)
		}
	}
}

func TestParseMasterRefusesWhatIsNotARandomKey(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"nothing":      "",
		"passphrase":   "correct horse battery staple",
		"too short":    base64.StdEncoding.EncodeToString(raw[:31]),
		"too long":     base64.StdEncoding.EncodeToString(append(bytes.Clone(raw), 1)),
		"zeros":        strings.Repeat("0", 64),
		"one sign":     strings.Repeat("ab", 32),
		"not hex":      strings.Repeat("zz", 32),
		"the raw key":  string(raw),
		"inner spaces": "AAAA " + base64.StdEncoding.EncodeToString(raw)[5:],
	} {
		_, err := seal.ParseMaster(text)
		if err == nil {
			t.Errorf("%s: accepted", name)
		} else if len(text) > 8 && strings.Contains(err.Error(), text[:8]) {
			t.Errorf("%s: the error shows the input: %v", name, err)
		}
	}
}

func TestAMasterKeyIsNeverPrinted(t *testing.T) {
	t.Parallel()
	m, err := seal.ParseMaster(base64.StdEncoding.EncodeToString(raw))
	if err != nil {
		t.Fatal(err)
	}
	ring, err := seal.NewRing(m)
	if err != nil {
		t.Fatal(err)
	}
	type holder struct {
		Open   seal.Master
		hidden seal.Master
		ring   *seal.Ring
	}
	var out bytes.Buffer
	for _, v := range []any{m, &m, ring, holder{m, m, ring}, &holder{m, m, ring}, []seal.Master{m}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%b", "%o", "%c", "%t"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
		if text, err := json.Marshal(v); err == nil {
			out.Write(text)
		}
		slog.New(slog.NewTextHandler(&out, nil)).Info("x", "v", v)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "v", v)
	}
	out.WriteString(m.String())
	for _, leak := range []string{
		"SESAME", base64.StdEncoding.EncodeToString(raw)[:8],
		hex.EncodeToString(raw)[:8], strings.ToUpper(hex.EncodeToString(raw))[:8], "83 69 83", "1010011 1000101", "123 105 123",
	} {
		if strings.Contains(out.String(), leak) {
			t.Errorf("output contains %q", leak)
		}
	}
}

func TestParseSourceKnowsThreeForms(t *testing.T) {
	t.Parallel()
	for text, shown := range map[string]string{
		"file:/etc/twinseal/key":    "file:/etc/twinseal/key",
		"env:TWINSEAL_KEY":          "env:TWINSEAL_KEY",
		"command:vault --token=s e": "command:…",
	} {
		source, err := seal.ParseSource(text)
		if err != nil || source.String() != shown {
			t.Errorf("%s: %v, %v", text, source, err)
		}
	}
	for _, text := range []string{"", "file:", "env: ", "command", "/etc/key", "kms:abc", "FILE:x"} {
		if source, err := seal.ParseSource(text); err == nil {
			t.Errorf("%q became %v", text, source)
		}
	}
	if _, err := (seal.Source{}).Read(context.Background()); err == nil {
		t.Error("no source gave a key")
	}
}

func TestTheFirstStartCreatesThePrivateKeyFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	source := seal.FileSource(dir)
	if _, err := source.Read(t.Context()); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("a missing file: %v", err)
	}
	var all sync.WaitGroup
	checks := make([]string, 8)
	for i := range checks {
		all.Go(func() {
			m, err := source.ReadOrCreate(t.Context())
			if err != nil {
				t.Error(err)
				return
			}
			checks[i], _ = m.Check()
		})
	}
	all.Wait()
	for _, check := range checks {
		if check != checks[0] {
			t.Fatalf("starts at the same time got different keys: %v", checks)
		}
	}
	names, err := os.ReadDir(dir)
	if err != nil || len(names) != 1 || names[0].Name() != seal.MasterFile {
		t.Fatalf("left in the directory: %v, %v", names, err)
	}
	info, err := os.Stat(filepath.Join(dir, seal.MasterFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestAKeyFileThatOthersReachIsRefused(t *testing.T) {
	t.Parallel()
	for mode, fine := range map[fs.FileMode]bool{0o600: true, 0o400: true, 0o440: true, 0o640: true, 0o644: false, 0o660: false, 0o604: false} {
		source := seal.FileSource(t.TempDir())
		path := strings.TrimPrefix(source.String(), "file:")
		if _, err := source.ReadOrCreate(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := source.ReadOrCreate(t.Context()); (err == nil) != fine {
			t.Errorf("mode %v: %v", mode, err)
		}
	}
}

func TestAFileThatHoldsNoKeyIsRefusedAndKept(t *testing.T) {
	t.Parallel()
	for name, content := range map[string][]byte{"empty": nil, "prose": []byte("hello"), "huge": bytes.Repeat([]byte("A"), 1<<16)} {
		source := seal.FileSource(t.TempDir())
		path := strings.TrimPrefix(source.String(), "file:")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := source.ReadOrCreate(t.Context()); err == nil {
			t.Errorf("%s: accepted", name)
		}
		if kept, err := os.ReadFile(path); err != nil || !bytes.Equal(kept, content) {
			t.Errorf("%s: the file was changed: %v", name, err)
		}
	}
	if _, err := seal.FileSource(filepath.Join(t.TempDir(), "missing")).ReadOrCreate(t.Context()); err == nil {
		t.Error("made a key in a directory that does not exist")
	}
}

func TestTheEnvironmentAndACommandGiveTheKey(t *testing.T) {
	text := base64.StdEncoding.EncodeToString(raw)
	t.Setenv("TWINSEAL_TEST_MASTER", text)
	want, err := seal.ParseMaster(text)
	if err != nil {
		t.Fatal(err)
	}
	wantCheck, _ := want.Check()
	for form, fine := range map[string]bool{
		"env:TWINSEAL_TEST_MASTER":                      true,
		"env:TWINSEAL_TEST_ABSENT":                      false,
		`command:printf %s "$TWINSEAL_TEST_MASTER"`:     true,
		`command:printf %s "$TWINSEAL_TEST_MASTER" | :`: false,
		"command:exit 3":                                false,
	} {
		source, err := seal.ParseSource(form)
		if err != nil {
			t.Fatal(err)
		}
		m, err := source.ReadOrCreate(t.Context())
		if (err == nil) != fine {
			t.Errorf("%s: %v", form, err)
			continue
		}
		if check, _ := m.Check(); fine && check != wantCheck {
			t.Errorf("%s gave another key", form)
		}
		if err != nil && strings.Contains(err.Error(), text) {
			t.Errorf("%s: the error shows the key", form)
		}
	}
}

func FuzzParseMaster(f *testing.F) {
	f.Add(base64.StdEncoding.EncodeToString(raw))
	f.Add(hex.EncodeToString(raw))
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := seal.ParseMaster(text)
		if err != nil {
			return
		}
		if _, err := seal.NewRing(m); err != nil {
			t.Fatalf("a key that was accepted wraps nothing: %v", err)
		}
	})
}

package harness

import (
	"crypto/rand"
	"encoding/base64"
	"os"
	"path/filepath"
	"testing"
)

const privateFile = 0o600

// File is one with its content.
type File struct{ Name, Text string }

// Write makes a file that only its owner reads.
func Write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), privateFile); err != nil {
		t.Fatal(err)
	}
}

const masterKeySize = 32

// writeKey makes the file of a master key.
func writeKey(t testing.TB, dir string) string {
	t.Helper()
	key := make([]byte, masterKeySize)
	rand.Read(key)
	path := filepath.Join(dir, "master.key")
	Write(t, path, base64.StdEncoding.EncodeToString(key)+"\n")
	return path
}

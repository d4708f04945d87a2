package main

import (
	"crypto/rand"
	_ "embed"
	"errors"
	"io"
	"os"
	"strings"
	"text/template"
)

// Where the till is unless somebody says so, and who it is. A tenant's id is no
// secret.
const (
	defaultPublic = "http://localhost:9092"
	tenantID      = "b6f1c1b4-6f0e-4a55-9d3b-2f7e8c9a0d14"
)

//go:embed apply.yaml
var applyFile string

// setUp prints the apply file. Running it again prints the same one.
func setUp(out io.Writer, s settings) error {
	pages, err := originOf(or(s.pages, s.server))
	if err != nil {
		return err
	}
	key, err := secretKey(s.keyFile)
	if err != nil {
		return err
	}
	file, err := template.New("apply").Parse(applyFile)
	if err != nil {
		return err
	}
	return file.Execute(out, map[string]string{"TenantID": tenantID, "URL": strings.TrimRight(s.public, "/"), "Pages": pages, "Key": key})
}

// secretKey reads the key in the file, or makes one that only you can read.
func secretKey(name string) (string, error) {
	text, err := os.ReadFile(name)
	if err == nil {
		return strings.TrimSpace(string(text)), nil
	}
	if !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	const ownersAlone = 0o600
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, ownersAlone)
	if err != nil {
		return "", err
	}
	key := rand.Text()
	_, err = io.WriteString(file, key+"\n")
	return key, errors.Join(err, file.Close())
}

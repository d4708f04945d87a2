package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	_ "embed"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/template"
)

// Where the shop is unless somebody says so, and who it is. A client id is no
// secret.
const (
	defaultPublic   = "http://localhost:9091"
	defaultClientID = "kite-shop-4f2c9a7e1d6b8035"
)

//go:embed apply.yaml
var applyFile string

// setUp prints the apply file. Running it again prints the same one.
func setUp(out io.Writer, s settings) error {
	key, err := privateKey(s.key)
	if err != nil {
		return err
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return err
	}
	public := strings.TrimSpace(string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})))
	file, err := template.New("apply").Parse(applyFile)
	if err != nil {
		return err
	}
	const deep = "          "
	return file.Execute(out, map[string]string{
		"ClientID": s.clientID, "URL": s.public, "PublicKey": deep + strings.ReplaceAll(public, "\n", "\n"+deep),
	})
}

// privateKey reads the key in the file, or makes one that only you can read.
func privateKey(name string) (*ecdsa.PrivateKey, error) {
	text, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		return makeKey(name)
	}
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%s is no PEM file", name)
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	private, ok := key.(*ecdsa.PrivateKey)
	if err != nil || !ok || private.Curve != elliptic.P256() {
		return nil, fmt.Errorf("%s holds no key for ECDSA on P-256 in PKCS #8", name)
	}
	return private, nil
}

func makeKey(name string) (*ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	const ownersAlone = 0o600
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, ownersAlone)
	if err != nil {
		return nil, err
	}
	return key, errors.Join(pem.Encode(file, &pem.Block{Type: "PRIVATE KEY", Bytes: der}), file.Close())
}

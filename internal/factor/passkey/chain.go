package passkey

import (
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"slices"
)

// maxChain is more than any maker uses; each certificate costs a signature check.
const maxChain = 8

var (
	oidAAGUID  = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 45724, 1, 1, 4}
	oidAltName = asn1.ObjectIdentifier{2, 5, 29, 17}
)

// certificates reads the x5c member of a statement.
func (s statement) certificates() ([]*x509.Certificate, error) {
	raw, ok := s.object.AttStatement["x5c"].([]any)
	if !ok {
		return nil, errors.New("x5c is missing or no list")
	}
	der := make([][]byte, len(raw))
	for i := range raw {
		if der[i], ok = raw[i].([]byte); !ok {
			return nil, errors.New("a certificate is not a byte string")
		}
	}
	return parseChain(der)
}

func parseChain(der [][]byte) ([]*x509.Certificate, error) {
	if len(der) == 0 || len(der) > maxChain {
		return nil, fmt.Errorf("%d certificates, 1 to %d are taken", len(der), maxChain)
	}
	chain := make([]*x509.Certificate, len(der))
	for i := range der {
		var err error
		if chain[i], err = x509.ParseCertificate(der[i]); err != nil {
			return nil, err
		}
	}
	return chain, nil
}

// anchored checks that every certificate is valid today and signed by the next, and says whether the chain ends at
// an anchor.
func (f *Factor) anchored(chain []*x509.Certificate) (bool, error) {
	now := f.now()
	for i, c := range chain {
		if now.Before(c.NotBefore) || now.After(c.NotAfter) {
			return false, fmt.Errorf("certificate %d is not valid today", i)
		}
		if i+1 == len(chain) {
			break
		}
		if err := c.CheckSignatureFrom(chain[i+1]); err != nil {
			return false, fmt.Errorf("certificate %d is not signed by the next: %w", i, err)
		}
	}
	if f.anchors == nil {
		return false, nil
	}
	between := x509.NewCertPool()
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	_, err := readable(chain[0]).Verify(x509.VerifyOptions{
		Roots: f.anchors, Intermediates: between, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	return err == nil, nil
}

// readable is a certificate whose alternative name, critical in those of TPMs, counts as understood: the library
// has read it.
func readable(c *x509.Certificate) *x509.Certificate {
	plain := *c
	plain.UnhandledCriticalExtensions = slices.DeleteFunc(slices.Clone(c.UnhandledCriticalExtensions), oidAltName.Equal)
	return &plain
}

// trust is what a chain leaves of the kind of trust a format can give.
func (f *Factor) trust(chain []*x509.Certificate, kind string) (evidence, error) {
	ok, err := f.anchored(chain)
	if err != nil || !ok {
		return evidence{trust: trustUnanchored}, err
	}
	return evidence{trust: kind, model: true}, nil
}

// extensionOf finds the value of an extension. Twice is as good as never.
func extensionOf(c *x509.Certificate, id asn1.ObjectIdentifier) ([]byte, bool) {
	var value []byte
	found := 0
	for _, x := range c.Extensions {
		if x.Id.Equal(id) {
			value = x.Value
			found++
		}
	}
	return value, found == 1
}

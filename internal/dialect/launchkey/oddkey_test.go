package launchkey_test

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net/http"
	"testing"
)

func TestNumbersThatAreNoKeysAreNotTakenForSome(t *testing.T) {
	t.Parallel()
	sound := private("directory").N
	engines(t, func(t *testing.T, w *world) {
		for name, key := range map[string]rsa.PublicKey{
			"an exponent of 1":  {N: sound, E: 1},
			"an exponent of 2":  {N: sound, E: 2},
			"an even exponent":  {N: sound, E: 65538},
			"an even modulus":   {N: new(big.Int).Add(sound, big.NewInt(1)), E: 65537},
			"a power of two":    {N: new(big.Int).Lsh(big.NewInt(1), 2047), E: 65537},
			"far too many bits": {N: new(big.Int).SetBit(new(big.Int).Set(sound), 16_383, 1), E: 65537},
		} {
			der, err := x509.MarshalPKIXPublicKey(&key)
			w.must(err)
			text := string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
			t.Log(name)
			w.refused(by(onOrg, http.MethodPost, "/organization/v3/directory/keys", object{"directory_id": dirID, "public_key": text}), 400, "KEY-001")
		}
	})
}

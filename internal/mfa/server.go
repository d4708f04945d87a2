package mfa

// Names of the server's own secrets.
const (
	ServerSecretReceiptSeal = "receipt_seal" // P-256 private key, PKCS #8 DER
	ServerSecretVAPID       = "vapid"        // P-256 private key, PKCS #8 DER
)

// ServerSecretReader reads secrets that belong to the server itself.
type ServerSecretReader interface {
	ServerSecret(name string) (Secret, error)
}

// ServerSecretWriter makes them.
type ServerSecretWriter interface {
	// KeepServerSecret stores the secret if the name has none yet and returns the one that is stored, so
	// that nodes that start together agree.
	KeepServerSecret(name string, secret Secret) (Secret, error)
}

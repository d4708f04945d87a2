package loginid

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"time"
)

// NewTx is a transaction to be confirmed.
type NewTx struct {
	// Payload is what the user signs, such as "Pay 12.50 € to Ann". A page
	// should show it as it is.
	Payload string
	// Nonce makes the transaction different from all others; drawn when empty.
	Nonce string
	// Type is what the payload is; "text" when empty.
	Type string
	// Username is who alone may confirm it; anybody when empty.
	Username string
}

// Tx is a transaction that waits for its user.
type Tx struct {
	ID    TxID
	Nonce string // what VerifyTransaction should find
	URL   string // of a page that shows the text; mostly empty
}

// CreateTx announces a transaction. The page has it confirmed by its id, and
// brings a token for [LoginID.VerifyTransaction].
func (l *LoginID) CreateTx(ctx context.Context, tx NewTx) (*Tx, error) {
	const op = "create transaction"
	if tx.Nonce == "" {
		tx.Nonce = rand.Text()
	}
	if tx.Type == "" {
		tx.Type = "text"
	}
	if err := tx.check(); err != nil {
		return nil, err
	}
	body := map[string]any{"client_id": l.clientID, "tx_payload": tx.Payload, "nonce": tx.Nonce, "tx_type": tx.Type}
	options := TokenOptions{}
	if tx.Username != "" {
		body["username"] = tx.Username
		options.User = ByName(tx.Username)
	}
	c := call{op: op, path: "/tx", body: body}
	if l.key != nil {
		var err error
		if c.token, err = l.TxToken(tx.Payload, options); err != nil {
			return nil, err
		}
	}
	var wire struct {
		ID  TxID   `json:"id"`
		URL string `json:"url"`
	}
	if err := l.do(ctx, c, &wire); err != nil {
		return nil, err
	}
	if wire.ID.check() != nil {
		return nil, unexpected(op, "it does not name the transaction")
	}
	return &Tx{ID: wire.ID, Nonce: tx.Nonce, URL: wire.URL}, nil
}

func (tx NewTx) check() error {
	if err := checkText("transaction payload", tx.Payload, MaxPayload); err != nil {
		return err
	}
	if err := checkText("nonce", tx.Nonce, maxNonce); err != nil {
		return err
	}
	if err := checkText("transaction type", tx.Type, maxNonce); err != nil || tx.Username == "" {
		return err
	}
	return checkUsername(tx.Username)
}

// Expected is what else [LoginID.VerifyTransaction] holds a token to. Give all
// that is known.
type Expected struct {
	User  UserRef // who had to confirm
	Nonce string  // of the [Tx]

	// AnyAge takes a token of any age, for one that was kept as evidence. Its
	// end, if it has one, does not count either.
	AnyAge bool
}

// ConfirmedTx is what a transaction's token says, after it was proved. Keep it
// with the token: together with the payload they show that the user has agreed.
type ConfirmedTx struct {
	Claims

	Nonce       string
	ServerNonce string
	Hash        string // of payload, nonce and server nonce
}

// VerifyTransaction proves that a token is the server's word that its user has
// confirmed exactly this payload: it is verified as by [LoginID.VerifyToken], and
// its hash made again from the payload here. The payload must be the one that the
// application has kept, never one that came with the token.
func (l *LoginID) VerifyTransaction(ctx context.Context, token, payload string, expected Expected) (*ConfirmedTx, error) {
	if err := checkText("transaction payload", payload, MaxPayload); err != nil {
		return nil, err
	}
	signed, err := l.verified(ctx, token)
	if err != nil {
		return nil, err
	}
	read, err := readClaims(signed)
	if err != nil {
		return nil, err
	}
	r := l.rules
	if expected.AnyAge {
		r.age = 0
	}
	claims, err := read.judge(l.clientID, r, time.Now())
	if err != nil {
		return nil, err
	}
	if err := read.confirms(payload, expected); err != nil {
		return nil, err
	}
	return &ConfirmedTx{Claims: *claims, Nonce: read.Nonce, ServerNonce: read.ServerNonce, Hash: read.TxHash}, nil
}

func (c *wireClaims) confirms(payload string, expected Expected) error {
	switch {
	case c.Nonce == "" || c.ServerNonce == "" || c.TxHash == "":
		return unverified("it is not of a transaction")
	case subtle.ConstantTimeCompare([]byte(hash(payload, c.Nonce, c.ServerNonce)), []byte(c.TxHash)) != 1:
		return unverified("it is of another transaction")
	case expected.Nonce != "" && subtle.ConstantTimeCompare([]byte(expected.Nonce), []byte(c.Nonce)) != 1:
		return unverified("it is of another transaction with the same text")
	case !expected.User.is(c.Subject, c.Username):
		return unverified("another user has confirmed it")
	}
	return nil
}

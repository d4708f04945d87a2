package loginid_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/loginid"
	"github.com/twinseal/twinseal/client/loginid/loginidtest"
)

func TestATransactionIsBoundToItsText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ payload, hash string }{
		{"pay 1", "B32KHzGSa-9PPda53R6jrSiKAUdbYLxeX0LDkk2Jd5o"},
		{"Überweisung 12,50 €", "enD3UlZLQNvGpjqjvhKxkq5Adz05cipQ3pXW1D24m7c"},
	} {
		var sent struct {
			Payload  string `json:"tx_payload"`
			Nonce    string `json:"nonce"`
			Type     string `json:"tx_type"`
			Username string `json:"username"`
			ClientID string `json:"client_id"`
		}
		_, client := platform(t, func(r loginidtest.Request) loginidtest.Reply {
			if err := json.Unmarshal([]byte(r.Body), &sent); err != nil {
				t.Error(err)
			}
			if r.Scope != "tx.create" || r.Claims["payload_hash"] != c.hash || r.Claims["username"] != "jo" || r.Claims["nonce"] == sent.Nonce {
				t.Errorf("the token says %v", r.Claims)
			}
			return loginidtest.Reply{Body: `{"id":"` + txID + `"}`}
		})
		tx, err := client.CreateTx(t.Context(), loginid.NewTx{Payload: c.payload, Username: "jo"})
		if err != nil || tx.ID != txID || tx.Nonce == "" || tx.Nonce != sent.Nonce {
			t.Errorf("%+v, %v", tx, err)
		}
		if sent.Payload != c.payload || sent.Type != "text" || sent.Username != "jo" || sent.ClientID != clientID {
			t.Errorf("sent %+v", sent)
		}
	}
}

func TestAConfirmedTransactionIsProved(t *testing.T) {
	t.Parallel()
	server, client := platform(t, nobody)
	// The vectors of the protocol.
	for _, c := range []struct{ payload, nonce, serverNonce, hash string }{
		{"pay 1", "NONCE-0123456789", "SRV-abcdef", "_nfOAHgg2CHCGmbUhK07u4DWdck0HMrkMCP2IdlOPng"},
		{"Überweisung 12,50 €", "n1", "s1", "al5Ry3aZxz3P04jFgIXFNbWgfDhIBVkLKWHD3XVCLSg"},
	} {
		token := server.Token(jo, loginidtest.With("nonce", c.nonce), loginidtest.With("server_nonce", c.serverNonce), loginidtest.With("tx_hash", c.hash))
		got, err := client.VerifyTransaction(t.Context(), token, c.payload, loginid.Expected{User: loginid.ByName("jo"), Nonce: c.nonce})
		if err != nil || got.Hash != c.hash || got.Nonce != c.nonce || got.ServerNonce != c.serverNonce || got.Username != "jo" {
			t.Errorf("%+v, %v", got, err)
		}
	}
	token := server.TxToken(jo, "Pay 12.50 € to Ann", "n1")
	for _, expected := range []loginid.Expected{{}, {User: loginid.ByID(userID)}, {User: loginid.UserRef{ID: userID, Username: "jo"}, Nonce: "n1"}} {
		if _, err := client.VerifyTransaction(t.Context(), token, "Pay 12.50 € to Ann", expected); err != nil {
			t.Error(err)
		}
	}
	old := server.TxToken(jo, "Pay", "n1", loginidtest.With("iat", time.Now().AddDate(-1, 0, 0).Unix()), loginidtest.With("exp", time.Now().AddDate(0, -11, 0).Unix()))
	if _, err := client.VerifyTransaction(t.Context(), old, "Pay", loginid.Expected{AnyAge: true}); err != nil {
		t.Errorf("evidence of last year: %v", err)
	}
}

func TestNoOtherTransactionPasses(t *testing.T) {
	t.Parallel()
	server, client := platform(t, nobody)
	const payload = "Pay 12.50 € to Ann"
	expected := loginid.Expected{User: loginid.UserRef{ID: userID, Username: "jo"}, Nonce: "n1"}
	for name, token := range map[string]string{
		"another amount":     server.TxToken(jo, "Pay 1250 € to Ann", "n1"),
		"another payee":      server.TxToken(jo, "Pay 12.50 € to Bob", "n1"),
		"a space more":       server.TxToken(jo, payload+" ", "n1"),
		"another nonce":      server.TxToken(jo, payload, "n2"),
		"another user":       server.TxToken(loginidtest.User{ID: otherID, Name: "ann"}, payload, "n1"),
		"another user's id":  server.TxToken(loginidtest.User{ID: otherID, Name: "jo"}, payload, "n1"),
		"a sign-in":          server.Token(jo),
		"no hash":            server.TxToken(jo, payload, "n1", loginidtest.Without("tx_hash")),
		"no nonce":           server.TxToken(jo, payload, "n1", loginidtest.Without("nonce")),
		"no server nonce":    server.TxToken(jo, payload, "n1", loginidtest.Without("server_nonce")),
		"moved between both": server.TxToken(jo, payload, "n1", loginidtest.With("nonce", "n1S"), loginidtest.With("server_nonce", "RV-abcdeg")),
		"too old":            server.TxToken(jo, payload, "n1", loginidtest.With("iat", time.Now().Unix()-301)),
		"another issuer":     server.TxToken(jo, payload, "n1", loginidtest.With("iss", "evil.test")),
		"another client":     server.TxToken(jo, payload, "n1", loginidtest.With("aud", "another")),
		"no token":           "x",
		"without a user":     server.TxToken(jo, payload, "n1", loginidtest.Without("sub")),
	} {
		if got, err := client.VerifyTransaction(t.Context(), token, payload, expected); got != nil || !errors.Is(err, loginid.ErrUnverified) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestTransactionTokensAreForPagesThatCreateThem(t *testing.T) {
	t.Parallel()
	_, client := platform(t, nobody)
	token, err := client.TxToken("pay 1", loginid.TokenOptions{Nonce: "mine"})
	if err != nil || strings.Count(string(token), ".") != 2 {
		t.Errorf("%v", err)
	}
	for _, payload := range []string{"", "\xff", strings.Repeat("x", loginid.MaxPayload+1)} {
		if _, err := client.TxToken(payload, loginid.TokenOptions{}); !errors.Is(err, loginid.ErrFormat) {
			t.Errorf("%.9q: %v", payload, err)
		}
		if _, err := client.CreateTx(t.Context(), loginid.NewTx{Payload: payload}); !errors.Is(err, loginid.ErrFormat) {
			t.Errorf("%.9q: %v", payload, err)
		}
		if _, err := client.VerifyTransaction(t.Context(), "x", payload, loginid.Expected{}); !errors.Is(err, loginid.ErrFormat) {
			t.Errorf("%.9q: %v", payload, err)
		}
	}
}

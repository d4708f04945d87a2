// Package loginid is a client for the LoginID API of the generation that the
// vendor's server SDKs speak (register, authenticate, credentials, codes, tx,
// manage), for any server that speaks it, such as Twinseal.
//
// # Start
//
// A [LoginID] speaks for one application, by its client id; a [Management] has the
// application's private key too, and manages:
//
//	app, err := loginid.New("https://mfa.example.net", clientID)
//	shop, err := loginid.NewManagement("https://mfa.example.net", clientID, privateKey)
//
// # Let people in
//
// Browsers run the ceremonies. When the application has a key, its server hands
// the page a token for the call that it is about to make, and proves in the end
// what the page brings back:
//
//	token, err := shop.ServiceToken(loginid.ScopeLogin, loginid.TokenOptions{User: loginid.ByName("jo")})
//	// … the page signs jo in and brings a JWT …
//	claims, err := shop.VerifyToken(ctx, jwt, "jo")
//	switch {
//	case err == nil: // let claims.UserID in
//	case errors.Is(err, loginid.ErrUnverified): // not jo, or not now
//	default: // it could not be checked
//	}
//
// A server whose pages speak with it alone makes the same calls itself:
// [LoginID.RegisterFIDO2Init], [LoginID.AuthenticateFIDO2Init] and so on take and
// give what a page gets from and gives to the authenticator.
//
// # Have payments confirmed
//
// The text is kept here, signed there, and compared here again:
//
//	tx, err := shop.CreateTx(ctx, loginid.NewTx{Payload: "Pay 12.50 € to Ann", Username: "jo"})
//	// … the page has tx.ID confirmed and brings a JWT …
//	_, err = shop.VerifyTransaction(ctx, jwt, "Pay 12.50 € to Ann", loginid.Expected{User: loginid.ByName("jo"), Nonce: tx.Nonce})
//
// # Another device
//
//	code, err := shop.GenerateCode(ctx, loginid.ByName("jo"), loginid.NewCode{Type: loginid.Short, Purpose: loginid.TemporaryAuthentication})
//	// … the new device shows string(code.Text), jo types it where jo is signed in …
//	_, err = shop.AuthorizeCode(ctx, loginid.ByName("jo"), loginid.TemporaryAuthentication, loginid.TypedCode{Type: loginid.Short, Text: typed})
//	signedIn, err := app.WaitCode(ctx, "jo", code, loginid.Finish{}) // meanwhile, for the new device
//
// # Errors
//
// A refusal by the server is an [*Error] with status, code and message; errors.Is
// compares it with kinds such as ErrUserNotFound or ErrCodeExpired. A value that
// no server would take is a [*FormatError], and nothing is sent. A token that
// proves nothing is ErrUnverified; an answer that is not of this protocol is
// ErrUnexpectedAnswer. None of them is ever a success.
//
// # What the package promises
//
//   - A token counts only if it is signed with ES256 and a key that the server
//     publishes, by the expected issuer, for this client id alone, minutes ago,
//     not expired, and of exactly this user. Names are compared byte by byte.
//   - Ceremonies that are finished here return no token that was not proved.
//   - An answer must be about the user, credential or transaction that was asked
//     for, and have the one status that the protocol gives a success.
//   - Keys of the server are remembered, a few of them, for minutes. Keys that do
//     not exist cannot be asked for without end by whoever makes up tokens.
//   - The private key is not shown when a client is printed or logged; codes and
//     tokens print as dots; errors hold neither, nor an address.
//   - No request is repeated by the package, and no redirect is followed.
//     [LoginID.WaitCode] asks again, and tolerates passing failures.
//   - Answers are read up to a fixed size.
//   - A client may be used by several goroutines at a time.
//
// Left out on purpose: the identity documents of a third party (authid), and the
// calls that the vendor has deprecated.
package loginid

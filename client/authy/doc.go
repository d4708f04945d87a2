// Package authy is a client for the Authy API, for the vendor's hosts and for
// any server that speaks the same protocol, such as Twinseal.
//
// # Start
//
//	client, err := authy.New(apiKey, authy.WithBaseURL("https://mfa.example.net"))
//
// Register a person once and keep the id; it is all an application stores:
//
//	id, err := client.CreateUser(ctx, authy.NewUser{
//		Email: "jo@example.com",
//		Phone: authy.Phone{CountryCode: 1, Number: "415-555-2671"},
//	})
//
// # Codes
//
// Send a code, unless the person has an authenticator app, and check what they
// type, wherever the code came from:
//
//	sent, err := client.SendSMS(ctx, id, authy.CodeOptions{})
//	_, err = client.VerifyToken(ctx, id, typed, authy.VerifyOptions{})
//	switch {
//	case err == nil: // let them in
//	case errors.Is(err, authy.ErrInvalidToken), errors.Is(err, authy.ErrFormat): // ask again
//	default: // the check could not be made
//	}
//
// # Approvals
//
// Ask a person's device to approve something, with the details they should see,
// then wait, or be called back:
//
//	approval, err := client.CreateApproval(ctx, id, authy.NewApproval{
//		Message: "Transfer money to c@d.co",
//		Details: authy.Details{{Key: "To", Value: "c@d.co"}, {Key: "Amount", Value: "$ 50"}},
//	})
//	answered, err := client.WaitApproval(ctx, approval)
//
//	http.Handle("/authy/callback", client.CallbackHandler("https://shop.example.net/authy/callback", answer))
//
// # Phones without users
//
// [Client.StartVerification] and [Client.CheckVerification] prove that somebody
// holds a phone number, and [Client.PhoneInfo] says what kind of line it is.
//
// # Errors
//
// A refusal by the server is an [*Error] with HTTP status, code, message and
// fields; errors.Is compares it with the kinds ErrInvalidToken, ErrUserNotFound,
// ErrRateLimited and so on. A value that the vendor's own programs would not send
// either is a [*FormatError], and nothing is sent. An answer that is neither a
// success nor a refusal of the protocol is ErrUnexpectedAnswer, never a success.
//
// # What the package promises
//
//   - The API key travels in the X-Authy-API-Key header only, is never part of an
//     address or an error, and does not appear when a client is printed or logged.
//     Network errors are reported without the address, which may hold a code.
//   - No request is repeated by the package, and no redirect is followed, since
//     it would carry the key to another host. [Client.WaitApproval] polls, and
//     tolerates passing failures while doing so.
//   - Answers and callbacks are read up to a fixed size.
//   - A Client may be used by several goroutines at a time.
//
// Two calls of the protocol are left out on purpose: the delivery feedback for
// SMS, whose address contains the API key, and the reporting and device-SDK
// calls, whose answers the vendor never documented.
package authy

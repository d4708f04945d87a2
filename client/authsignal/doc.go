// Package authsignal is a client for the Authsignal API that the vendor's server
// SDKs speak (actions, users, authenticators, challenges, sessions, devices,
// webhooks) and for its management API, for any server that speaks them, such as
// Twinseal, and for the vendor's own.
//
// # Start
//
// An [Authsignal] speaks for one tenant, with its secret key; a [Management]
// changes how the tenant decides, with another key:
//
//	app, err := authsignal.New("https://mfa.example.net/v1", secretKey) // or authsignal.EU
//	settings, err := authsignal.NewManagement("https://mfa.example.net/v1", managementKey)
//
// # Ask before it is done
//
// Tell the server what a user is about to do, and go on if it says so:
//
//	withdrawal, err := app.Track(ctx, "jo", "withdraw", authsignal.Attributes{
//		RedirectURL: "https://shop.example/withdrawals/17", IPAddress: ip, UserAgent: agent,
//		Custom: map[string]any{"amount": 2500},
//	})
//	switch {
//	case err != nil: // it could not be asked: do not go on
//	case withdrawal.MayGoOn(): // do it
//	case withdrawal.MustProve(): // keep withdrawal.IdempotencyKey, send the browser to withdrawal.URL
//	default: // blocked, or for somebody to look at
//	}
//
// The browser comes back with a token, by a redirect or by a message of the page in
// a frame ([Tracked.PopupURL]). It counts for this user, this action and this
// instance alone:
//
//	_, err = app.RequireChallenge(ctx, token, authsignal.Expected{UserID: "jo", Action: "withdraw", IdempotencyKey: kept})
//	switch {
//	case err == nil: // do it, once
//	case errors.Is(err, authsignal.ErrNotPassed): // not jo, not this, or not yet
//	default: // it could not be checked
//	}
//
// # Codes by one's own pages
//
//	sent, err := app.Challenge(ctx, authsignal.NewChallenge{Method: authsignal.EmailOTP, Action: "signIn", Email: address})
//	// … somebody types a code …
//	result, err := app.Verify(ctx, sent.ID, code)
//	claimed, err := app.ClaimChallenge(ctx, sent.ID, "jo", authsignal.Claim{}) // if result.IsVerified
//
// # Webhooks
//
//	hook, err := authsignal.NewWebhook([]authsignal.Secret{newKey, oldKey})
//	payload, header, err := hook.ReadRequest(r)
//	event, err := hook.ConstructEvent(payload, header)
//
// # Errors
//
// A refusal by the server is an [*Error] with status, code and message; errors.Is
// compares it with kinds such as ErrUnauthorized or ErrRateLimited. A value that no
// server would take is a [*FormatError], and nothing is sent. A token that proves
// nothing is ErrNotPassed; an answer that is not of this protocol is
// ErrUnexpectedAnswer. None of them is ever a success.
//
// # What the package promises
//
//   - [Authsignal.RequireChallenge] returns without an error only if the server says
//     that the token is valid and the challenge passed, by exactly this user, for
//     exactly this action and instance.
//   - An answer must be about the user, action, device or rule that was asked for.
//   - A request is repeated only after a failure on the way or at the server, a few
//     times, and only if it does the same when it comes twice: GET, DELETE,
//     validations, revoking one session, and Track, which always has an idempotency
//     key. Enrollments, codes, claims and refreshed sessions are sent once.
//   - No redirect is followed, so that the key goes nowhere else.
//   - Webhooks are compared in constant time, by any of the keys, and are neither
//     older nor further ahead than the tolerance.
//   - Keys are not shown when a client is printed or logged; tokens and codes print
//     as dots; errors hold neither, nor an address.
//   - Answers and webhooks are read up to a fixed size.
//   - A client may be used by several goroutines at a time.
package authsignal

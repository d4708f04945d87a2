// Package launchkey is a client for the LaunchKey (TruValidate MFA) platform API,
// version 3, for any server that speaks it, such as Twinseal. The vendor's own
// service ended in 2023.
//
// # Start
//
// A factory signs as an organization, a directory or a service, with that
// entity's private key, and makes clients for it and for what belongs to it:
//
//	key, err := os.ReadFile("organization.pem")
//	factory, err := launchkey.NewOrganizationFactory("https://mfa.example.net", organizationID, key)
//	directory, err := factory.DirectoryClient(directoryID)
//	service, err := factory.ServiceClient(serviceID)
//
//	factory       its own client        directory clients    service clients
//	organization  OrganizationClient()  of its directories   of its own services and of those of its directories
//	directory     –                     its own              of its services
//	service       –                     –                    its own
//
// An entity whose keys have one purpose each gives the signature key to the
// factory and the encryption key to [WithEncryptionKey].
//
// # Link, ask, be told
//
//	link, err := directory.LinkDevice(ctx, "jo", launchkey.LinkDeviceOptions{}) // show link.Code, or the picture
//
//	request, err := service.CreateAuthorizationRequest(ctx, "jo", launchkey.NewAuthorization{
//		Context: "Log in to the shop",
//		Policy:  &launchkey.AuthPolicy{Methods: 2, JailbreakProtection: true},
//	})
//	answer, err := service.WaitAuthorization(ctx, request.ID)
//	switch {
//	case errors.Is(err, launchkey.ErrRequestTimedOut): // nobody answered
//	case err != nil: // it could not be asked
//	case answer.Authorized: // let them in; service.SessionStart(ctx, "jo", request.ID)
//	case answer.Fraud: // somebody else has tried
//	}
//
// or, with a web server that the server can call, instead of waiting:
//
//	http.Handle("POST /launchkey", service.WebhookHandler("", func(ctx context.Context, hook launchkey.ServiceWebhook) error {
//		switch hook := hook.(type) {
//		case *launchkey.ResponseWebhook: // hook.Authorized
//		case *launchkey.SessionEndWebhook: // log hook.ServiceUserHash out
//		}
//		return nil
//	}))
//
// # Errors
//
// A refusal by the server is an [*Error] with status, code and detail; errors.Is
// compares it with kinds such as ErrForbidden or ErrAuthorizationInProgress. A
// value that no server would take is a [*FormatError], and nothing is sent. An
// answer that is not proved to be the server's is ErrUnverified; one that is, but
// is not of this protocol, ErrUnexpectedAnswer; one that is encrypted for a key
// that the factory was not given, ErrEntityKeyNotFound. None of them is ever a
// success.
//
// # What the package promises
//
//   - Every answer but those of status 500 and above is proved before it counts:
//     signed by the server, for this issuer and subject, as the answer to this
//     request, at this time give or take five seconds, with this status, these
//     headers and this body. Webhooks are proved in the same way.
//   - Times are compared with the server's clock, which is asked for every five
//     minutes; the local clock need not be right.
//   - Device answers are opened here, with the private key; the server cannot
//     read them.
//   - No request is repeated by the package, and no redirect is followed.
//     [ServiceClient.WaitAuthorization] polls, and tolerates passing failures
//     while doing so.
//   - Private keys are not shown when a factory or client is printed or logged.
//   - Answers and webhooks are read up to a fixed size; compressed encryption,
//     and algorithms that the protocol does not know, are refused.
//   - Factories and clients may be used by several goroutines at a time.
package launchkey

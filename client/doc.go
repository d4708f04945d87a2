// Package client speaks Twinseal's own API.
//
// [Device] is one authenticator: a key made here, linked to one person's
// account at one server, that sees the person's pending questions and answers
// them with signed statements. It is what `twinseal device` is made of, and
// enough to build an authenticator of another kind:
//
//	d, err := client.NewDevice("https://mfa.example.net")
//	// …
//	err = d.Link(ctx, client.Link{Code: "K7QF-2MPX", Name: "Ann's laptop", Platform: "cli"})
//	// keep d.Account() somewhere safe, and later:
//	d, err = client.OpenDevice(account)
//	list, err := d.Challenges(ctx)
//	// show list.Challenges[0] to a person, then
//	r, err := d.Answer(ctx, list.Challenges[0], client.Approve())
//
// The subdirectories are ports of other vendors' SDKs, each on its own.
package client

package mfa

import (
	"net/netip"
	"time"
)

// Limit is one named limit: at most Burst in any window of Per that the first hit opens.
type Limit struct {
	Name  string
	Burst int
	Per   time.Duration
	Why   string
}

// Limits are all the numbers that guard against guessing and flooding. Keys pair what is guarded with who
// asks (the source: the end user's address where the application passes it, else the application), so that
// a stranger's failures do not lock the owner out.
type Limits struct {
	WrongTokens        Limit // key: user and source
	WrongTokensUser    Limit // key: user
	SentCodes          Limit // key: user and application
	InstallLinks       Limit // key: user
	VerificationStarts Limit // key: application and number
	WrongVerifications Limit // key: application and number
	Approvals          Limit // key: user and application
	WrongLinks         Limit // key: address of the device
	PhoneLinks         Limit // key: number
	PhoneLinksSource   Limit // key: address of the device
	Joins              Limit // key: device
	WrongRecoveries    Limit // key: name that was typed and address of the device
	WrongRecoveriesOf  Limit // key: name that was typed
	WrongRecoveriesAt  Limit // key: address of the device
	Pushes             Limit // key: device
	WrongPasswords     Limit // key: user and source
	WrongPasswordsUser Limit // key: user
	WrongPasswordsFrom Limit // key: address of the person, whoever the users are
	WrongHandoffs      Limit // key: user and source
	WrongHandoffsUser  Limit // key: user
	Ceremonies         Limit // key: address of the person
	WrongPasskeys      Limit // key: user and source
	NotedGuesses       Limit // key: what is guessed, user and source
	Transactions       Limit // key: public application and address of the person
	PromptSends        Limit // key: user or address, application and method
	WrongPrompts       Limit // key: user and source, or address, with application and method
	AnonymousPrompts   Limit // key: application and address of the person
	OpenPrompts        Limit // key: user
	AppKeyClaims       Limit // key: address of the app
	DevicesPerUser     int   // linked at once
	PasskeysPerUser    int   // that count at once, with passwords and keys
	RevokedPerUser     int   // kept for the list; older ones go
	HandoffsPerUser    int   // of one form and purpose that live at once
	CodeAttempts       int   // wrong checks of one verification code
	EnrollmentAttempts int   // wrong codes of one phone link
	CodeLife           time.Duration
	LinkLife           time.Duration
	PictureLife        time.Duration
	JoinLife           time.Duration
	ApprovalLife       time.Duration // when the caller names none
	MatchAfterDenial   time.Duration // for which requests ask for a number: a burst of them, after the first no
	CeremonyLife       time.Duration // when the caller names none
	TransactionLife    time.Duration
	ShortHandoffLife   time.Duration
	LongHandoffLife    time.Duration // of long codes and phrases
	ResendWindow       time.Duration // equal messages within it are one
	TOTPWindow         int           // steps of drift accepted on each side
	MessageRunes       int           // of a challenge's message; longer ones are cut
	DetailRunes        int           // of a label or value; longer ones are cut
	Details            int           // lines of details, hidden or not; more are refused
	PendingPerUser     int           // challenges listed to a device at once
	TransactionBytes   int           // of a transaction's payload
	PromptAttempts     int           // wrong answers to one prompt
	Sockets            int           // that pages hold open at one node, each for two goroutines and some 30 KiB
	SocketsPerSource   int           // the same from one address, so that no stranger takes them all
	FactorsPerUser     int           // phones, addresses and app keys of one user, of each kind
	KnownDevices       int           // of one user at an application; the oldest go
	CustomPoints       int           // of one action or user
	CustomBytes        int           // of the custom data of one action or user
	ActionTextBytes    int           // of any one text of an action
	RulesPerAction     int
	ActionCodes        int // configured by one application
	ValueLists         int // of one application
	ValueListItems     int // of one list
	DataPoints         int // of one application
}

// DefaultLimits are the numbers in force unless the operator sets others.
func DefaultLimits() Limits {
	return withDevices(withActions(Limits{
		WrongTokens:        Limit{"wrong_tokens", 10, 15 * time.Minute, "guessing a six-digit code: with the daily bound below, about one chance in eleven hundred a day"},
		WrongTokensUser:    Limit{"wrong_tokens_user", 300, 24 * time.Hour, "guessing from many sources; far above what one person's typing errors reach"},
		SentCodes:          Limit{"sent_codes", 5, time.Hour, "messages cost money and annoy; vendors allow about five an hour"},
		InstallLinks:       Limit{"install_links", 5, time.Hour, "the same, for links to the authenticator that come with a registration"},
		VerificationStarts: Limit{"verification_starts", 5, time.Hour, "the same, for numbers without a user"},
		WrongVerifications: Limit{"wrong_verifications", 30, 24 * time.Hour, "guessing a four-digit code with one new code after the other: three chances in a thousand a day"},
		Approvals:          Limit{"approvals", 60, 10 * time.Minute, "a flood of requests teaches people to press approve"},
		WrongLinks:         Limit{"wrong_links", 20, 15 * time.Minute, "guessing linking codes"},
		PhoneLinks:         Limit{"phone_links", 5, time.Hour, "messages to a number by people who merely claim it"},
		PhoneLinksSource:   Limit{"phone_links_source", 30, time.Hour, "one address starting links for many numbers"},
		WrongPasswords:     Limit{"wrong_passwords", 10, 15 * time.Minute, "guessing a password"},
		WrongPasswordsUser: Limit{"wrong_passwords_user", 300, 24 * time.Hour, "guessing from many sources; far above one person's typing errors"},
		WrongPasswordsFrom: Limit{"wrong_passwords_from", 100, 15 * time.Minute, "one password tried with many names, each of which costs a hash; an office behind one address stays below"},
		WrongHandoffs:      Limit{"wrong_handoffs", 5, 15 * time.Minute, "guessing a six-digit code that lives for three minutes"},
		WrongHandoffsUser:  Limit{"wrong_handoffs_user", 100, 24 * time.Hour, "the same from many sources: one chance in ten thousand a day"},
		Ceremonies:         Limit{"ceremonies", 60, 10 * time.Minute, "registrations that strangers begin take a row each; an office behind one address stays below"},
		WrongPasskeys:      Limit{"wrong_passkeys", 30, 15 * time.Minute, "each costs a signature check and a row of the log; nothing can be guessed"},
		NotedGuesses:       Limit{"noted_guesses", 30, 15 * time.Minute, "strangers' guesses that cannot hit, and what a full window refuses, each take a row of the log; more tell nobody anything"},
		Transactions:       Limit{"transactions", 600, 10 * time.Minute, "each takes a row of up to 64 KiB"},
		OpenPrompts:        Limit{"open_prompts", 60, 10 * time.Minute, "pictures and ids that somebody with a token asks for take a row each; a page shows a new one every nine minutes"},
		DevicesPerUser:     10,
		PasskeysPerUser:    20,
		RevokedPerUser:     20,
		HandoffsPerUser:    10,
		CodeAttempts:       5,
		EnrollmentAttempts: 5,
		CodeLife:           10 * time.Minute,
		LinkLife:           15 * time.Minute,
		PictureLife:        10 * time.Minute,
		ApprovalLife:       24 * time.Hour,
		CeremonyLife:       10 * time.Minute,
		TransactionLife:    10 * time.Minute,
		ShortHandoffLife:   3 * time.Minute,
		LongHandoffLife:    24 * time.Hour,
		ResendWindow:       10 * time.Second,
		TOTPWindow:         1,
		MessageRunes:       200,
		DetailRunes:        200,
		Details:            50,
		PendingPerUser:     50,
		TransactionBytes:   64 << 10,
		Sockets:            5000,
		SocketsPerSource:   60,
	}))
}

// withDevices adds what guards people's devices and what these are asked.
func withDevices(l Limits) Limits {
	l.Joins = Limit{"joins", 20, time.Hour, "codes for one more device take a row each; who makes that many is not looking at them"}
	l.WrongRecoveries = Limit{"wrong_recoveries", 5, time.Hour, "guessing a recovery code, which links a device: ten good ones of 10^12"}
	l.WrongRecoveriesOf = Limit{"wrong_recoveries_of", 250, 24 * time.Hour, "the same from many sources: three chances in a thousand million a day; one source gets 120, and so keeps nobody out"}
	l.WrongRecoveriesAt = Limit{"wrong_recoveries_at", 30, time.Hour, "one address trying many names"}
	l.Pushes = Limit{"pushes", 12, 5 * time.Minute, "a phone that never stops ringing teaches people to approve; what was not announced waits in the app"}
	l.JoinLife = 5 * time.Minute
	l.MatchAfterDenial = time.Hour
	return l
}

// withActions adds what guards actions and their challenges.
func withActions(l Limits) Limits {
	l.PromptSends = Limit{"prompt_sends", 5, 10 * time.Minute, "messages cost money and annoy; a person who waits for one asks again once or twice"}
	l.WrongPrompts = Limit{"wrong_prompts", 20, 15 * time.Minute, "guessing with one new code after the other: four codes of five attempts each"}
	l.AnonymousPrompts = Limit{"anonymous_prompts", 60, 10 * time.Minute, "challenges that strangers begin take a row each; an office behind one address stays below"}
	l.AppKeyClaims = Limit{"app_key_claims", 120, 10 * time.Minute, "wrong signatures of apps cost a check and a row of the log each; nothing can be guessed"}
	l.PromptAttempts = 5
	l.FactorsPerUser = 10
	l.KnownDevices = 50
	l.CustomPoints = 50
	l.CustomBytes = 8 << 10
	l.ActionTextBytes = 1 << 10
	l.RulesPerAction = MaxRulePriority + 1
	l.ActionCodes = 500
	l.ValueLists = 200
	l.ValueListItems = 10_000
	l.DataPoints = 200
	return l
}

// SourceKey is what a source is counted by. Whoever has one IPv6 address has the 64 bits behind its network too,
// so the network counts.
func SourceKey(source string) string {
	address, err := netip.ParseAddr(source)
	if err != nil || !address.Is6() || address.Is4In6() {
		return source
	}
	return netip.PrefixFrom(address.WithZone(""), ipv6Network).Masked().String()
}

// ipv6Network is the length of what one customer gets at least (RFC 6177).
const ipv6Network = 64

// TooMany is the refusal of a full window.
func (s *Service) TooMany(until time.Time) error {
	return &Error{Code: Limited, Message: "too many attempts; wait and try again", RetryAfter: until.Sub(s.Now())}
}

// LimitReader looks at counters.
type LimitReader interface {
	// LimitReached reports whether the key's window is full at now, and when it ends.
	LimitReached(l Limit, key string, now time.Time) (reached bool, until time.Time, err error)
}

// LimitWriter spends from counters.
type LimitWriter interface {
	// TakeLimit counts one hit, by one atomic upsert, and reports whether it was still allowed, and when
	// the window ends. Other Writes that take from the same key wait until this one ends.
	TakeLimit(l Limit, key string, now time.Time) (allowed bool, until time.Time, err error)
	PurgeLimits(now time.Time, limit int) (int, error)
}

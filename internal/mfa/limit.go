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
	DevicesPerUser     int   // linked at once
	CodeAttempts       int   // wrong checks of one verification code
	EnrollmentAttempts int   // wrong codes of one phone link
	CodeLife           time.Duration
	LinkLife           time.Duration
	PictureLife        time.Duration
	ApprovalLife       time.Duration // when the caller names none
	ResendWindow       time.Duration // equal messages within it are one
	TOTPWindow         int           // steps of drift accepted on each side
	MessageRunes       int           // of a challenge's message; longer ones are cut
	DetailRunes        int           // of a label or value; longer ones are cut
	Details            int           // lines of details, hidden or not; more are refused
	PendingPerUser     int           // challenges listed to a device at once
}

// DefaultLimits are the numbers in force unless the operator sets others.
func DefaultLimits() Limits {
	return Limits{
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
		DevicesPerUser:     10,
		CodeAttempts:       5,
		EnrollmentAttempts: 5,
		CodeLife:           10 * time.Minute,
		LinkLife:           15 * time.Minute,
		PictureLife:        10 * time.Minute,
		ApprovalLife:       24 * time.Hour,
		ResendWindow:       10 * time.Second,
		TOTPWindow:         1,
		MessageRunes:       200,
		DetailRunes:        200,
		Details:            50,
		PendingPerUser:     50,
	}
}

// sourceKey is what a source is counted by. Whoever has one IPv6 address has the 64 bits behind its network too,
// so the network counts.
func sourceKey(source string) string {
	address, err := netip.ParseAddr(source)
	if err != nil || !address.Is6() || address.Is4In6() {
		return source
	}
	return netip.PrefixFrom(address.WithZone(""), ipv6Network).Masked().String()
}

// ipv6Network is the length of what one customer gets at least (RFC 6177).
const ipv6Network = 64

// limited is the refusal of a full window.
func (s *Service) limited(until time.Time) error {
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

package authsignal

// Method is a way in which a person proves themselves. Servers may know more than
// these.
type Method string

// The methods.
const (
	SMS              Method = "SMS"
	WhatsApp         Method = "WHATSAPP"
	EmailOTP         Method = "EMAIL_OTP"
	EmailMagicLink   Method = "EMAIL_MAGIC_LINK"
	AuthenticatorApp Method = "AUTHENTICATOR_APP"
	Passkey          Method = "PASSKEY"
	SecurityKey      Method = "SECURITY_KEY"
	Push             Method = "PUSH"
	Device           Method = "DEVICE" // an app's key: QR code or within the app
	RecoveryCode     Method = "RECOVERY_CODE"
)

// State is where an action stands.
type State string

// The states.
const (
	Allow              State = "ALLOW"
	Block              State = "BLOCK"
	ChallengeRequired  State = "CHALLENGE_REQUIRED"
	ChallengeSucceeded State = "CHALLENGE_SUCCEEDED"
	ChallengeFailed    State = "CHALLENGE_FAILED"
	ReviewRequired     State = "REVIEW_REQUIRED"
	ReviewSucceeded    State = "REVIEW_SUCCEEDED"
	ReviewFailed       State = "REVIEW_FAILED"
)

// Outcome is what a rule, or an action without one that matches, decides.
type Outcome string

// The outcomes.
const (
	OutcomeAllow     Outcome = "ALLOW"
	OutcomeChallenge Outcome = "CHALLENGE"
	OutcomeReview    Outcome = "REVIEW"
	OutcomeBlock     Outcome = "BLOCK"
)

// SMSChannel is how a text message travels.
type SMSChannel string

// The channels.
const (
	ChannelDefault  SMSChannel = "DEFAULT"
	ChannelWhatsApp SMSChannel = "WHATSAPP"
)

// Scope is what a token may do beyond proving an action; several are separated by
// spaces. Enrolling the first authenticator needs none.
type Scope string

// The scopes.
const (
	ReadAuthenticators   Scope = "read:authenticators"
	AddAuthenticators    Scope = "add:authenticators"
	UpdateAuthenticators Scope = "update:authenticators"
	RemoveAuthenticators Scope = "remove:authenticators"
)

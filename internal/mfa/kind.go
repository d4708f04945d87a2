package mfa

// Kind is a means of proving oneself. A new factor adds its constant here.
type Kind string

const (
	KindTOTP     Kind = "totp"     // RFC 6238, from an authenticator app
	KindDevice   Kind = "device"   // signs answers and requests with its own P-256 key
	KindRecovery Kind = "recovery" // single-use codes kept on paper

	KindPasskey   Kind = "passkey"    // WebAuthn: signs for one relying party
	KindPassword  Kind = "password"   // something the person remembers
	KindPublicKey Kind = "public_key" // a key that the application brought along, whose holder signs

	KindPhone  Kind = "phone"   // a number to which codes go; its Secret is the number as it was written
	KindEmail  Kind = "email"   // an address to which codes or links go; its Secret is the address
	KindAppKey Kind = "app_key" // a P-256 key that the application's own app holds
)

// Channel is how a message or code travels to a person.
type Channel string

const (
	ChannelSMS   Channel = "sms"
	ChannelVoice Channel = "voice"
	ChannelEmail Channel = "email"
	ChannelPush  Channel = "push"

	// ChannelWhatsApp travels by the application's own hook.
	ChannelWhatsApp Channel = "whatsapp"
)

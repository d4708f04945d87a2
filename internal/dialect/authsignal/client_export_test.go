package authsignal

// What tests of the client's API look at from outside.
var (
	MaskEmail   = maskEmail
	MaskPhone   = maskPhone
	AnyBase64   = anyBase64
	PublicKeyOf = publicKeyOf
	HandleOf    = handleOf
	ParseOffer  = parseOffer
	ParseCreate = parseCreate
)

// Token and Tenant are what a socket's handshake offers.
func (o offered) Token() string  { return o.token }
func (o offered) Tenant() string { return o.tenant }

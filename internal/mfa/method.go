package mfa

// Method is how a person proves themselves for an action.
type Method string

const (
	MethodSMS         Method = "sms"
	MethodWhatsApp    Method = "whatsapp"
	MethodEmailOTP    Method = "email_otp"
	MethodMagicLink   Method = "email_magic_link"
	MethodTOTP        Method = "totp"
	MethodPasskey     Method = "passkey"
	MethodSecurityKey Method = "security_key"
	MethodPush        Method = "push"          // a device or an app's key is asked
	MethodQRCode      Method = "qr_code"       // an app's key reads what a screen shows
	MethodInApp       Method = "in_app"        // an app's key, in the app that asks
	MethodDevice      Method = "device"        // an app's key, however it is asked
	MethodRecovery    Method = "recovery_code" // in place of all others, once each
)

// Methods lists all, in the order in which people are offered them: the strongest first.
func Methods() []Method {
	return []Method{
		MethodPasskey, MethodSecurityKey, MethodPush, MethodInApp, MethodQRCode, MethodDevice, MethodTOTP, MethodEmailOTP,
		MethodMagicLink, MethodSMS, MethodWhatsApp, MethodRecovery,
	}
}

package authy

import "time"

// Device is the device that answered: the one whose code was right, or on which
// a request was approved or denied. The server may leave any part of it empty.
type Device struct {
	ID                    string
	OS                    string // "android", "iphone", …; "sms" for a sent code
	IP                    string
	City, Region, Country string

	RegistrationMethod  string // "push", "sms" or "call"
	RegistrationIP      string
	RegistrationCity    string
	RegistrationRegion  string
	RegistrationCountry string

	RegisteredAt   time.Time
	LastSyncAt     time.Time
	LastRecoveryAt time.Time

	// UnlockMethods are the ways the device can be unlocked, and LastUnlock
	// the way used most recently.
	UnlockMethods []string
	LastUnlock    string
}

// device reads a device from an answer or a callback. It only describes, so what
// cannot be read is left empty rather than spoiling the message around it.
func (n *node) device() *Device {
	if n.kind != object {
		return nil
	}
	return &Device{
		ID: n.at("id").text, OS: n.at("os_type").text, IP: n.at("ip").text,
		City: n.at("city").text, Region: n.at("region").text, Country: n.at("country").text,
		RegistrationMethod: n.at("registration_method").text, RegistrationIP: n.at("registration_ip").text,
		RegistrationCity: n.at("registration_city").text, RegistrationRegion: n.at("registration_region").text,
		RegistrationCountry: n.at("registration_country").text,
		RegisteredAt:        n.at("registration_date").timeIfAny(), LastSyncAt: n.at("last_sync_date").timeIfAny(),
		LastRecoveryAt: n.at("last_account_recovery_at").timeIfAny(),
		UnlockMethods:  n.at("enabled_unlock_methods").texts(), LastUnlock: n.at("last_unlock_method_used").text,
	}
}

func (n *node) timeIfAny() time.Time {
	at, _ := parseInstant(n.text) // the zero time with every error
	return at
}

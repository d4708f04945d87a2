package loginid

import (
	"github.com/google/uuid"

	"github.com/twinseal/twinseal/internal/agent"
	"github.com/twinseal/twinseal/internal/mfa"
)

// v2Device is a machine that a passkey was used on, as its browser called itself. It is shown to people and decides
// nothing.
type v2Device struct {
	ClientType    string `json:"clientType"`
	ClientName    string `json:"clientName,omitempty"`
	ClientVersion string `json:"clientVersion,omitempty"`
	OSName        string `json:"osName,omitempty"`
	OSVersion     string `json:"osVersion,omitempty"`
	LastUsedAt    string `json:"lastUsedAt,omitempty"`
}

// deviceID is the id that a client sends from its first answer on. It is the client's memory and nothing else: a
// client without one of ours gets a new one.
func deviceID(said string) string {
	id, err := mfa.ParseUUID("deviceId", said)
	if err != nil {
		return uuid.NewString()
	}
	return id
}

// agentOf reads the names of browser and system.
func agentOf(userAgent string) v2Device {
	a := agent.Of(userAgent)
	return v2Device{ClientType: "browser", ClientName: a.Browser, ClientVersion: a.BrowserVersion, OSName: a.System, OSVersion: a.SystemVersion}
}

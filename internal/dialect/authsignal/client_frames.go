package authsignal

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/twinseal/twinseal/internal/mfa"
)

// The socket on which a page shows QR codes speaks in text frames of JSON. What a page offers as subprotocols is how
// it proves itself, because pages cannot set headers of a socket.

// Subprotocols that a page offers: the name of the protocol, which is the one that is answered, and what carries its
// token or, without one, its tenant.
const (
	socketProtocol = "authsignal-ws"
	socketToken    = "x.authsignal.token."
	socketTenant   = "x.authsignal.tenant."
)

// offered is what a page offers.
type offered struct {
	token, tenant string // one of them
}

// parseOffer reads the subprotocols of a handshake. Those that nobody knows are passed over.
func parseOffer(headers []string) (offered, error) {
	var out offered
	spoken := false
	for _, header := range headers {
		for one := range strings.SplitSeq(header, ",") {
			one = strings.TrimSpace(one)
			if token, ok := strings.CutPrefix(one, socketToken); ok {
				out.token = token
			} else if tenant, ok := strings.CutPrefix(one, socketTenant); ok {
				out.tenant = tenant
			}
			spoken = spoken || one == socketProtocol
		}
	}
	if !spoken {
		return offered{}, invalid("the socket speaks " + socketProtocol + " alone")
	}
	return out, nil
}

// Types of frames.
const (
	frameCreate  = "CREATE_CHALLENGE"
	frameCreated = "CHALLENGE_CREATED"
	frameChange  = "STATE_CHANGE"
	frameError   = "ERROR" // clients pass over types that they do not know
)

const challengeQRCode = "QR_CODE"

// qrState is where a QR code is, as clients know it.
type qrState string

const (
	qrUnclaimed qrState = "unclaimed"
	qrClaimed   qrState = "claimed"
	qrApproved  qrState = "approved"
	qrRejected  qrState = "rejected"
)

// frame is one frame to a page.
type frame struct {
	Type string `json:"type"`
	Data any    `json:"data"`
}

type createdFrame struct {
	ChallengeID   mfa.PromptID `json:"challengeId"`
	ChallengeType string       `json:"challengeType"`
	ExpiresAt     wireTime     `json:"expiresAt"`
	State         qrState      `json:"state"`
}

type changeFrame struct {
	ChallengeID mfa.PromptID `json:"challengeId"`
	State       qrState      `json:"state"`
	AccessToken string       `json:"accessToken,omitempty"`
}

// qrWish is what a page asks for, by a frame or by a request.
type qrWish struct {
	Action string          `json:"action"`
	Custom json.RawMessage `json:"custom"`
}

// parseCreate reads the one frame that pages send.
func parseCreate(raw []byte) (qrWish, error) {
	var in struct {
		Type string `json:"type"`
		Data struct {
			ChallengeType string          `json:"challengeType"`
			ActionCode    string          `json:"actionCode"`
			Custom        json.RawMessage `json:"custom"`
		} `json:"data"`
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		return qrWish{}, invalid("a frame is an object in JSON with a type and data")
	}
	if in.Type != frameCreate || in.Data.ChallengeType != challengeQRCode {
		return qrWish{}, invalid("a page sends frames of the type " + frameCreate + " with the challengeType " + challengeQRCode)
	}
	return qrWish{Action: in.Data.ActionCode, Custom: in.Data.Custom}, nil
}

// custom are the points of an action that come with a wish; null is none.
func (w qrWish) custom() json.RawMessage {
	if text := bytes.TrimSpace(w.Custom); len(text) == 0 || bytes.Equal(text, []byte("null")) {
		return nil
	}
	return w.Custom
}

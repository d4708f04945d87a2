package bus

import (
	"encoding/base64"
	"encoding/binary"
)

// A payload is the format's sign, the sender's node id and then either "*", which
// stands for all topics, or the topics, all in the same fixed width.
const (
	payloadFormat = "1"
	everything    = "*"
	wordSize      = 11 // characters of 8 bytes in base64 without padding
	headSize      = len(payloadFormat) + wordSize

	// payloadLimit is PostgreSQL's: it refuses payloads of 8000 bytes.
	payloadLimit     = 7999
	topicsPerPayload = (payloadLimit - headSize) / wordSize
)

// nodeID tells one running process from another, so that it can ignore what it
// sent itself.
type nodeID uint64

func appendWord(b []byte, word uint64) []byte {
	return base64.RawURLEncoding.AppendEncode(b, binary.BigEndian.AppendUint64(nil, word))
}

func parseWord(text string) (uint64, bool) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(raw) != 8 {
		return 0, false
	}
	return binary.BigEndian.Uint64(raw), true
}

// payloads puts a batch into as few payloads as it takes.
func (b batch) payloads(node nodeID) []string {
	head := appendWord([]byte(payloadFormat), uint64(node))
	if b.everything {
		return []string{string(head) + everything}
	}
	var out []string
	payload, count := head, 0
	for t := range b.topics {
		if count == topicsPerPayload {
			out = append(out, string(payload))
			payload, count = payload[:headSize], 0
		}
		payload, count = appendWord(payload, uint64(t)), count+1
	}
	if count > 0 {
		out = append(out, string(payload))
	}
	return out
}

// parsePayload reads what another node, perhaps of another version, has sent.
func parsePayload(payload string) (node nodeID, b batch, ok bool) {
	if len(payload) < headSize || payload[:len(payloadFormat)] != payloadFormat {
		return 0, batch{}, false
	}
	sender, ok := parseWord(payload[len(payloadFormat):headSize])
	rest := payload[headSize:]
	if !ok || rest == everything {
		return nodeID(sender), batch{everything: true}, ok
	}
	if len(rest)%wordSize != 0 {
		return 0, batch{}, false
	}
	b.topics = make(map[topic]struct{}, len(rest)/wordSize)
	for ; rest != ""; rest = rest[wordSize:] {
		word, ok := parseWord(rest[:wordSize])
		if !ok {
			return 0, batch{}, false
		}
		b.topics[topic(word)] = struct{}{}
	}
	return nodeID(sender), b, true
}

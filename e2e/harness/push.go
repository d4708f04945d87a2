package harness

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// PushService is a push service on this machine, with the browsers that subscribed to it: it takes what servers push
// (RFC 8030), and opens it as the browsers would (RFC 8291).
type PushService struct {
	URL string

	t       testing.TB
	mu      sync.Mutex
	boxes   map[string]*pushBox
	refused []error
}

// pushBox is the end of one subscription.
type pushBox struct {
	key  *ecdh.PrivateKey
	auth []byte
	got  []Push
}

// Push is a message that arrived, opened.
type Push struct {
	Text  string
	VAPID string // the server's key, as the browser subscribed with it
}

// Subscription is what a browser's page gets from its push service.
type Subscription struct {
	Endpoint string `json:"endpoint"`
	P256DH   string `json:"p256dh"`
	Auth     string `json:"auth"`
}

// authSecretSize is what RFC 8291 demands.
const authSecretSize = 16

// NewPushService listens on loopback until the test ends.
func NewPushService(t testing.TB) *PushService {
	t.Helper()
	p := &PushService{t: t, boxes: map[string]*pushBox{}}
	server := httptest.NewServer(p)
	p.URL = server.URL
	t.Cleanup(func() {
		server.Close()
		for _, err := range p.refused {
			t.Errorf("the push service refused a push: %v", err)
		}
	})
	return p
}

// Subscribe opens a box of its own.
func (p *PushService) Subscribe() Subscription {
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		p.t.Fatal(err)
	}
	box := &pushBox{key: key, auth: make([]byte, authSecretSize)}
	rand.Read(box.auth)
	path := "/box/" + rand.Text()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.boxes[path] = box
	encode := base64.RawURLEncoding.EncodeToString
	return Subscription{p.URL + path, encode(key.PublicKey().Bytes()), encode(box.auth)}
}

// Await waits until so many pushes came for a subscription, and returns all of them.
func (p *PushService) Await(t testing.TB, s Subscription, count int) []Push {
	t.Helper()
	return Until(t, "a push", func() ([]Push, bool) {
		p.mu.Lock()
		defer p.mu.Unlock()
		got := p.boxes[strings.TrimPrefix(s.Endpoint, p.URL)].got
		return append([]Push{}, got...), len(got) >= count
	})
}

// ServeHTTP takes a push.
func (p *PushService) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	box := p.boxes[r.URL.Path]
	if box == nil {
		http.NotFound(w, r)
		return
	}
	push, err := box.open(r)
	if err != nil {
		p.refused = append(p.refused, err)
		http.Error(w, "the message cannot be read", http.StatusBadRequest)
		return
	}
	box.got = append(box.got, push)
	w.WriteHeader(http.StatusCreated)
}

// The header of an encrypted message (RFC 8188): salt, record size, length of the sender's key, the key.
const (
	saltSize   = 16
	headerSize = saltSize + 4 + 1
	maxPush    = 4096
)

func (b *pushBox) open(r *http.Request) (Push, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxPush+1))
	if err != nil {
		return Push{}, err
	}
	if r.Header.Get("Content-Encoding") != "aes128gcm" || r.Header.Get("TTL") == "" || len(body) < headerSize || len(body) > maxPush {
		return Push{}, errors.New("it is no encrypted message")
	}
	salt, size := body[:saltSize], int(body[headerSize-1])
	if len(body) < headerSize+size || int(binary.BigEndian.Uint32(body[saltSize:])) < len(body)-headerSize-size {
		return Push{}, errors.New("its header is cut off, or it has more than one record")
	}
	plain, err := b.decrypt(salt, body[headerSize:headerSize+size], body[headerSize+size:])
	if err != nil {
		return Push{}, err
	}
	end := bytes.LastIndexByte(plain, 2) // the last record's delimiter; zeros follow
	if end < 0 {
		return Push{}, errors.New("its padding has no beginning")
	}
	_, key, _ := strings.Cut(r.Header.Get("Authorization"), "k=")
	key, _, _ = strings.Cut(key, ",")
	return Push{Text: string(plain[:end]), VAPID: key}, nil
}

// Sizes of what is derived.
const (
	contentKeySize = 16
	contentNonce   = 12
)

func (b *pushBox) decrypt(salt, sender, sealed []byte) ([]byte, error) {
	public, err := ecdh.P256().NewPublicKey(sender)
	if err != nil {
		return nil, err
	}
	shared, err := b.key.ECDH(public)
	if err != nil {
		return nil, err
	}
	info := "WebPush: info\x00" + string(b.key.PublicKey().Bytes()) + string(sender)
	secret, err := hkdf.Key(sha256.New, shared, b.auth, info, sha256.Size)
	if err != nil {
		return nil, err
	}
	key, err := hkdf.Key(sha256.New, secret, salt, "Content-Encoding: aes128gcm\x00", contentKeySize)
	if err != nil {
		return nil, err
	}
	nonce, err := hkdf.Key(sha256.New, secret, salt, "Content-Encoding: nonce\x00", contentNonce)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	return aead.Open(nil, nonce, sealed, nil)
}

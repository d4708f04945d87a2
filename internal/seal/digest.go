package seal

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"sync"
)

// Digest is the HMAC-SHA-256 of the value under the ring's digest key: what is
// stored of API keys and codes that are only ever looked up or compared. Equal
// values have equal digests within one purpose and unrelated ones across
// purposes. The digest key is never rotated, because no stored digest could be
// made anew. Compare digests by [hmac.Equal] where an index does not.
//
// The digest hides the value from whoever holds the database without the master
// key. It does not slow down guessing by whoever holds both: values that people
// choose need a password hash instead.
func (r *Ring) Digest(purpose string, value []byte) []byte {
	return r.keys.Load().digest.sum(purpose, value)
}

// digester keeps keyed hashes ready: keying one costs as much as a short digest.
type digester struct {
	key  []byte
	pool sync.Pool
}

func (d *digester) sum(purpose string, value []byte) []byte {
	mac, ok := d.pool.Get().(hash.Hash)
	if !ok {
		mac = hmac.New(sha256.New, d.key)
	}
	defer d.pool.Put(mac)
	mac.Reset()
	head := make([]byte, 0, 64)
	head = binary.AppendUvarint(head, uint64(len(purpose)))
	mac.Write(append(head, purpose...))
	mac.Write(value)
	return mac.Sum(make([]byte, 0, sha256.Size))
}

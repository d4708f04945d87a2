package authy

import (
	"bytes"
	"encoding/json"
	"errors"
	"mime"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/twinseal/twinseal/client/authy/signature"
)

// Why a request cannot be taken apart. Their answers are in the error table.
var (
	errMalformed = errors.New("the request cannot be read")
	errEncoding  = errors.New("a parameter is not UTF-8")
	errTooMany   = errors.New("the request has too many parameters")
	errTooDeep   = errors.New("the parameters are nested too deeply")
	errShape     = errors.New("one parameter is given in two shapes")
)

// decodeForm reads a query string or a form. It also returns the pairs as they came, for signatures.
func decodeForm(raw string) (*value, []signature.Pair, error) {
	t := newTree()
	var pairs []signature.Pair
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		rawKey, rawValue, _ := strings.Cut(part, "=")
		key, keyErr := url.QueryUnescape(rawKey)
		text, textErr := url.QueryUnescape(rawValue)
		if keyErr != nil || textErr != nil {
			return nil, nil, errMalformed
		}
		leaf, err := t.leaf(text)
		if err != nil {
			return nil, nil, err
		}
		if err := t.putForm(key, leaf); err != nil {
			return nil, nil, err
		}
		pairs = append(pairs, signature.Pair{Key: key, Value: text})
	}
	return t.root, pairs, nil
}

func (t *tree) putForm(key string, leaf *value) error {
	if !storable(key) {
		return errEncoding
	}
	path := splitKey(key)
	if len(path) > maxDepth {
		return errTooDeep
	}
	return t.root.put(path, leaf)
}

// splitKey takes user[email] apart. A name with brackets that do not pair is a name like any other.
func splitKey(key string) []string {
	open := strings.IndexByte(key, '[')
	if open <= 0 || !strings.HasSuffix(key, "]") {
		return []string{named(key)}
	}
	path := []string{key[:open]}
	for rest := key[open:]; rest != ""; {
		end := strings.IndexByte(rest, ']')
		if rest[0] != '[' || end < 0 {
			return []string{key}
		}
		path, rest = append(path, rest[1:end]), rest[end+1:]
	}
	return path
}

// named keeps an empty name from reading as the end of an array.
func named(key string) string {
	if key == "" {
		return " "
	}
	return key
}

// decodeJSON reads an object token by token, so that the order of its members survives.
func decodeJSON(body []byte) (*value, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return newTree().root, nil
	}
	if !json.Valid(body) {
		return nil, errMalformed
	}
	t := newTree()
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	root, err := t.decode(d, 0)
	if err == nil && root.kind != kindObject {
		err = errMalformed
	}
	return root, err
}

func (t *tree) decode(d *json.Decoder, depth int) (*value, error) {
	token, err := d.Token()
	if err != nil {
		return nil, errMalformed
	}
	switch token := token.(type) {
	case json.Delim:
		if depth >= maxDepth {
			return nil, errTooDeep
		}
		if err := t.count(); err != nil {
			return nil, err
		}
		if token == '{' {
			return t.decodeObject(d, depth+1)
		}
		return t.decodeList(d, depth+1)
	case string:
		return t.leaf(token)
	case json.Number:
		return t.leaf(token.String())
	case bool:
		if token {
			return t.leaf("true")
		}
		return t.leaf("false")
	default:
		v, err := t.leaf("")
		if err == nil {
			v.kind = kindNull
		}
		return v, err
	}
}

func (t *tree) decodeObject(d *json.Decoder, depth int) (*value, error) {
	v := &value{kind: kindObject}
	for d.More() {
		token, err := d.Token()
		name, ok := token.(string)
		if err != nil || !ok {
			return nil, errMalformed
		}
		if !storable(name) {
			return nil, errEncoding
		}
		child, err := t.decode(d, depth)
		if err != nil {
			return nil, err
		}
		v.set(name, child)
	}
	_, err := d.Token()
	return v, err
}

func (t *tree) decodeList(d *json.Decoder, depth int) (*value, error) {
	v := &value{kind: kindList}
	for d.More() {
		child, err := t.decode(d, depth)
		if err != nil {
			return nil, err
		}
		v.elements = append(v.elements, child)
	}
	_, err := d.Token()
	return v, err
}

// byteOrderMark stands in front of what some Windows programs send.
var byteOrderMark = []byte("\xef\xbb\xbf")

// decodeBody reads a body by what it is, which clients often do not say: JSON when it starts like an object
// or claims to be JSON, XML likewise, else a form.
func decodeBody(contentType string, body []byte) (*value, []signature.Pair, error) {
	if !utf8.Valid(body) {
		return nil, nil, errEncoding
	}
	body = bytes.TrimPrefix(body, byteOrderMark)
	claimed, _, _ := mime.ParseMediaType(contentType) // "" when it cannot be read, as good as none
	start := bytes.TrimLeft(body, " \t\r\n")
	switch {
	case bytes.HasPrefix(start, []byte("{")) || strings.HasSuffix(claimed, "json"):
		v, err := decodeJSON(body)
		return v, nil, err
	case bytes.HasPrefix(start, []byte("<")) || len(start) > 0 && strings.HasSuffix(claimed, "xml"):
		v, err := decodeXML(body)
		return v, nil, err
	case strings.HasPrefix(claimed, "multipart/"):
		return nil, nil, errMalformed
	default:
		return decodeForm(strings.TrimRight(string(body), "\r\n"))
	}
}

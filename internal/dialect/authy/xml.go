package authy

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/twinseal/twinseal/internal/endpoint"
)

// decodeXML reads the documents of the earliest clients: <user><cellphone>…</cellphone></user>. The root
// "user" is a parameter of that name; of any other root only the children count. Attributes and the space
// between elements mean nothing, and document types are refused: nothing is ever expanded.
func decodeXML(body []byte) (*value, error) {
	t := newTree()
	d := xml.NewDecoder(bytes.NewReader(body))
	for {
		token, err := d.Token()
		if err != nil {
			return nil, errMalformed
		}
		switch token := token.(type) {
		case xml.Directive:
			return nil, errMalformed
		case xml.StartElement:
			root, err := t.element(d, 1)
			if err != nil {
				return nil, err
			}
			if err := onlySpace(d); err != nil {
				return nil, err
			}
			return t.wrap(token.Name.Local, root), nil
		}
	}
}

func (t *tree) wrap(name string, root *value) *value {
	if name == "user" {
		t.root.set(name, root)
		return t.root
	}
	if root.kind != kindObject {
		return t.root
	}
	return root
}

// element reads up to the end of an element that has been opened.
func (t *tree) element(d *xml.Decoder, depth int) (*value, error) {
	if depth > maxDepth {
		return nil, errTooDeep
	}
	v, text := &value{kind: kindObject}, strings.Builder{}
	for {
		token, err := d.Token()
		if err != nil {
			return nil, errMalformed
		}
		switch token := token.(type) {
		case xml.Directive:
			return nil, errMalformed
		case xml.StartElement:
			child, err := t.element(d, depth+1)
			if err != nil {
				return nil, err
			}
			v.set(strings.ReplaceAll(token.Name.Local, "-", "_"), child)
		case xml.CharData:
			text.Write(token)
		case xml.EndElement:
			if len(v.members) > 0 {
				return v, nil
			}
			return t.leaf(strings.TrimSpace(text.String()))
		}
	}
}

func onlySpace(d *xml.Decoder) error {
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if text, ok := token.(xml.CharData); err != nil || ok && len(bytes.TrimSpace(text)) > 0 {
			return errMalformed
		}
		switch token.(type) {
		case xml.Directive, xml.StartElement:
			return errMalformed
		}
	}
}

const contentXML = "application/xml; charset=utf-8"

// encodeXML renders what JSON would say as the service did: members as elements, with their type where it
// is no text. Everything beyond ASCII is a character reference.
func encodeXML(status int, root string, v any) (endpoint.Response, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return endpoint.Response{}, err
	}
	d := json.NewDecoder(bytes.NewReader(plain))
	d.UseNumber()
	token, err := d.Token()
	if err != nil || token != json.Delim('{') {
		return endpoint.Response{}, fmt.Errorf("an answer of type %T is not an object", v)
	}
	w := xmlWriter{json: d}
	w.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n")
	if err := w.object(root, ""); err != nil {
		return endpoint.Response{}, err
	}
	return endpoint.Bytes(status, contentXML, w.Bytes()), nil
}

// xmlWriter turns a stream of JSON tokens into elements.
type xmlWriter struct {
	bytes.Buffer

	json *json.Decoder
}

// object writes an object whose opening brace was read.
func (w *xmlWriter) object(name, attributes string) error {
	fmt.Fprintf(w, "<%s%s>", name, attributes)
	for w.json.More() {
		token, err := w.json.Token()
		if err != nil {
			return err
		}
		member, _ := token.(string)
		if err := w.value(elementName(member)); err != nil {
			return err
		}
	}
	_, err := w.json.Token()
	fmt.Fprintf(w, "</%s>", name)
	return err
}

// elementName is the name of a member. Names that we choose are fit for XML; those of details, which callers
// choose, never stand in an answer.
func elementName(member string) string {
	if member == "error_code" {
		return "error-code"
	}
	return member
}

func (w *xmlWriter) value(name string) error {
	token, err := w.json.Token()
	if err != nil {
		return err
	}
	switch token := token.(type) {
	case json.Delim:
		if token == '{' {
			return w.object(name, "")
		}
		return w.list(name)
	case string:
		w.leaf(name, "", token)
	case json.Number:
		w.leaf(name, ` type="integer"`, token.String())
	case bool:
		w.leaf(name, ` type="boolean"`, fmt.Sprint(token))
	default:
		fmt.Fprintf(w, `<%s nil="true"/>`, name)
	}
	return nil
}

// list writes an array; its elements have the name's singular.
func (w *xmlWriter) list(name string) error {
	fmt.Fprintf(w, `<%s type="array">`, name)
	for w.json.More() {
		if err := w.value(strings.TrimSuffix(name, "s")); err != nil {
			return err
		}
	}
	_, err := w.json.Token()
	fmt.Fprintf(w, "</%s>", name)
	return err
}

func (w *xmlWriter) leaf(name, attributes, text string) {
	fmt.Fprintf(w, "<%s%s>", name, attributes)
	var escaped bytes.Buffer
	_ = xml.EscapeText(&escaped, []byte(text)) // a buffer takes everything
	for _, r := range escaped.String() {
		if r < utf8.RuneSelf {
			w.WriteByte(byte(r))
			continue
		}
		fmt.Fprintf(w, "&#%d;", r)
	}
	fmt.Fprintf(w, "</%s>", name)
}

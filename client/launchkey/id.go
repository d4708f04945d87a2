package launchkey

import "strings"

// OrganizationID names an organization.
type OrganizationID string

// DirectoryID names a directory.
type DirectoryID string

// ServiceID names a service.
type ServiceID string

// DeviceID names a linked device, or one that is being linked.
type DeviceID string

// AuthorizationID names an authorization request.
type AuthorizationID string

// SDKKey is what an authenticator is built with to belong to a directory.
type SDKKey string

// KeyID names a public key: the MD5 digest of its SubjectPublicKeyInfo as pairs
// of hexadecimal digits with colons. It is a name and secures nothing.
type KeyID string

func (id OrganizationID) check() error  { return checkUUID("organization id", string(id)) }
func (id DirectoryID) check() error     { return checkUUID("directory id", string(id)) }
func (id ServiceID) check() error       { return checkUUID("service id", string(id)) }
func (id DeviceID) check() error        { return checkUUID("device id", string(id)) }
func (id AuthorizationID) check() error { return checkUUID("authorization request id", string(id)) }
func (k SDKKey) check() error           { return checkUUID("SDK key", string(k)) }

const uuidShape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"

func checkUUID(field, id string) error {
	if !shaped(id, uuidShape, "0123456789abcdefABCDEF") {
		return &FormatError{Field: field, Reason: "must be a UUID such as 6a2b4c1e-0d3f-4a5b-8c7d-9e0f1a2b3c4d"}
	}
	return nil
}

const keyIDShape = "xx:xx:xx:xx:xx:xx:xx:xx:xx:xx:xx:xx:xx:xx:xx:xx"

func (id KeyID) check() error {
	if !shaped(string(id), keyIDShape, "0123456789abcdef") {
		return &FormatError{Field: "key id", Reason: "must be 16 pairs of hexadecimal digits with colons between them"}
	}
	return nil
}

// shaped compares text with a shape in which x stands for a digit.
func shaped(text, shape, digits string) bool {
	if len(text) != len(shape) {
		return false
	}
	for i := range len(shape) {
		if shape[i] == 'x' && strings.IndexByte(digits, text[i]) < 0 || shape[i] != 'x' && text[i] != shape[i] {
			return false
		}
	}
	return true
}

// reference is how tokens name an entity: its type and its id.
type reference string

func (id OrganizationID) reference() reference {
	return reference("org:" + strings.ToLower(string(id)))
}

func (id DirectoryID) reference() reference { return reference("dir:" + strings.ToLower(string(id))) }

func (id ServiceID) reference() reference { return reference("svc:" + strings.ToLower(string(id))) }

// ids are names that can be checked, for calls that take several of them.
type checkable interface{ check() error }

func checkAll(values ...checkable) error {
	for _, value := range values {
		if err := value.check(); err != nil {
			return err
		}
	}
	return nil
}

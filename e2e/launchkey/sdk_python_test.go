package launchkey

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/launchkey"
	"github.com/twinseal/twinseal/e2e/harness"
)

// pythonSDK is the package launchkey for Python.
type pythonSDK struct{ caller *harness.Caller }

// order is one call to make; python/calls.py explains it.
type order struct {
	Factory pythonFactory  `json:"factory,omitzero"`
	Client  *pythonSubject `json:"client,omitempty"`
	Call    string         `json:"call,omitempty"`
	Args    []any          `json:"args,omitempty"`
	Named   map[string]any `json:"named,omitempty"`
	Without string         `json:"without,omitempty"`

	Uncalled bool `json:"uncalled,omitempty"`
}

type pythonFactory struct {
	Kind      entity         `json:"kind"`
	ID        string         `json:"id"`
	Key       string         `json:"key"`
	More      []string       `json:"more,omitempty"`
	Transport map[string]any `json:"transport,omitempty"`
}

type pythonSubject struct {
	Kind string `json:"kind"`
	ID   string `json:"id,omitempty"`
}

// pythonReply is what the package gave back, or raised.
type pythonReply struct {
	Value  json.RawMessage `json:"value"`
	Raised string          `json:"raised"`
	Text   string          `json:"text"`
	Status int             `json:"status_code"`

	Expires         string `json:"expires"`
	FromSameService bool   `json:"from_same_service"`
	Pending         string `json:"authorization_request_id"`
}

// object is an argument with members.
type object = map[string]any

// pythonError is an exception of the package.
type pythonError struct {
	pythonReply

	call string
}

func (e *pythonError) Error() string {
	return fmt.Sprintf("%s: %s (%d): %s", e.call, e.Raised, e.Status, e.Text)
}

// kinds say what the package's exceptions are in the words of the port.
var kinds = map[string]launchkey.Kind{
	"InvalidParameters":            launchkey.ErrInvalidParameters,
	"InvalidRoute":                 launchkey.ErrInvalidRoute,
	"ServiceNameTaken":             launchkey.ErrServiceNameTaken,
	"InvalidPolicyInput":           launchkey.ErrInvalidPolicyInput,
	"PolicyFailure":                launchkey.ErrPolicyFailure,
	"ServiceNotFound":              launchkey.ErrServiceNotFound,
	"AuthorizationInProgress":      launchkey.ErrAuthorizationInProgress,
	"AuthorizationResponseExists":  launchkey.ErrAuthorizationResponseExists,
	"AuthorizationRequestCanceled": launchkey.ErrAuthorizationRequestCanceled,
	"InvalidDirectoryIdentifier":   launchkey.ErrInvalidDirectoryIdentifier,
	"InvalidPublicKey":             launchkey.ErrInvalidPublicKey,
	"PublicKeyAlreadyInUse":        launchkey.ErrPublicKeyAlreadyInUse,
	"PublicKeyDoesNotExist":        launchkey.ErrPublicKeyDoesNotExist,
	"LastRemainingKey":             launchkey.ErrLastRemainingKey,
	"DirectoryNameInUse":           launchkey.ErrDirectoryNameInUse,
	"LastRemainingSDKKey":          launchkey.ErrLastRemainingSDKKey,
	"InvalidSDKKey":                launchkey.ErrInvalidSDKKey,
	"Unauthorized":                 launchkey.ErrUnauthorized,
	"Forbidden":                    launchkey.ErrForbidden,
	"EntityNotFound":               launchkey.ErrNotFound,
	"RequestTimedOut":              launchkey.ErrRequestTimedOut,
	"RateLimited":                  launchkey.ErrRateLimited,
	"EntityKeyNotFound":            launchkey.ErrEntityKeyNotFound,
	"UnexpectedKeyID":              launchkey.ErrEntityKeyNotFound,
	"UnexpectedWebhookRequest":     launchkey.ErrUnverified,
	"WebhookAuthorizationError":    launchkey.ErrUnverified,
	"InvalidPolicyAttributes":      launchkey.ErrFormat,
}

// Is lets stories compare exceptions as they compare the errors of the port.
func (e *pythonError) Is(target error) bool { return kinds[e.Raised] == target }

// pendingOf is the request that an error says is in the way.
func pendingOf(t *testing.T, err error) launchkey.PendingAuthorization {
	t.Helper()
	if refusal, ok := errors.AsType[*launchkey.Error](err); ok && refusal.Pending != nil {
		return *refusal.Pending
	}
	refusal, ok := errors.AsType[*pythonError](err)
	if !ok {
		t.Fatalf("%v names no pending request", err)
	}
	return launchkey.PendingAuthorization{ID: launchkey.AuthorizationID(refusal.Pending), ExpiresAt: instant(refusal.Expires), FromSameService: refusal.FromSameService}
}

// instant reads a time as the driver writes it, zero for none.
func instant(text string) time.Time {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}
	}
	return at
}

// as makes a factory.
func (s pythonSDK) as(t *testing.T, kind entity, id string, key *privateKey, more ...*privateKey) issuer {
	t.Helper()
	factory := pythonFactory{Kind: kind, ID: id, Key: key.private}
	for _, k := range more {
		factory.More = append(factory.More, k.private)
	}
	return pythonIssuer{t, s.caller, factory}
}

// pythonIssuer is a factory.
type pythonIssuer struct {
	t       *testing.T
	caller  *harness.Caller
	factory pythonFactory
}

// client names one of the factory's clients. The clients of its own entity have no id.
func (i pythonIssuer) client(t *testing.T, kind, id string) pythonClient {
	t.Helper()
	if strings.EqualFold(kind, string(i.factory.Kind)) {
		id = ""
	}
	return pythonClient{t, i, pythonSubject{kind, id}}
}

func (i pythonIssuer) organization(t *testing.T) organizationClient {
	t.Helper()
	return pythonOrganization{i.client(t, "organization", "")}
}

func (i pythonIssuer) directory(t *testing.T, id launchkey.DirectoryID) directoryClient {
	t.Helper()
	return pythonDirectory{i.client(t, "directory", string(id))}
}

func (i pythonIssuer) service(t *testing.T, id launchkey.ServiceID) serviceClient {
	t.Helper()
	return pythonService{i.client(t, "service", string(id))}
}

// pythonClient makes the calls of a client.
type pythonClient struct {
	t       *testing.T
	issuer  pythonIssuer
	subject pythonSubject
}

// do makes a call and reads what it gives into a value, which may be nil.
func (c pythonClient) do(into any, call string, named object, args ...any) error {
	c.t.Helper()
	return c.obey(into, order{Call: call, Args: args, Named: named})
}

// obey is do for orders that say more.
func (c pythonClient) obey(into any, o order) error {
	c.t.Helper()
	o.Factory, o.Client = c.issuer.factory, &c.subject
	var r pythonReply
	c.issuer.caller.Do(c.t, o.Call, o, &r)
	if r.Raised != "" {
		return &pythonError{r, o.Call}
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(r.Value, into); err != nil {
		c.t.Fatalf("%s gives %s: %v", o.Call, r.Value, err)
	}
	return nil
}

// The arguments that JSON has no form for.

func enumerated(class, name string) object { return object{"$": "enum", "class": class, "name": name} }

func moment(at time.Time) object {
	return object{"$": "datetime", "iso": at.UTC().Format("2006-01-02T15:04:05Z")}
}

func bytesOf(data []byte) object { return object{"$": "bytes", "base64": data} }

// set adds an argument for a change, none where there is no change.
func set[T any](c pythonClient, named object, name string, change launchkey.Change[T], dress func(T) any) {
	c.t.Helper()
	if change.IsZero() {
		return
	}
	raw, err := json.Marshal(change)
	if err != nil {
		c.t.Fatal(err)
	}
	if string(raw) == "null" {
		named[name] = nil
		return
	}
	var value T
	if err := json.Unmarshal(raw, &value); err != nil {
		c.t.Fatal(err)
	}
	named[name] = dress(value)
}

func plain(text string) any { return text }

// ids gives texts for typed names.
func ids[T ~string](typed []T) []string {
	out := make([]string, 0, len(typed))
	for _, id := range typed {
		out = append(out, string(id))
	}
	return out
}

package launchkey

import (
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/launchkey"
)

// goSDK is our own port.
type goSDK struct{ base string }

func (s goSDK) as(t *testing.T, kind entity, id string, key *privateKey, more ...*privateKey) issuer {
	t.Helper()
	options := []launchkey.Option{launchkey.WithPolling(5*time.Millisecond, 50*time.Millisecond)}
	for _, k := range more {
		options = append(options, launchkey.WithEncryptionKey([]byte(k.private)))
	}
	var made goIssuer
	var err error
	switch kind {
	case anOrganization:
		made.o, err = launchkey.NewOrganizationFactory(s.base, launchkey.OrganizationID(id), []byte(key.private), options...)
	case aDirectory:
		made.d, err = launchkey.NewDirectoryFactory(s.base, launchkey.DirectoryID(id), []byte(key.private), options...)
	case aService:
		made.s, err = launchkey.NewServiceFactory(s.base, launchkey.ServiceID(id), []byte(key.private), options...)
	}
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// goIssuer is one of the three factories.
type goIssuer struct {
	o *launchkey.OrganizationFactory
	d *launchkey.DirectoryFactory
	s *launchkey.ServiceFactory
}

func (i goIssuer) organization(t *testing.T) organizationClient {
	t.Helper()
	return i.o.OrganizationClient()
}

func (i goIssuer) directory(t *testing.T, id launchkey.DirectoryID) directoryClient {
	t.Helper()
	if i.d != nil {
		return i.d.DirectoryClient()
	}
	made, err := i.o.DirectoryClient(id)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func (i goIssuer) service(t *testing.T, id launchkey.ServiceID) serviceClient {
	t.Helper()
	return i.goService(t, id)
}

func (i goIssuer) goService(t *testing.T, id launchkey.ServiceID) *launchkey.ServiceClient {
	t.Helper()
	if i.s != nil {
		return i.s.ServiceClient()
	}
	var made *launchkey.ServiceClient
	var err error
	if i.d != nil {
		made, err = i.d.ServiceClient(id)
	} else {
		made, err = i.o.ServiceClient(id)
	}
	if err != nil {
		t.Fatal(err)
	}
	return made
}

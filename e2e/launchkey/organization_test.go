package launchkey

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/client/launchkey"
)

// directories are made, read in three ways and changed.
func directories(t *testing.T, s *scene) {
	ctx, name := t.Context(), rand.Text()
	id := must(s.org.CreateDirectory(ctx, name))(t)
	made := must(s.org.Directory(ctx, id))(t)
	if want := (launchkey.Directory{ID: id, Name: name, Active: true, DenialContextInquiry: true}); !same(*made, want) {
		t.Errorf("a new directory is %+v", made)
	}
	_, err := s.org.CreateDirectory(ctx, name)
	refused(t, "the same name again", err, launchkey.ErrDirectoryNameInUse)
	filled := s.filledDirectory(t, id)
	all := must(s.org.AllDirectories(ctx))(t)
	if at := slices.IndexFunc(all, func(d launchkey.Directory) bool { return d.ID == id }); at < 0 || !same(all[at], filled) {
		t.Errorf("all directories hold %+v, want %+v", all, filled)
	}
	if got := must(s.org.Directories(ctx, id))(t); len(got) != 1 || !same(got[0], filled) {
		t.Errorf("the list is %+v, want %+v", got, filled)
	}
	_, err = s.org.Directories(ctx, id, unknownID)
	refused(t, "a list with an unknown directory", err, launchkey.ErrForbidden)
	_, err = s.org.Directory(ctx, unknownID)
	refused(t, "an unknown directory", err, launchkey.ErrForbidden)
	s.emptiedDirectory(t, id)
	refused(t, "change an unknown directory", s.org.UpdateDirectory(ctx, unknownID, launchkey.DirectoryUpdate{Active: new(bool)}), launchkey.ErrForbidden)
}

// same compares without telling an empty list from none.
func same(a, b launchkey.Directory) bool {
	slices.Sort(a.ServiceIDs)
	slices.Sort(b.ServiceIDs)
	lists := slices.Equal(a.ServiceIDs, b.ServiceIDs) && slices.Equal(a.SDKKeys, b.SDKKeys)
	a.ServiceIDs, a.SDKKeys, b.ServiceIDs, b.SDKKeys = nil, nil, nil, nil
	return lists && reflect.DeepEqual(a, b)
}

// The certificate for push messages is one that the tests of the dialect have too.
const bundle = "../../internal/dialect/launchkey/testdata/push"

// fingerprint is made here from the certificate, not by the code under test.
func fingerprint(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(bundle + ".pem")
	if err != nil {
		t.Fatal(err)
	}
	for {
		block, rest := pem.Decode(text)
		if block == nil {
			t.Fatal("the file holds no certificate")
		}
		if _, err := x509.ParseCertificate(block.Bytes); err == nil {
			sum := sha256.Sum256(block.Bytes)
			return strings.ReplaceAll(fmt.Sprintf("% X", sum), " ", ":")
		}
		text = rest
	}
}

// filledDirectory gives a directory everything that it can have.
func (s *scene) filledDirectory(t *testing.T, id launchkey.DirectoryID) launchkey.Directory {
	t.Helper()
	ctx := t.Context()
	p12, err := os.ReadFile(bundle + ".p12")
	if err != nil {
		t.Fatal(err)
	}
	url := s.callbacks.URL + "/nobody"
	s.good(t, s.org.UpdateDirectory(ctx, id, launchkey.DirectoryUpdate{
		Active: new(bool), DenialContextInquiry: new(bool),
		AndroidKey: launchkey.To("an Android key"), IOSP12: launchkey.To(p12), WebhookURL: launchkey.To(url),
	}))
	want := launchkey.Directory{AndroidKey: "an Android key", IOSCertificateFingerprint: fingerprint(t), WebhookURL: url, ID: id}
	dir := s.owner.directory(t, id)
	for range 2 {
		want.SDKKeys = append(want.SDKKeys, must(s.org.GenerateDirectorySDKKey(ctx, id))(t))
		want.ServiceIDs = append(want.ServiceIDs, must(dir.CreateService(ctx, launchkey.NewService{Name: rand.Text()}))(t))
	}
	got := must(s.org.Directory(ctx, id))(t)
	want.Name = got.Name
	if !same(*got, want) {
		t.Errorf("the directory is %+v, want %+v", got, want)
	}
	return *got
}

// emptiedDirectory takes it away again.
func (s *scene) emptiedDirectory(t *testing.T, id launchkey.DirectoryID) {
	t.Helper()
	yes := true
	s.good(t, s.org.UpdateDirectory(t.Context(), id, launchkey.DirectoryUpdate{Active: &yes}))
	if got := must(s.org.Directory(t.Context(), id))(t); !got.Active || got.AndroidKey == "" || got.DenialContextInquiry {
		t.Errorf("switched on, the directory is %+v", got)
	}
	s.good(t, s.org.UpdateDirectory(t.Context(), id, launchkey.DirectoryUpdate{
		AndroidKey: launchkey.Clear[string](), IOSP12: launchkey.Clear[[]byte](), WebhookURL: launchkey.Clear[string](),
	}))
	got := must(s.org.Directory(t.Context(), id))(t)
	if got.AndroidKey != "" || got.IOSCertificateFingerprint != "" || got.WebhookURL != "" || !got.Active {
		t.Errorf("emptied, the directory is %+v", got)
	}
}

// sdkKeys are made and taken away, but for the last.
func sdkKeys(t *testing.T, s *scene) {
	ctx := t.Context()
	list := func() []launchkey.SDKKey { return must(s.org.DirectorySDKKeys(ctx, s.dirID))(t) }
	if got := list(); len(got) != 0 {
		t.Errorf("a new directory has the SDK keys %v", got)
	}
	first := must(s.org.GenerateDirectorySDKKey(ctx, s.dirID))(t)
	if got := list(); !slices.Equal(got, []launchkey.SDKKey{first}) {
		t.Errorf("the SDK keys are %v, want %s", got, first)
	}
	refused(t, "the only SDK key", s.org.RemoveDirectorySDKKey(ctx, s.dirID, first), launchkey.ErrLastRemainingSDKKey)
	second := must(s.org.GenerateDirectorySDKKey(ctx, s.dirID))(t)
	if got := must(s.org.Directory(ctx, s.dirID))(t); !slices.Equal(got.SDKKeys, []launchkey.SDKKey{first, second}) {
		t.Errorf("the directory has the SDK keys %v", got.SDKKeys)
	}
	refused(t, "an unknown SDK key", s.org.RemoveDirectorySDKKey(ctx, s.dirID, unknownID), launchkey.ErrInvalidSDKKey)
	s.good(t, s.org.RemoveDirectorySDKKey(ctx, s.dirID, first))
	if got := list(); !slices.Equal(got, []launchkey.SDKKey{second}) {
		t.Errorf("the SDK keys are %v, want %s", got, second)
	}
	_, err := s.org.GenerateDirectorySDKKey(ctx, unknownID)
	refused(t, "an SDK key of nobody's", err, launchkey.ErrForbidden)
	_, err = s.org.DirectorySDKKeys(ctx, unknownID)
	refused(t, "the SDK keys of nobody", err, launchkey.ErrForbidden)
	refused(t, "remove nobody's SDK key", s.org.RemoveDirectorySDKKey(ctx, unknownID, second), launchkey.ErrForbidden)
}

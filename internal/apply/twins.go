package apply

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/provision"
)

// twins finds what stands in a file twice: the second would silently change what the first made, and people
// who write such a file meant something else.
type twins struct {
	file *File
	seen map[twin]string // where it stood first
}

// twin is a name that may stand once in its scope.
type twin struct{ scope, kind, name string }

// once refuses a name that was seen in the scope before; "" is no name. It quotes nothing, because names may
// be keys.
func (t *twins) once(scope, path, kind, name string) error {
	if name == "" {
		return nil
	}
	key := twin{scope, kind, name}
	if first, ok := t.seen[key]; ok {
		if strings.HasSuffix(path, ".username") {
			kind = "username, whose capitals make no difference,"
		}
		return refuse(path, fmt.Sprintf("the same %s stands in line %d already", kind, t.file.line(first)))
	}
	t.seen[key] = path
	return nil
}

// named is one name to look at.
type named struct{ scope, path, kind, name string }

func (t *twins) all(list ...named) error {
	for _, n := range list {
		if err := t.once(n.scope, n.path, n.kind, n.name); err != nil {
			return err
		}
	}
	return nil
}

// check walks the file beside the plan that was made of it, which has the names in their normal form.
func (t *twins) check(p provision.Plan) error {
	for i, o := range p.Organizations {
		path := fmt.Sprintf("organizations[%d]", i)
		if err := t.all(named{"", path + ".id", "id", string(o.ID)}, named{"", path + ".name", "organization", o.Name}); err != nil {
			return err
		}
		for j, d := range o.Directories {
			if err := t.directory(fmt.Sprintf("%s.directories[%d]", path, j), path, t.file.body.Organizations[i].Directories[j], d); err != nil {
				return err
			}
		}
		for j, a := range o.Services {
			at := fmt.Sprintf("%s.services[%d]", path, j)
			if err := t.all(named{"", at + ".id", "id", string(a.ID)}, named{path, at + ".name", "service", a.Name}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *twins) directory(path, organization string, written directory, d provision.PlannedDirectory) error {
	if err := t.all(named{"", path + ".id", "id", string(d.ID)}, named{organization, path + ".name", "directory", d.Name}); err != nil {
		return err
	}
	for i, a := range d.Applications {
		if err := t.application(fmt.Sprintf("%s.applications[%d]", path, i), path, written.Applications[i], a); err != nil {
			return err
		}
	}
	for i, u := range d.Users {
		at := fmt.Sprintf("%s.users[%d]", path, i)
		err := t.all(named{path, at + ".authy_id", "authy_id", decimal(u.Number)}, named{path, at + "." + written.Users[i].aliasMember(), "alias", nameOf(u)},
			named{path, at + ".phone", "phone", u.Phone.E164()})
		if err != nil {
			return err
		}
	}
	return nil
}

// nameOf is the user's alias as others may not have it: usernames differ in more than case.
func nameOf(u provision.PlannedUser) string {
	if u.Folded {
		return mfa.FoldAlias(u.Alias)
	}
	return u.Alias
}

// decimal is a number as a name, "" for none.
func decimal(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

func (t *twins) application(path, directory string, written application, a provision.PlannedApplication) error {
	err := t.all(named{"", path + ".id", "id", string(a.ID)}, named{directory, path + ".name", "application", a.Name},
		named{"", path, "application number", decimal(a.Number)})
	if err != nil {
		return err
	}
	return t.all(slices.Concat(loginidKeys(path, written.LoginID), authyKeys(path, written.Authy), authsignalKeys(path, written.Authsignal))...)
}

func loginidKeys(path string, l *loginid) []named {
	if l == nil {
		return nil
	}
	keys := []named{{"", path + ".loginid.client_id", "client id", l.ClientID}}
	for i, key := range l.APIKeys {
		keys = append(keys, named{"", fmt.Sprintf("%s.loginid.api_keys[%d]", path, i), "management key", key})
	}
	return keys
}

func authyKeys(path string, a *authy) []named {
	if a == nil {
		return nil
	}
	keys := []named{
		{"", path + ".authy.api_key", "API key", a.APIKey},
		{"", path + ".authy.access_key", "access key", a.AccessKey},
		{"", path + ".authy.signing_key", "signing key", a.SigningKey},
	}
	for i, key := range a.APIKeys {
		keys = append(keys, named{"", fmt.Sprintf("%s.authy.api_keys[%d]", path, i), "API key", key})
	}
	return keys
}

package launchkey

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/twinseal/twinseal/client/launchkey/envelope"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/provision"
)

// Settle judges what a plan says in this dialect, and completes it: keys get their ids, the policies of
// applications their meaning, and wishes for directories become changes. What comes of a plan is what comes of
// the same values by the calls of the protocol. A refusal's Field is the path of the part at fault.
func Settle(p *provision.Plan) error {
	for i := range p.Organizations {
		o := &p.Organizations[i]
		path := fmt.Sprintf("organizations[%d]", i)
		if err := settleKeys(path, o.PublicKeys); err != nil {
			return err
		}
		for j := range o.Directories {
			if err := settleDirectory(fmt.Sprintf("%s.directories[%d]", path, j), &o.Directories[j]); err != nil {
				return err
			}
		}
		for j := range o.Services {
			if err := settleApplication(fmt.Sprintf("%s.services[%d]", path, j), &o.Services[j]); err != nil {
				return err
			}
		}
	}
	return nil
}

// refuseAt says what is wrong at a path.
func refuseAt(path, message string, cause error) error {
	return &mfa.Error{Code: mfa.Invalid, Field: path, Message: message, Cause: cause}
}

// settleKeys names an owner's keys. The same one twice is refused: the second would silently undo the first.
func settleKeys(path string, keys []provision.PlannedPublicKey) error {
	seen := map[string]bool{}
	for i := range keys {
		k := &keys[i]
		if k.Dialect != Name {
			continue
		}
		at := path + "." + k.Place + ".public_key"
		public, err := envelope.ParsePublicKey(k.PEM)
		if err != nil {
			return refuseAt(at, err.Error(), err)
		}
		if k.ID, err = envelope.KeyID(public); err != nil {
			return refuseAt(at, "the key cannot be named", err)
		}
		if seen[k.ID] {
			return refuseAt(at, "the same key stands here twice", nil)
		}
		seen[k.ID] = true
	}
	return nil
}

func settleDirectory(path string, d *provision.PlannedDirectory) error {
	if err := settleKeys(path, d.PublicKeys); err != nil {
		return err
	}
	for i := range d.Applications {
		if err := settleApplication(fmt.Sprintf("%s.applications[%d]", path, i), &d.Applications[i]); err != nil {
			return err
		}
	}
	wish, ok := d.Wishes[Name]
	if !ok {
		return nil
	}
	change, err := changeOf(path+"."+Name, wish)
	d.Change = change
	return err
}

// changeOf reads a wish by the code of the call that changes directories, in whose words it is: what is absent
// stays, what is null is cleared. Beside them stand sdk_keys, a list of UUIDs, which are added.
func changeOf(path string, wish mfa.Secret) (func(*mfa.Directory) error, error) {
	var in struct {
		directoryPatch

		SDKKeys []string `json:"sdk_keys"`
	}
	if err := json.Unmarshal(wish.Reveal(), &in); err != nil {
		return nil, refuseAt(path, "the settings cannot be read", err)
	}
	var k check
	fingerprint := in.check(&k)
	if problems := slices.Sorted(maps.Keys(k.problems)); len(problems) > 0 {
		name := problems[0]
		return nil, refuseAt(path+"."+name, "the "+name+" "+k.problems[name], nil)
	}
	for i, text := range in.SDKKeys {
		canonical, err := mfa.ParseUUID("sdk_keys", text)
		if err != nil {
			return nil, refuseAt(fmt.Sprintf("%s.sdk_keys[%d]", path, i), "an SDK key is a UUID such as 6f6a2c3e-0d0f-4b3c-9a61-2f6f8d1c7b10", nil)
		}
		in.SDKKeys[i] = canonical
	}
	return func(dir *mfa.Directory) error {
		for _, key := range in.SDKKeys {
			err := AddSDKKey(dir, key)
			if errors.Is(err, errSDKKeysFull) {
				return refuseAt(Name+".sdk_keys", errSDKKeysFull.Message, nil)
			}
			if err != nil {
				return err
			}
		}
		return in.apply(dir, fingerprint)
	}, nil
}

// settleApplication judges an application's settings, which a plan has in the form of [Settings].
func settleApplication(path string, a *provision.PlannedApplication) error {
	if err := settleKeys(path, a.PublicKeys); err != nil {
		return err
	}
	raw, ok := a.Settings.Dialects[Name]
	if !ok {
		return nil
	}
	set, means, err := readSettings(raw)
	if problem, ok := errors.AsType[*mfa.Error](err); ok {
		at := path + "." + Name
		if problem.Field != "" {
			at += "." + problem.Field
		}
		return refuseAt(at, problem.Message, problem.Cause)
	}
	if err != nil {
		return err
	}
	if set.Icon != "" {
		a.Settings.LogoURL = set.Icon // as every front door shows it
	}
	a.Settings.Policy = means
	a.Settings.Dialects, err = keep(a.Settings.Dialects, set)
	return err
}

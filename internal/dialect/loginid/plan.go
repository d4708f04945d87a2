package loginid

import (
	"errors"
	"fmt"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/provision"
)

// Settle judges what a plan says in this dialect, and gives the public keys of applications their ids. A refusal's
// Field is the path of the part at fault.
func Settle(p *provision.Plan) error {
	for i := range p.Organizations {
		o := &p.Organizations[i]
		for j := range o.Directories {
			for k := range o.Directories[j].Applications {
				path := fmt.Sprintf("organizations[%d].directories[%d].applications[%d]", i, j, k)
				if err := settleApplication(path, &o.Directories[j].Applications[k]); err != nil {
					return err
				}
			}
		}
		for j := range o.Services {
			if _, ok := o.Services[j].Settings.Dialects[Name]; ok {
				return refuseAt(fmt.Sprintf("organizations[%d].services[%d].%s", i, j, Name), "an application of this dialect has users, so it stands in a directory")
			}
		}
	}
	return nil
}

// refuseAt says what is wrong at a path.
func refuseAt(path, message string) error {
	return &mfa.Error{Code: mfa.Invalid, Field: path, Message: message}
}

func settleApplication(path string, a *provision.PlannedApplication) error {
	if err := settleSettings(path+"."+Name, a); err != nil {
		return err
	}
	for i := range a.Keys {
		if k := &a.Keys[i]; k.Kind == mfa.KeyLoginIDClient && !plainClientID(string(k.Secret.Reveal())) {
			return refuseAt(path+"."+k.Place, errClientID.Message)
		}
	}
	seen := map[string]bool{}
	for i := range a.PublicKeys {
		k := &a.PublicKeys[i]
		if k.Dialect != Name {
			continue
		}
		at := path + "." + k.Place + ".public_key"
		public, err := ParsePublicKey(k.PEM)
		if err != nil {
			return refuseAt(at, "the key "+err.Error())
		}
		if k.ID, err = KeyID(public); err != nil {
			return refuseAt(at, "the key cannot be named")
		}
		if seen[k.ID] {
			return refuseAt(at, "the same key stands here twice")
		}
		seen[k.ID] = true
	}
	return nil
}

func settleSettings(path string, a *provision.PlannedApplication) error {
	_, err := ReadSettings(a.Settings.Dialects[Name])
	if refused, ok := errors.AsType[*mfa.Error](err); ok {
		if refused.Field != "" {
			path += "." + refused.Field
		}
		return refuseAt(path, refused.Message)
	}
	return err
}

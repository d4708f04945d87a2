package launchkey

import (
	"context"

	"github.com/twinseal/twinseal/client/launchkey"
)

// pythonKey is a public key of the package.
type pythonKey struct {
	ID      string `json:"id"`
	Active  bool   `json:"active"`
	Created string `json:"created"`
	Expires string `json:"expires"`
	PEM     string `json:"public_key"`
	Type    string `json:"key_type"`
}

// keyTypes are the package's names.
var keyTypes = map[string]launchkey.KeyType{"BOTH": launchkey.KeyBoth, "ENCRYPTION": launchkey.KeyEncryption, "SIGNATURE": launchkey.KeySignature, "OTHER": -1}

func (k pythonKey) read() launchkey.PublicKey {
	return launchkey.PublicKey{
		ID: launchkey.KeyID(k.ID), PEM: k.PEM, Type: keyTypes[k.Type], Active: k.Active,
		CreatedAt: instant(k.Created), ExpiresAt: instant(k.Expires),
	}
}

// keyArguments are those of a new key.
func keyArguments(key launchkey.NewPublicKey) object {
	named := object{"public_key": key.PEM}
	for name, kind := range keyTypes {
		if kind == key.Type && kind != launchkey.KeyBoth { // which is what leaving it out means
			named["key_type"] = enumerated("KeyType", name)
		}
	}
	if key.Inactive {
		named["active"] = false
	}
	if !key.ExpiresAt.IsZero() {
		named["expires"] = moment(key.ExpiresAt)
	}
	return named
}

func (c pythonClient) addKey(call, owner, id string, key launchkey.NewPublicKey) (launchkey.KeyID, error) {
	named := keyArguments(key)
	named[owner] = id
	var made string
	err := c.do(&made, call, named)
	return launchkey.KeyID(made), err
}

func (c pythonClient) listKeys(call, id string) ([]launchkey.PublicKey, error) {
	var found []pythonKey
	err := c.do(&found, call, nil, id)
	var out []launchkey.PublicKey
	for _, k := range found {
		out = append(out, k.read())
	}
	return out, err
}

func (c pythonClient) updateKey(call, id string, key launchkey.KeyID, update launchkey.PublicKeyUpdate) error {
	named := object{}
	if update.Active != nil {
		named["active"] = *update.Active
	}
	set(c, named, "expires", update.ExpiresAt, dressTime)
	return c.do(nil, call, named, id, key)
}

func (c pythonClient) CreateService(_ context.Context, s launchkey.NewService) (launchkey.ServiceID, error) {
	named := object{"active": !s.Inactive}
	for name, text := range map[string]string{"description": s.Description, "icon": s.Icon, "callback_url": s.CallbackURL} {
		if text != "" {
			named[name] = text
		}
	}
	var made string
	err := c.do(&made, "create_service", named, s.Name)
	return launchkey.ServiceID(made), err
}

// pythonServiceEntity is a service of the package.
type pythonServiceEntity struct {
	ID          launchkey.ServiceID `json:"id"`
	Name        string              `json:"name"`
	Description string              `json:"description"`
	Icon        string              `json:"icon"`
	CallbackURL string              `json:"callback_url"`
	Active      bool                `json:"active"`
}

func readServices(found []pythonServiceEntity) []launchkey.Service {
	var out []launchkey.Service
	for _, s := range found {
		out = append(out, launchkey.Service(s))
	}
	return out
}

func (c pythonClient) AllServices(context.Context) ([]launchkey.Service, error) {
	var found []pythonServiceEntity
	err := c.do(&found, "get_all_services", nil)
	return readServices(found), err
}

func (c pythonClient) Services(_ context.Context, wanted ...launchkey.ServiceID) ([]launchkey.Service, error) {
	var found []pythonServiceEntity
	err := c.do(&found, "get_services", nil, ids(wanted))
	return readServices(found), err
}

func (c pythonClient) Service(_ context.Context, id launchkey.ServiceID) (*launchkey.Service, error) {
	var found pythonServiceEntity
	if err := c.do(&found, "get_service", nil, id); err != nil {
		return nil, err
	}
	out := launchkey.Service(found)
	return &out, nil
}

func (c pythonClient) UpdateService(_ context.Context, id launchkey.ServiceID, update launchkey.ServiceUpdate) error {
	named := object{}
	if update.Name != nil {
		named["name"] = *update.Name
	}
	if update.Active != nil {
		named["active"] = *update.Active
	}
	set(c, named, "description", update.Description, plain)
	set(c, named, "icon", update.Icon, plain)
	set(c, named, "callback_url", update.CallbackURL, plain)
	return c.do(nil, "update_service", named, id)
}

func (c pythonClient) AddServicePublicKey(_ context.Context, id launchkey.ServiceID, key launchkey.NewPublicKey) (launchkey.KeyID, error) {
	return c.addKey("add_service_public_key", "service_id", string(id), key)
}

func (c pythonClient) ServicePublicKeys(_ context.Context, id launchkey.ServiceID) ([]launchkey.PublicKey, error) {
	return c.listKeys("get_service_public_keys", string(id))
}

func (c pythonClient) UpdateServicePublicKey(_ context.Context, id launchkey.ServiceID, key launchkey.KeyID, update launchkey.PublicKeyUpdate) error {
	return c.updateKey("update_service_public_key", string(id), key, update)
}

func (c pythonClient) RemoveServicePublicKey(_ context.Context, id launchkey.ServiceID, key launchkey.KeyID) error {
	return c.do(nil, "remove_service_public_key", nil, id, key)
}

func (c pythonClient) SetServicePolicy(_ context.Context, id launchkey.ServiceID, policy launchkey.Policy) error {
	return c.do(nil, "set_advanced_service_policy", nil, id, pythonPolicy(policy))
}

func (c pythonClient) ServicePolicy(_ context.Context, id launchkey.ServiceID) (launchkey.Policy, error) {
	var found pythonPolicyEntity
	if err := c.do(&found, "get_advanced_service_policy", nil, id); err != nil {
		return nil, err
	}
	return found.read(), nil
}

func (c pythonClient) RemoveServicePolicy(_ context.Context, id launchkey.ServiceID) error {
	return c.do(nil, "remove_service_policy", nil, id)
}

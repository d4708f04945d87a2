package launchkey

import (
	"context"
	"net/http"
)

func (c *OrganizationClient) keysOf(id DirectoryID) (keyCalls, error) {
	return keyCalls{c.on, "/organization/v3/directory/keys", "directory", keyHolder{Directory: id}}, id.check()
}

// DirectoryPublicKeys lists the keys of a directory, those that are not active
// or have expired too.
func (c *OrganizationClient) DirectoryPublicKeys(ctx context.Context, id DirectoryID) ([]PublicKey, error) {
	keys, err := c.keysOf(id)
	if err != nil {
		return nil, err
	}
	return keys.list(ctx)
}

// AddDirectoryPublicKey gives a directory a further key.
func (c *OrganizationClient) AddDirectoryPublicKey(ctx context.Context, id DirectoryID, key NewPublicKey) (KeyID, error) {
	keys, err := c.keysOf(id)
	if err != nil {
		return "", err
	}
	return keys.add(ctx, key)
}

// UpdateDirectoryPublicKey switches a key on or off, or changes when it expires.
func (c *OrganizationClient) UpdateDirectoryPublicKey(ctx context.Context, id DirectoryID, key KeyID, update PublicKeyUpdate) error {
	keys, err := c.keysOf(id)
	if err != nil {
		return err
	}
	return keys.update(ctx, key, update)
}

// RemoveDirectoryPublicKey takes a key away; the only one stays
// (ErrLastRemainingKey).
func (c *OrganizationClient) RemoveDirectoryPublicKey(ctx context.Context, id DirectoryID, key KeyID) error {
	keys, err := c.keysOf(id)
	if err != nil {
		return err
	}
	return keys.remove(ctx, key)
}

const sdkKeysPath = "/organization/v3/directory/sdk-keys"

// sdkKeyBody names a directory, and a key of it where that is asked for.
type sdkKeyBody struct {
	Directory DirectoryID `json:"directory_id"`
	SDKKey    SDKKey      `json:"sdk_key,omitempty"`
}

// GenerateDirectorySDKKey makes a key for building an authenticator with.
func (c *OrganizationClient) GenerateDirectorySDKKey(ctx context.Context, id DirectoryID) (SDKKey, error) {
	const op = "generate SDK key"
	if err := id.check(); err != nil {
		return "", err
	}
	var wire struct {
		SDKKey SDKKey `json:"sdk_key"`
	}
	if err := c.on.do(ctx, call{op, http.MethodPost, sdkKeysPath, sdkKeyBody{Directory: id}}, &wire); err != nil {
		return "", err
	}
	if wire.SDKKey.check() != nil {
		return "", unexpected(op, "it has no SDK key")
	}
	return wire.SDKKey, nil
}

// DirectorySDKKeys lists the SDK keys of a directory.
func (c *OrganizationClient) DirectorySDKKeys(ctx context.Context, id DirectoryID) ([]SDKKey, error) {
	if err := id.check(); err != nil {
		return nil, err
	}
	var keys []SDKKey
	err := c.on.do(ctx, call{"list SDK keys", http.MethodPost, sdkKeysPath + "/list", sdkKeyBody{Directory: id}}, &keys)
	return keys, err
}

// RemoveDirectorySDKKey takes an SDK key away; the only one stays
// (ErrLastRemainingSDKKey).
func (c *OrganizationClient) RemoveDirectorySDKKey(ctx context.Context, id DirectoryID, key SDKKey) error {
	if err := checkAll(id, key); err != nil {
		return err
	}
	return c.on.do(ctx, call{"remove SDK key", http.MethodDelete, sdkKeysPath, sdkKeyBody{id, key}}, nil)
}

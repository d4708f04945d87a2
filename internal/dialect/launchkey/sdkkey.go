package launchkey

import (
	"context"
	"errors"
	"slices"

	"github.com/google/uuid"

	"github.com/twinseal/twinseal/internal/mfa"
)

type sdkKeyAnswer struct {
	Key string `json:"sdk_key"`
}

// directoryID reads a request that names a directory and nothing else.
func (c *call) directoryID() (mfa.DirectoryID, error) {
	var in struct {
		ID member[string] `json:"directory_id"`
	}
	if err := c.decode(&in); err != nil {
		return "", err
	}
	var k check
	id := k.id("directory_id", in.ID)
	return mfa.DirectoryID(id), k.failed()
}

func (d *Dialect) addSDKKey(ctx context.Context, c *call) (answer, error) {
	id, err := c.directoryID()
	if err != nil {
		return answer{}, err
	}
	made := uuid.NewString()
	_, err = d.configuration.UpdateDirectory(ctx, c.caller.Organization.ID, id, func(dir *mfa.Directory) error {
		err := AddSDKKey(dir, made)
		if errors.Is(err, errSDKKeysFull) {
			return badArgument("directory_id", "has as many SDK keys as it may have")
		}
		return err
	})
	if err != nil {
		return answer{}, err
	}
	return created(sdkKeyAnswer{made})
}

func (d *Dialect) listSDKKeys(ctx context.Context, c *call) (answer, error) {
	id, err := c.directoryID()
	if err != nil {
		return answer{}, err
	}
	dir, err := d.configuration.DirectoryIn(ctx, c.caller.Organization.ID, id)
	if err != nil {
		return answer{}, err
	}
	keys, err := SDKKeysOf(dir)
	if err != nil {
		return answer{}, err
	}
	return found(append([]string{}, keys...))
}

func (d *Dialect) removeSDKKey(ctx context.Context, c *call) (answer, error) {
	var in struct {
		ID  member[string] `json:"directory_id"`
		Key member[string] `json:"sdk_key"`
	}
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	var k check
	id, key := k.id("directory_id", in.ID), need(&k, "sdk_key", in.Key)
	if err := k.failed(); err != nil {
		return answer{}, err
	}
	_, err := d.configuration.UpdateDirectory(ctx, c.caller.Organization.ID, mfa.DirectoryID(id), func(dir *mfa.Directory) error {
		err := RemoveSDKKey(dir, canonicalOr(key))
		switch {
		case errors.Is(err, errNoSDKKey):
			return refuse(failSDKKey)
		case errors.Is(err, errLastSDKKey):
			return refuse(failLastSDKKey)
		}
		return err
	})
	if err != nil {
		return answer{}, err
	}
	return done()
}

// canonicalOr is a UUID in its canonical form; any other text as it is, which names nothing.
func canonicalOr(text string) string {
	if canonical, err := mfa.ParseUUID("id", text); err == nil {
		return canonical
	}
	return text
}

// Why a directory's SDK keys cannot be changed.
var (
	errSDKKeysFull = &mfa.Error{
		Code: mfa.Conflict, Reason: mfa.ReasonKeysFull, Field: "sdk_keys", Message: "the directory has as many SDK keys as it may have; remove one first",
	}
	errNoSDKKey   = mfa.Missing("SDK key")
	errLastSDKKey = &mfa.Error{Code: mfa.Conflict, Reason: mfa.ReasonLastKey, Message: "this is the only SDK key; add another one first"}
)

// SDKKeysOf lists a directory's, oldest first.
func SDKKeysOf(dir mfa.Directory) ([]string, error) {
	set, err := directorySettingsOf(dir)
	return set.SDKKeys, err
}

// AddSDKKey gives a directory one more, a UUID in its canonical form. One that it has already is no change.
func AddSDKKey(dir *mfa.Directory, key string) error {
	return editSDKKeys(dir, func(keys []string) ([]string, error) {
		switch {
		case slices.Contains(keys, key):
			return keys, nil
		case len(keys) >= MaxSDKKeys:
			return nil, errSDKKeysFull
		}
		return append(keys, key), nil
	})
}

// RemoveSDKKey takes one from a directory; the only one it has stays.
func RemoveSDKKey(dir *mfa.Directory, key string) error {
	return editSDKKeys(dir, func(keys []string) ([]string, error) {
		at := slices.Index(keys, key)
		switch {
		case at < 0:
			return nil, errNoSDKKey
		case len(keys) == 1:
			return nil, errLastSDKKey
		}
		return slices.Delete(keys, at, at+1), nil
	})
}

func editSDKKeys(dir *mfa.Directory, edit func([]string) ([]string, error)) error {
	set, err := directorySettingsOf(*dir)
	if err != nil {
		return err
	}
	if set.SDKKeys, err = edit(set.SDKKeys); err != nil {
		return err
	}
	dir.Dialects, err = keep(dir.Dialects, set)
	return err
}

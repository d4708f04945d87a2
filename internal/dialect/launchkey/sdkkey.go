package launchkey

import (
	"context"
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
	err = d.changeSDKKeys(ctx, c, id, func(keys []string) ([]string, error) {
		if len(keys) >= MaxSDKKeys {
			return nil, badArgument("directory_id", "has as many SDK keys as it may have")
		}
		return append(keys, made), nil
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
	dir, err := d.service.DirectoryIn(ctx, c.caller.Organization.ID, id)
	if err != nil {
		return answer{}, err
	}
	set, err := directorySettingsOf(dir)
	if err != nil {
		return answer{}, err
	}
	return found(append([]string{}, set.SDKKeys...))
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
	err := d.changeSDKKeys(ctx, c, mfa.DirectoryID(id), func(keys []string) ([]string, error) {
		at := slices.Index(keys, canonicalOr(key))
		switch {
		case at < 0:
			return nil, refuse(failSDKKey)
		case len(keys) == 1:
			return nil, refuse(failLastSDKKey)
		}
		return slices.Delete(keys, at, at+1), nil
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

// changeSDKKeys edits the list; change may run more than once.
func (d *Dialect) changeSDKKeys(ctx context.Context, c *call, id mfa.DirectoryID, change func([]string) ([]string, error)) error {
	_, err := d.service.UpdateDirectory(ctx, c.caller.Organization.ID, id, func(dir *mfa.Directory) error {
		set, err := directorySettingsOf(*dir)
		if err != nil {
			return err
		}
		if set.SDKKeys, err = change(set.SDKKeys); err != nil {
			return err
		}
		dir.Dialects, err = keep(dir.Dialects, set)
		return err
	})
	return err
}

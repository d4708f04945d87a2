package rulebook

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/rule"
)

const (
	maxItem  = 512     // bytes of one text of a value list: the longest addresses fit
	maxItems = 1 << 20 // bytes of a whole list, which is read with every book
	maxAlias = 100     // it is the end of a fact's name
)

// ValueLists lists the application's by alias.
func (s *Service) ValueLists(ctx context.Context, c *mfa.Caller) ([]mfa.ValueList, error) {
	var out []mfa.ValueList
	err := s.store.Read(ctx, func(r mfa.Records) (err error) {
		out, err = r.ValueListsOf(c.Application.ID)
		return err
	})
	return out, err
}

// ValueList looks one up.
func (s *Service) ValueList(ctx context.Context, c *mfa.Caller, alias string) (mfa.ValueList, error) {
	var out mfa.ValueList
	err := s.store.Read(ctx, func(r mfa.Records) (err error) {
		out, err = r.ValueList(c.Application.ID, alias)
		return err
	})
	return out, err
}

// CreateValueList adds one, whose alias is made of its name. Without an item type the items tell.
func (s *Service) CreateValueList(ctx context.Context, c *mfa.Caller, l mfa.ValueList) (mfa.ValueList, error) {
	l.ApplicationID, l.Alias = c.Application.ID, Alias(l.Name)
	if err := s.checkList(&l); err != nil {
		return l, err
	}
	err := s.change(ctx, c, "value_list", func(w mfa.WriteRecords) (string, string, error) {
		all, err := w.ValueListsOf(c.Application.ID)
		if err != nil {
			return "", "", err
		}
		if len(all) >= s.domain.Limits().ValueLists {
			return "", "", full("the application has as many value lists as it may have; delete one first")
		}
		for i := range all {
			if all[i].Alias == l.Alias {
				return "", "", taken("name", fmt.Sprintf("there is a value list with the alias %q already", l.Alias))
			}
		}
		l.CreatedAt, l.UpdatedAt = s.domain.Now(), s.domain.Now()
		return l.Alias, created, w.AddValueList(l)
	})
	return l, err
}

// UpdateValueList lets change edit one; its alias stays, because rules know it by that. Change may run more than once.
func (s *Service) UpdateValueList(ctx context.Context, c *mfa.Caller, alias string, change func(*mfa.ValueList) error) (mfa.ValueList, error) {
	var out mfa.ValueList
	err := s.change(ctx, c, "value_list", func(w mfa.WriteRecords) (string, string, error) {
		have, err := w.ValueList(c.Application.ID, alias)
		if err != nil {
			return "", "", err
		}
		out = have
		if err := change(&out); err != nil {
			return "", "", err
		}
		out.Alias, out.UpdatedAt = have.Alias, s.domain.Now()
		if err := s.checkList(&out); err != nil {
			return "", "", err
		}
		if err := s.stillGood(w, c, func(d *Draft) {
			for i := range d.Lists {
				if d.Lists[i].Alias == alias {
					d.Lists[i] = out
				}
			}
		}); err != nil {
			return "", "", err
		}
		return alias, updated, w.UpdateValueList(out)
	})
	return out, err
}

// RemoveValueList deletes one that no rule looks into.
func (s *Service) RemoveValueList(ctx context.Context, c *mfa.Caller, alias string) error {
	return s.change(ctx, c, "value_list", func(w mfa.WriteRecords) (string, string, error) {
		if _, err := w.ValueList(c.Application.ID, alias); err != nil {
			return "", "", err
		}
		if err := s.stillGood(w, c, func(d *Draft) {
			kept := d.Lists[:0]
			for i := range d.Lists {
				if d.Lists[i].Alias != alias {
					kept = append(kept, d.Lists[i])
				}
			}
			d.Lists = kept
		}); err != nil {
			return "", "", err
		}
		return alias, removed, w.RemoveValueList(c.Application.ID, alias)
	})
}

// stillGood holds all rules to a change of what they stand on: no list is taken from under them, and the tests they
// carry pass as before.
func (s *Service) stillGood(w mfa.Records, c *mfa.Caller, change func(*Draft)) error {
	var d Draft
	if err := d.read(w, c.Application.ID); err != nil {
		return err
	}
	change(&d)
	return s.prove(d)
}

func (s *Service) checkList(l *mfa.ValueList) error {
	if err := mfa.CheckName(l.Name); err != nil {
		return err
	}
	if l.Alias == "" || len(l.Alias) > maxAlias {
		return invalid("name", "the name of a value list holds letters or digits, of which its alias is made, at most 100")
	}
	if len(l.Items) == 0 {
		l.Items = json.RawMessage(`[]`)
	}
	if len(l.Items) > maxItems {
		return invalid("valueListItems", "a value list takes at most 1 MiB")
	}
	if l.ItemType == "" {
		l.ItemType = typeOf(l.Items)
	}
	if l.ItemType != mfa.ItemString && l.ItemType != mfa.ItemNumber {
		return invalid("itemType", "the items of a value list are string or number")
	}
	// What is not active is read as if it were.
	active := *l
	active.Active = true
	items, err := readList(&active)
	if err != nil {
		return err
	}
	if most := s.domain.Limits().ValueListItems; items.Len() > most {
		return invalid("valueListItems", fmt.Sprintf("a value list has at most %d items", most))
	}
	return shortItems(l, items)
}

func shortItems(l *mfa.ValueList, items *rule.List) error {
	if items.Longest() > maxItem {
		return invalid("valueListItems", fmt.Sprintf("an item of the value list %q is longer than %d bytes", l.Name, maxItem))
	}
	return nil
}

// typeOf infers the type from the first item; an empty list holds texts.
func typeOf(items json.RawMessage) mfa.ItemType {
	first := bytes.TrimLeft(bytes.TrimPrefix(bytes.TrimSpace(items), []byte("[")), " \t\r\n")
	if len(first) > 0 && (first[0] == '-' || first[0] >= '0' && first[0] <= '9') {
		return mfa.ItemNumber
	}
	return mfa.ItemString
}

// Alias makes one of a name: "Terraform Acc Test Strings" becomes terraform-acc-test-strings.
func Alias(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.TrimSuffix(b.String(), "-")
}

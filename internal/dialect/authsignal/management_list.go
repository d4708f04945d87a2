package authsignal

import (
	"context"
	"encoding/json"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

type listView struct {
	TenantID string          `json:"tenantId,omitempty"`
	Name     string          `json:"name"`
	Alias    string          `json:"alias"`
	ItemType mfa.ItemType    `json:"itemType"`
	Items    json.RawMessage `json:"valueListItems"`
	Active   bool            `json:"isActive"`
}

func (d *Dialect) listView(c *call, l *mfa.ValueList) listView {
	return listView{d.tenantID(c.caller), l.Name, l.Alias, l.ItemType, l.Items, l.Active}
}

func (e *edit) valueList(l *mfa.ValueList) error {
	member(e, "name", &l.Name)
	member(e, "itemType", &l.ItemType)
	written(e, "valueListItems", &l.Items)
	member(e, "isActive", &l.Active)
	return e.err
}

func (d *Dialect) listValueLists(ctx context.Context, c *call) (endpoint.Response, error) {
	all, err := d.rulebook.ValueLists(ctx, c.caller)
	if err != nil {
		return endpoint.Response{}, err
	}
	out := make([]listView, len(all))
	for i := range all {
		out[i] = d.listView(c, &all[i])
	}
	return ok(out)
}

func (d *Dialect) createValueList(ctx context.Context, c *call, e *edit) (endpoint.Response, error) {
	l := mfa.ValueList{Active: true}
	if err := e.valueList(&l); err != nil {
		return endpoint.Response{}, err
	}
	return d.showValueList(c)(d.rulebook.CreateValueList(ctx, c.caller, l))
}

func (d *Dialect) getValueList(ctx context.Context, c *call) (endpoint.Response, error) {
	return d.showValueList(c)(d.rulebook.ValueList(ctx, c.caller, c.values[0]))
}

func (d *Dialect) updateValueList(ctx context.Context, c *call, e *edit) (endpoint.Response, error) {
	return d.showValueList(c)(d.rulebook.UpdateValueList(ctx, c.caller, c.values[0], e.valueList))
}

func (d *Dialect) removeValueList(ctx context.Context, c *call) (endpoint.Response, error) {
	if err := d.rulebook.RemoveValueList(ctx, c.caller, c.values[0]); err != nil {
		return endpoint.Response{}, err
	}
	return done()
}

func (d *Dialect) showValueList(c *call) func(mfa.ValueList, error) (endpoint.Response, error) {
	return func(l mfa.ValueList, err error) (endpoint.Response, error) {
		if err != nil {
			return endpoint.Response{}, err
		}
		return ok(d.listView(c, &l))
	}
}

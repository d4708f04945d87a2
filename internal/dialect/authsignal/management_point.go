package authsignal

import (
	"context"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// pointView is a custom data point. Types and models have the same words here and there.
type pointView struct {
	ID          mfa.DataPointID `json:"id,omitempty"`
	TenantID    string          `json:"tenantId,omitempty"`
	Name        string          `json:"name"`
	Type        mfa.DataType    `json:"dataType"`
	Model       mfa.DataModel   `json:"modelType"`
	Description string          `json:"description,omitempty"`
	Public      bool            `json:"isPublic"`
}

func (d *Dialect) pointView(c *call, p *mfa.DataPoint) pointView {
	return pointView{p.ID, d.tenantID(c.caller), p.Name, p.Type, p.Model, p.Description, p.Public}
}

func (e *edit) dataPoint(p *mfa.DataPoint) error {
	member(e, "name", &p.Name)
	member(e, "dataType", &p.Type)
	member(e, "modelType", &p.Model)
	member(e, "description", &p.Description)
	member(e, "isPublic", &p.Public)
	return e.err
}

func (d *Dialect) listPoints(ctx context.Context, c *call) (endpoint.Response, error) {
	all, err := d.rulebook.DataPoints(ctx, c.caller)
	if err != nil {
		return endpoint.Response{}, err
	}
	out := make([]pointView, len(all))
	for i := range all {
		out[i] = d.pointView(c, &all[i])
	}
	return ok(out)
}

func (d *Dialect) createPoint(ctx context.Context, c *call, e *edit) (endpoint.Response, error) {
	var p mfa.DataPoint
	if err := e.dataPoint(&p); err != nil {
		return endpoint.Response{}, err
	}
	return d.showPoint(c)(d.rulebook.CreateDataPoint(ctx, c.caller, p))
}

func (d *Dialect) getPoint(ctx context.Context, c *call) (endpoint.Response, error) {
	return d.showPoint(c)(d.rulebook.DataPoint(ctx, c.caller, mfa.DataPointID(c.values[0])))
}

func (d *Dialect) updatePoint(ctx context.Context, c *call, e *edit) (endpoint.Response, error) {
	return d.showPoint(c)(d.rulebook.UpdateDataPoint(ctx, c.caller, mfa.DataPointID(c.values[0]), e.dataPoint))
}

func (d *Dialect) removePoint(ctx context.Context, c *call) (endpoint.Response, error) {
	if err := d.rulebook.RemoveDataPoint(ctx, c.caller, mfa.DataPointID(c.values[0])); err != nil {
		return endpoint.Response{}, err
	}
	return done()
}

func (d *Dialect) showPoint(c *call) func(mfa.DataPoint, error) (endpoint.Response, error) {
	return func(p mfa.DataPoint, err error) (endpoint.Response, error) {
		if err != nil {
			return endpoint.Response{}, err
		}
		return ok(d.pointView(c, &p))
	}
}

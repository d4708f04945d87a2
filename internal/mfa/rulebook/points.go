package rulebook

import (
	"context"
	"slices"

	"github.com/twinseal/twinseal/internal/mfa"
)

// maxPointName leaves room for what stands before it in a fact's name.
const maxPointName = 100

// DataPoints lists the application's, oldest first.
func (s *Service) DataPoints(ctx context.Context, c *mfa.Caller) ([]mfa.DataPoint, error) {
	var out []mfa.DataPoint
	err := s.store.Read(ctx, func(r mfa.Records) (err error) {
		out, err = r.DataPointsOf(c.Application.ID)
		return err
	})
	return out, err
}

// DataPoint looks one up.
func (s *Service) DataPoint(ctx context.Context, c *mfa.Caller, id mfa.DataPointID) (mfa.DataPoint, error) {
	var out mfa.DataPoint
	err := s.store.Read(ctx, func(r mfa.Records) (err error) {
		out, err = r.DataPoint(c.Application.ID, id)
		return err
	})
	return out, err
}

// CreateDataPoint declares one.
func (s *Service) CreateDataPoint(ctx context.Context, c *mfa.Caller, p mfa.DataPoint) (mfa.DataPoint, error) {
	p.ApplicationID = c.Application.ID
	err := s.change(ctx, c, "data_point", func(w mfa.WriteRecords) (string, string, error) {
		p.ID, p.CreatedAt, p.UpdatedAt = mfa.NewID[mfa.DataPointID](), s.domain.Now(), s.domain.Now()
		all, err := w.DataPointsOf(c.Application.ID)
		if err != nil {
			return "", "", err
		}
		if len(all) >= s.domain.Limits().DataPoints {
			return "", "", full("the application has as many data points as it may have; delete one first")
		}
		if err := s.checkPoint(w, c, &p, all); err != nil {
			return "", "", err
		}
		return string(p.ID), created, w.AddDataPoint(p)
	})
	return p, err
}

// UpdateDataPoint lets change edit one. Change may run more than once.
func (s *Service) UpdateDataPoint(ctx context.Context, c *mfa.Caller, id mfa.DataPointID, change func(*mfa.DataPoint) error) (mfa.DataPoint, error) {
	var out mfa.DataPoint
	err := s.change(ctx, c, "data_point", func(w mfa.WriteRecords) (string, string, error) {
		have, err := w.DataPoint(c.Application.ID, id)
		if err != nil {
			return "", "", err
		}
		out = have
		if err := change(&out); err != nil {
			return "", "", err
		}
		all, err := w.DataPointsOf(c.Application.ID)
		if err != nil {
			return "", "", err
		}
		out.UpdatedAt = s.domain.Now()
		if err := s.checkPoint(w, c, &out, all); err != nil {
			return "", "", err
		}
		return string(id), updated, w.UpdateDataPoint(out)
	})
	return out, err
}

// RemoveDataPoint takes a declaration back. Rules may go on using the name: the point may then be of any type.
func (s *Service) RemoveDataPoint(ctx context.Context, c *mfa.Caller, id mfa.DataPointID) error {
	return s.change(ctx, c, "data_point", func(w mfa.WriteRecords) (string, string, error) {
		return string(id), removed, w.RemoveDataPoint(c.Application.ID, id)
	})
}

func (s *Service) checkPoint(w mfa.Records, c *mfa.Caller, p *mfa.DataPoint, all []mfa.DataPoint) error {
	if err := checkPointItself(p); err != nil {
		return err
	}
	others := slices.DeleteFunc(slices.Clone(all), func(have mfa.DataPoint) bool { return have.ID == p.ID })
	for i := range others {
		if others[i].Name == p.Name && others[i].Model == p.Model {
			return taken("name", "there is a data point of that name already")
		}
	}
	return s.stillGood(w, c, func(d *Draft) { d.Points = slices.Concat(others, []mfa.DataPoint{*p}) })
}

func checkPointItself(p *mfa.DataPoint) error {
	switch {
	case p.Name == "" || len(p.Name) > maxPointName || mfa.Showable(p.Name) != p.Name:
		return invalid("name", "the name of a data point has 1 to 100 characters that can be shown")
	case len(p.Description) > maxDescription || mfa.Showable(p.Description) != p.Description:
		return invalid("description", "a description has at most 1000 characters that can be shown")
	case kinds([]mfa.DataPoint{*p})[p.Name] == 0:
		return invalid("dataType", "a data point is text, number, boolean or multiselect")
	case p.Model != mfa.DataOfAction && p.Model != mfa.DataOfUser:
		return invalid("modelType", "a data point belongs to action or user")
	}
	return nil
}

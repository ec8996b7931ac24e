package crossing

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

	"wherry/toolkit/internal/fusionauth"
)

func (r *run) connector(ctx context.Context) error {
	want := r.target.Connector
	all, err := r.api.Connectors(ctx)
	found, err := named(all, err, func(k fusionauth.Connector) bool { return k.Name == want.Name })
	switch {
	case errors.Is(err, fusionauth.ErrNotFound):
		err = r.createConnector(ctx, want)
	case err == nil && found.Type != fusionauth.GenericConnector:
		err = fmt.Errorf("a connector of this name exists and is of the type %s: choose another name", found.Type)
	case err == nil:
		err = r.changeConnector(ctx, want, found)
	}
	if err != nil {
		return fmt.Errorf("connector %q: %w", want.Name, err)
	}
	return nil
}

func (r *run) createConnector(ctx context.Context, want Connector) error {
	blank := fusionauth.Connector{Name: want.Name, Type: fusionauth.GenericConnector}
	full, _ := want.over(blank)
	made, err := r.api.CreateConnector(ctx, full)
	if err != nil {
		return err
	}
	r.applied.ConnectorID = made.ID
	r.note("connector", made.Name, made.ID, Created)
	return nil
}

func (r *run) changeConnector(ctx context.Context, want Connector, found fusionauth.Connector) error {
	r.applied.ConnectorID = found.ID
	full, changes := want.over(found)
	if len(changes) == 0 {
		r.note("connector", found.Name, found.ID, Found)
		return nil
	}
	if _, err := r.api.UpdateConnector(ctx, full); err != nil {
		return err
	}
	r.note("connector", found.Name, found.ID, Changed, changes...)
	return nil
}

// over returns have with our settings, and the names of those that differed.
// Headers of others stay.
func (k Connector) over(have fusionauth.Connector) (full fusionauth.Connector, changes []string) {
	full = have
	full.AuthenticationURL = k.URL
	full.ConnectTimeout = k.ConnectTimeout.Milliseconds()
	full.ReadTimeout = k.ReadTimeout.Milliseconds()
	full.Debug = k.Debug

	header := headerIn(have.Headers, k.HeaderName)
	full.Headers = map[string]fusionauth.Secret{}
	maps.Copy(full.Headers, have.Headers)
	full.Headers[header] = fusionauth.Secret{String: k.Secret}

	for _, setting := range []struct {
		name    string
		differs bool
	}{
		{"URL", full.AuthenticationURL != have.AuthenticationURL},
		{"connect timeout", full.ConnectTimeout != have.ConnectTimeout},
		{"read timeout", full.ReadTimeout != have.ReadTimeout},
		{"debug", full.Debug != have.Debug},
		{"secret", !have.Headers[header].Equal(k.Secret.Reveal())},
	} {
		if setting.differs {
			changes = append(changes, setting.name)
		}
	}
	return full, changes
}

// headerIn returns name as it is written in headers, if it is there.
func headerIn(headers map[string]fusionauth.Secret, name string) string {
	for written := range headers {
		if strings.EqualFold(written, name) {
			return written
		}
	}
	return name
}

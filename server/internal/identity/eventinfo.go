package identity

import "context"

type eventInfoKey struct{}

// WithEventInfo returns the context of a request that came from there. Whoever
// reads the request may still learn more.
func WithEventInfo(ctx context.Context, info *EventInfo) context.Context {
	return context.WithValue(ctx, eventInfoKey{}, info)
}

// EventInfoOf returns where the request of a context came from; what is not
// known is blank.
func EventInfoOf(ctx context.Context) *EventInfo {
	if info, ok := ctx.Value(eventInfoKey{}).(*EventInfo); ok {
		return info
	}
	return &EventInfo{}
}

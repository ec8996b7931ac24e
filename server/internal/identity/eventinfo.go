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

type certainKey struct{}

// Certainly returns a context for changes that have to be made, whatever those
// think of them who have a say otherwise.
func Certainly(ctx context.Context) context.Context {
	return context.WithValue(ctx, certainKey{}, true)
}

// IsCertain tells whether a context comes from Certainly.
func IsCertain(ctx context.Context) bool { return ctx.Value(certainKey{}) != nil }

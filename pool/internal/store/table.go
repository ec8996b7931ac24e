package store

import (
	"slices"
	"sync"
	"sync/atomic"
)

// Table holds the things of one kind by name. What it hands out must not be
// changed; changes go through Update.
type Table[T any] struct {
	mu    sync.RWMutex
	items map[string]*T
	names []string // sorted
}

// Get returns the named thing, and whether it is there.
func (t *Table[T]) Get(name string) (*T, bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	item, ok := t.items[name]
	return item, ok
}

// Put adds or replaces the named thing.
func (t *Table[T]) Put(name string, item *T) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.put(name, item)
}

func (t *Table[T]) put(name string, item *T) {
	if t.items == nil {
		t.items = map[string]*T{}
	}
	if i, found := slices.BinarySearch(t.names, name); !found {
		t.names = slices.Insert(t.names, i, name)
	}
	t.items[name] = item
}

// Create adds the named thing unless it is there already.
func (t *Table[T]) Create(name string, item *T) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, taken := t.items[name]; taken {
		return false
	}
	t.put(name, item)
	return true
}

// Update changes a copy of the named thing and puts it in place, and returns
// it; it says false when there is none.
func (t *Table[T]) Update(name string, change func(*T)) (*T, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	old, ok := t.items[name]
	if !ok {
		return nil, false
	}
	item := *old
	change(&item)
	t.items[name] = &item
	return &item, true
}

// Delete removes the named thing, and tells whether it was there.
func (t *Table[T]) Delete(name string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	i, found := slices.BinarySearch(t.names, name)
	if found {
		t.names = slices.Delete(t.names, i, i+1)
		delete(t.items, name)
	}
	return found
}

// After returns at most limit things whose names follow the given one, in
// order, and the name to go on after; "" at the end.
func (t *Table[T]) After(name string, limit int) (items []*T, next string) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	items = []*T{}
	i, found := slices.BinarySearch(t.names, name)
	if found {
		i++
	}
	for ; i < len(t.names) && len(items) < limit; i++ {
		items = append(items, t.items[t.names[i]])
		next = t.names[i]
	}
	if i == len(t.names) {
		next = ""
	}
	return items, next
}

// Len is how many things there are.
func (t *Table[T]) Len() int {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return len(t.names)
}

// Value is one thing that is read often and replaced seldom.
type Value[T any] struct {
	mu   sync.Mutex
	item atomic.Pointer[T]
}

// Get returns the thing, which must not be changed.
func (v *Value[T]) Get() *T { return v.item.Load() }

// Update changes a copy of the thing and puts it in place.
func (v *Value[T]) Update(change func(*T)) {
	v.mu.Lock()
	defer v.mu.Unlock()
	item := *v.item.Load()
	change(&item)
	v.item.Store(&item)
}

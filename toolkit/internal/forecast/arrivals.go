package forecast

// Arrivals are users who have come by the slow road.
type Arrivals struct {
	Days []int // how many had come by the end of each day, the first one first
	Of   int   // how many there are in all
}

// Observed is what the arrivals tell about those who are still to come.
func (a Arrivals) Observed() *Observed {
	o, before := &Observed{}, 0
	for i, n := range a.Days {
		o.add(&o.Came, i+1, max(0, n-before))
		before = max(before, n)
	}
	o.add(&o.Away, max(1, len(a.Days)), max(0, a.Of-before))
	return o
}

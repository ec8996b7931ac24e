package workspace

import (
	"context"
	"math/rand/v2"
)

// Sample draws so many of the users who are in the pool, each as likely as any
// other, and returns their numbers in order: all of them if there are not more.
// It reads no documents, and holds nothing but the numbers.
//
// Source: D. E. Knuth: The Art of Computer Programming, volume 2, 3.4.2,
// algorithm S.
func (p *Pool) Sample(ctx context.Context, size int, random *rand.Rand) (numbers []int64, err error) {
	tally, err := p.Tally(ctx)
	if err != nil {
		return nil, err
	}
	left := tally.Total
	for u, err := range p.Users(ctx, Query{}) {
		if err != nil {
			return nil, err
		}
		if left > 0 && random.IntN(left) < size-len(numbers) {
			numbers = append(numbers, u.N)
		}
		left--
	}
	return numbers, nil
}

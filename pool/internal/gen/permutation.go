package gen

import "math/bits"

// permutation shuffles the numbers 0 to size-1 among themselves, and back,
// without a table: a Feistel network over the next larger power of four,
// walked until it lands inside.
type permutation struct {
	size uint64
	half uint // bits of one half
	keys [4]uint64
}

func newPermutation(size int, seed uint64) permutation {
	p := permutation{size: uint64(size), half: max(1, uint(bits.Len64(uint64(size-1))+1)/2)}
	for i := range p.keys {
		p.keys[i] = scramble(seed + uint64(i)*golden)
	}
	return p
}

// at returns the place of n, from which back returns n.
func (p *permutation) at(n uint64) uint64 {
	for {
		left, right := n>>p.half, n&p.mask()
		for _, key := range p.keys {
			left, right = right, left^scramble(right^key)&p.mask()
		}
		if n = left<<p.half | right; n < p.size {
			return n
		}
	}
}

func (p *permutation) back(k uint64) uint64 {
	for {
		left, right := k>>p.half, k&p.mask()
		for i := range p.keys {
			key := p.keys[len(p.keys)-1-i]
			left, right = right^scramble(left^key)&p.mask(), left
		}
		if k = left<<p.half | right; k < p.size {
			return k
		}
	}
}

func (p *permutation) mask() uint64 { return 1<<p.half - 1 }

const golden = 0x9e3779b97f4a7c15 // 2^64 over the golden ratio

// scramble is the last step of SplitMix64: each bit of x moves half the bits.
func scramble(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

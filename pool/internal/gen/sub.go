package gen

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
)

// The first 48 bits of a sub hold the user's number, spread over all of them
// and jittered, so that subs ascend with the numbers and every prefix has its
// fair share of users. The rest is made up.
const subBits = 48

// sub has the shape of a UUID. New pools set the version and variant freely,
// as in 34c84488-e0e1-70ae-d2ee-991ad1a898c8.
func (p *Pool) sub(n uint64) string {
	seed, head := p.userSeed(n), p.head(n)
	middle, tail := digest(seed, "sub middle"), digest(seed, "sub tail")
	version, variant := uint64(4), 8|tail>>60&3
	if mix[subs].row(p.perms[subs].at(n), p.size) != "RFC 4122, version 4" {
		version, variant = 7, 12|tail>>60&3
	}
	return fmt.Sprintf("%08x-%04x-%x%03x-%x%03x-%012x", head>>16, head&0xffff,
		version, middle&0xfff, variant, tail>>48&0xfff, tail&0xffffffffffff)
}

// head is the first 48 bits of a sub.
func (p *Pool) head(n uint64) uint64 {
	first := cell(n, p.size)
	return first + digest(p.userSeed(n), "sub")%(cell(n+1, p.size)-first)
}

// cell is the least head of user n's sub: n·2^48/size, rounded up.
func cell(n, size uint64) uint64 {
	hi, lo := bits.Mul64(n, 1<<subBits)
	quotient, rest := bits.Div64(hi, lo, size)
	if rest > 0 {
		quotient++
	}
	return quotient
}

// numberOfSub returns the only user who can have this sub.
func (p *Pool) numberOfSub(sub string) (n uint64, ok bool) {
	head, ok := readHead(sub)
	return p.numberOfHead(head), ok
}

func (p *Pool) numberOfHead(head uint64) uint64 {
	hi, lo := bits.Mul64(head, p.size)
	return hi<<(64-subBits) | lo>>subBits
}

// headLength is how much of a sub its head takes up.
const headLength = len("00000000-0000")

func readHead(sub string) (head uint64, ok bool) {
	if len(sub) < headLength || sub[8] != '-' {
		return 0, false
	}
	head, err := strconv.ParseUint(sub[:8]+sub[9:headLength], 16, subBits)
	return head, err == nil
}

// SubPrefix implements model.Population: whom the least and the greatest head
// with the prefix could belong to, and whether they do.
func (p *Pool) SubPrefix(prefix string) (from, to int) {
	const least, greatest = "00000000-0000", "ffffffff-ffff"
	prefix = strings.ToLower(prefix)
	begin := prefix[:min(len(prefix), headLength)]
	low, ok := readHead(begin + least[len(begin):])
	high, _ := readHead(begin + greatest[len(begin):])
	if p.size == 0 || !ok {
		return 0, 0
	}
	first, last := p.numberOfHead(low), p.numberOfHead(high)
	if p.head(first) < low {
		first++
	}
	if p.head(last) <= high {
		last++
	}
	if len(prefix) > headLength && first < last && !strings.HasPrefix(p.sub(first), prefix) {
		last = first
	}
	return int(first), int(max(first, last))
}

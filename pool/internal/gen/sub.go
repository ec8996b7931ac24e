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
	seed := p.userSeed(n)
	first := cell(n, p.size)
	head := first + digest(seed, "sub")%(cell(n+1, p.size)-first)
	middle, tail := digest(seed, "sub middle"), digest(seed, "sub tail")
	version, variant := uint64(4), 8|tail>>60&3
	if mix[subs].row(p.perms[subs].at(n), p.size) != "RFC 4122, version 4" {
		version, variant = 7, 12|tail>>60&3
	}
	return fmt.Sprintf("%08x-%04x-%x%03x-%x%03x-%012x", head>>16, head&0xffff,
		version, middle&0xfff, variant, tail>>48&0xfff, tail&0xffffffffffff)
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

// numberOfSub returns the only user who can have a sub that begins so.
func (p *Pool) numberOfSub(sub string) (n uint64, ok bool) {
	if len(sub) < 13 || sub[8] != '-' {
		return 0, false
	}
	head, err := strconv.ParseUint(sub[:8]+sub[9:13], 16, subBits)
	if err != nil {
		return 0, false
	}
	hi, lo := bits.Mul64(head, p.size)
	return hi<<(64-subBits) | lo>>subBits, true
}

// SubPrefix implements model.Population: whom the least and the greatest sub
// with the prefix could belong to, and whether they do.
func (p *Pool) SubPrefix(prefix string) (from, to int) {
	if p.size == 0 || len(prefix) > len(least) {
		return 0, 0
	}
	prefix = strings.ToLower(prefix)
	first, ok := p.numberOfSub(prefix + least[len(prefix):])
	last, _ := p.numberOfSub(prefix + greatest[len(prefix):])
	if !ok {
		return 0, 0
	}
	if p.sub(first) < prefix {
		first++
	}
	if strings.HasPrefix(p.sub(last), prefix) {
		last++
	}
	return int(first), int(max(first, last))
}

const (
	least    = "00000000-0000-0000-0000-000000000000"
	greatest = "ffffffff-ffff-ffff-ffff-ffffffffffff"
)

package store

import (
	"cmp"
	"encoding/binary"
	"errors"
	"slices"
)

// Users are numbered in blocks of this size: those of one import behind each
// other, and whoever comes alone with a block of the own. A number is never
// given out twice.
const (
	blockBits = 15
	blockSize = 1 << blockBits
)

// bucketBits is how much of a term chooses its row. With fewer buckets an
// import writes fewer rows; with more of them, a search reads fewer bytes of
// users who came alone.
const bucketBits = 13

func bucketOf(term uint64) int64 { return int64(term >> (64 - bucketBits)) }

// posting says that a user of a block has a term.
type posting struct {
	term uint64
	user uint16 // the place in the block
}

func comparePostings(a, b posting) int {
	return cmp.Or(cmp.Compare(a.term, b.term), cmp.Compare(a.user, b.user))
}

// sortPostings sorts many postings: by their buckets first, in one pass, because
// what is left to be compared then is little.
func sortPostings(list []posting) {
	var ends [1<<bucketBits + 1]int
	for _, p := range list {
		ends[bucketOf(p.term)+1]++
	}
	for bucket := range 1 << bucketBits {
		ends[bucket+1] += ends[bucket]
	}
	unsorted := slices.Clone(list)
	for _, p := range unsorted {
		bucket := bucketOf(p.term)
		list[ends[bucket]] = p
		ends[bucket]++
	}
	begin := 0
	for _, end := range ends[:1<<bucketBits] {
		slices.SortFunc(list[begin:end], comparePostings)
		begin = end
	}
}

// appendPostings writes sorted postings: each term, how many users have it, and
// the distances between their places.
func appendPostings(b []byte, list []posting) []byte {
	for len(list) > 0 {
		term := list[0].term
		n := slices.IndexFunc(list, func(p posting) bool { return p.term != term })
		if n < 0 {
			n = len(list)
		}
		b = binary.AppendUvarint(binary.BigEndian.AppendUint64(b, term), uint64(n))
		last := uint16(0)
		for _, p := range list[:n] {
			b = binary.AppendUvarint(b, uint64(p.user-last))
			last = p.user
		}
		list = list[n:]
	}
	return b
}

var errPostings = errors.New("a row of user_terms cannot be read")

// eachPosting visits the users of every term that is wanted.
func eachPosting(b []byte, wanted func(term uint64) bool, visit func(posting)) error {
	number := func() (n uint64) {
		n, size := binary.Uvarint(b)
		if size <= 0 {
			b = nil
			return 0
		}
		b = b[size:]
		return n
	}
	for len(b) > 0 {
		if len(b) < 8 {
			return errPostings
		}
		p := posting{term: binary.BigEndian.Uint64(b)}
		b = b[8:]
		is := wanted(p.term)
		for n := number(); n > 0; n-- {
			if len(b) == 0 {
				return errPostings
			}
			p.user += uint16(number())
			if is {
				visit(p)
			}
		}
	}
	return nil
}

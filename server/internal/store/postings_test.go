package store

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPostingsComeBack(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]posting{
		"none": nil, "one": {{7, 0}}, "the last place of a block": {{7, blockSize - 1}},
		"several of a term": {{7, 1}, {7, 2}, {7, 300}, {7, 30000}}, "several terms": {{0, 5}, {1 << 63, 0}, {1<<64 - 1, 5}, {1<<64 - 1, 6}},
	} {
		var all, some []posting
		row := appendPostings(nil, want)
		err := eachPosting(row, func(uint64) bool { return true }, func(p posting) { all = append(all, p) })
		if diff := cmp.Diff(want, all, cmp.AllowUnexported(posting{})); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
		must(t, eachPosting(row, func(term uint64) bool { return term == 7 }, func(p posting) { some = append(some, p) }))
		if n := len(slices.DeleteFunc(slices.Clone(want), func(p posting) bool { return p.term != 7 })); n != len(some) {
			t.Errorf("%s: %d postings of the term 7, not %v", name, n, some)
		}
	}
}

func TestPostingsAreSorted(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	list := make([]posting, 5000)
	for i := range list {
		list[i] = posting{random.Uint64() << random.IntN(64), uint16(random.IntN(blockSize))}
	}
	want := slices.SortedFunc(slices.Values(list), comparePostings)
	if sortPostings(list); !slices.Equal(list, want) {
		t.Error("they are in another order than a plain sort gives")
	}
	sortPostings(nil)
}

// FuzzPostings looks for rows that crash the reader.
func FuzzPostings(f *testing.F) {
	f.Add(appendPostings(nil, []posting{{7, 1}, {7, 2}, {9, 300}}))
	f.Add([]byte{1, 2, 3})
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 1, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1})
	f.Fuzz(func(t *testing.T, row []byte) {
		n := 0
		err := eachPosting(row, func(uint64) bool { return true }, func(posting) { n++ })
		if n > len(row) {
			t.Errorf("%d postings in %d bytes: %v", n, len(row), err)
		}
	})
}

// TestBlocksOfAnImport: the users of a long import have the numbers of several
// blocks, and each is found.
func TestBlocksOfAnImport(t *testing.T) {
	t.Parallel()
	im := &Import{}
	for _, name := range []string{"users", "registrations", "group_members", "user_terms"} {
		s, err := newSpool(t.TempDir(), name, make([]string, map[string]int{"users": len(userColumns), "user_terms": 3}[name])...)
		must(t, err)
		im.spools = append(im.spools, s)
	}
	defer func() { must(t, im.Close()) }()
	const term = 1 << 60
	list := make([][]uint64, 1000)
	for i := range list {
		list[i] = []uint64{term}
	}
	for first := 0; first < 2*blockSize+1000; first += len(list) {
		must(t, im.addTerms(first, list))
	}
	must(t, im.writeBlock(2))
	next, err := im.spools[importedTerms].reader()
	must(t, err)
	for block := range int64(3) {
		row, err := next()
		must(t, err)
		n := 0
		must(t, eachPosting(row[2].([]byte), func(is uint64) bool { return is == term }, func(posting) { n++ }))
		if row[1] != block || row[0] != bucketOf(term) || block < 2 && n != blockSize {
			t.Errorf("row %v of block %d has %d postings", row[:2], block, n)
		}
	}
	if row, err := next(); row != nil || err != nil {
		t.Errorf("another row: %v, %v", row, err)
	}
}

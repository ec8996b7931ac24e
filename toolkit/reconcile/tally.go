package reconcile

import (
	"cmp"
	"fmt"
	"slices"
)

// Tally is what is counted user by user.
type Tally struct {
	Checked  int             `json:"checked"`
	Found    int             `json:"found"` // of these, with an account
	Slow     int             `json:"slow"`  // of these, by the slow road
	Disabled int             `json:"disabled"`
	Links    int             `json:"links"` // that were looked for
	Outcomes map[Outcome]int `json:"outcomes"`
	Reasons  []Count         `json:"reasons"`     // why users were refused or skipped
	Fields   []Count         `json:"differences"` // by field, class and reason
	Remarks  []Count         `json:"remarks"`     // what the mapping changed on purpose
	Compared map[string]int  `json:"compared"`    // users who have the field on either side
}

// Count is how many users something is about.
type Count struct {
	Field string `json:"field,omitempty"`
	Class string `json:"class"`
	Why   string `json:"why"`
	Bad   bool   `json:"unexplained,omitempty"`
	Users int    `json:"users"`
}

func newTally() Tally { return Tally{Outcomes: map[Outcome]int{}, Compared: map[string]int{}} }

// most bounds the lines of a list of counts: there are not that many reasons,
// unless one quotes something.
const most = 500

// others is what those are called that are too many.
const others = "others"

// count adds one to a line of a list.
func count(list *[]Count, line Count) (n int) {
	for i := range *list {
		c := &(*list)[i]
		if c.Field == line.Field && c.Class == line.Class && c.Why == line.Why && c.Bad == line.Bad {
			c.Users++
			return c.Users
		}
	}
	if len(*list) >= most && line.Why != others {
		return count(list, Count{Class: line.Class, Why: others, Bad: line.Bad})
	}
	line.Users = 1
	*list = append(*list, line)
	return 1
}

func byUsers(list []Count) []Count {
	return slices.SortedFunc(slices.Values(list), func(a, b Count) int {
		return cmp.Or(cmp.Compare(b.Users, a.Users), cmp.Compare(a.Field, b.Field), cmp.Compare(a.Why, b.Why))
	})
}

// group writes a number with its thousands apart.
func group(n int) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

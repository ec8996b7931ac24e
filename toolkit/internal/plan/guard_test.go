package plan

import (
	"errors"
	"testing"
	"time"
)

// The time limit is out of the way here, so that only the guard of memory can
// end these scripts.
func TestGuardOfMemory(t *testing.T) {
	for name, body := range map[string]string{
		"list":    `const l = []; for (;;) l.push(new Array(100).fill(json.Username))`,
		"text":    `let s = "x"; for (;;) s += s + "x"`,
		"objects": `let o = {}; for (;;) o = {o, name: [json.Username]}`,
	} {
		t.Run(name, func(t *testing.T) {
			m := Mapping{Script: "map.js", ScriptSource: `function processUserJSON(json) { ` + body + ` }`}
			s := compileScript(m, func(_, format string, args ...any) { t.Fatalf(format, args...) })
			s.time, s.memory = time.Minute, 16<<20
			if _, err := s.run(t.Context(), &CognitoUser{Username: "jane"}, time.Now); !errors.Is(err, ErrMemory) {
				t.Errorf("got %v", err)
			}
		})
	}
}

package cli

import (
	"bufio"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"wherry/internal/console"
	"wherry/internal/exit"
)

// questions asks for what flags do not say, where somebody can answer.
type questions struct {
	out  *console.Console
	asks bool
	in   *bufio.Reader
}

// choice is one of several answers.
type choice struct{ id, name string }

func (c choice) String() string { return strings.TrimSpace(c.id + "  " + c.name) }

// text is an answer in words: the flag's, or what is typed, or the usual one.
// Without a flag's name the usual one will do where nobody can be asked.
func (q *questions) text(given, flag, question, usual string) (string, error) {
	switch {
	case given != "":
		return given, nil
	case q.asks:
		return q.ask(question, usual), nil
	case flag == "":
		return usual, nil
	}
	return "", missing(flag, question)
}

func missing(flag, question string) error {
	return exit.With(exit.Usage, errors.New(strings.ToLower(question[:1])+question[1:]+"?"), "answer with "+flag)
}

// choose is one of what was found: the flag's, the only one, or what is chosen.
// When nothing could be found, the reason why goes with the question.
func (q *questions) choose(given, flag, question, example string, found []choice, reason error) (choice, error) {
	for _, c := range found {
		if c.id == given || given == "" && len(found) == 1 {
			return c, nil
		}
	}
	if given != "" {
		return choice{id: given}, nil
	}
	if !q.asks {
		return choice{}, q.unanswered(flag, question, found, reason)
	}
	for i, c := range found {
		fmt.Fprintf(q.out.Out, "%3d  %s\n", i+1, c)
	}
	if reason != nil {
		fmt.Fprintf(q.out.Out, "(none could be found: %v)\n", reason)
	}
	answer := q.ask(question, example)
	if n, err := strconv.Atoi(answer); err == nil && n >= 1 && n <= len(found) {
		return found[n-1], nil
	}
	return choice{id: answer}, nil
}

func (q *questions) unanswered(flag, question string, found []choice, reason error) error {
	err := missing(flag, question)
	if reason != nil {
		return exit.With(exit.Usage, fmt.Errorf("%w None could be found: %w", err, reason), exit.Hint(err)+", or give credentials that may look")
	}
	names := make([]string, len(found))
	for i, c := range found {
		names[i] = c.String()
	}
	if len(names) == 0 {
		return exit.With(exit.Usage, fmt.Errorf("%w None was found", err), exit.Hint(err)+"; wherry deploy app-client makes an app client")
	}
	return exit.With(exit.Usage, err, exit.Hint(err)+", one of: "+strings.Join(names, ", "))
}

func (q *questions) ask(question, usual string) string {
	if usual != "" {
		question += " [" + usual + "]"
	}
	fmt.Fprintf(q.out.Out, "%s? ", question)
	line, _ := q.in.ReadString('\n') // no answer is the usual one
	if line = strings.TrimSpace(line); line != "" {
		return line
	}
	return usual
}

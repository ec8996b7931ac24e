package pages

// Messages is everything that the pages say in English, as lines of key = text:
// what somebody who translates the pages begins with.
func Messages() string {
	text, err := messages.ReadFile("messages/en.properties")
	if err != nil {
		panic(err)
	}
	return string(text)
}

function populate(jwt, user, registration) {
	jwt.favouriteColour = user.data.favouriteColour;
	jwt.line = "a\nb";
}

function processUserJSON(json) {
  return {user: {username: json.Username}};
}

// Lets people look at the password they typed. The pages work without this script.
for (const button of document.querySelectorAll(".reveal button")) {
  const input = document.getElementById(button.getAttribute("aria-controls"));
  const show = (shown) => {
    input.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
  };
  button.addEventListener("click", () => show(input.type === "password"));
  // Browsers and password managers save what a password field holds at submit.
  input.form.addEventListener("submit", () => show(false));
  button.hidden = false;
}

// What pages do beyond what they do without a script.

// People may look at the password they typed.
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

// Passkeys. What has to be bytes comes and goes in base64url.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");

const optionsOf = (json) => {
  const options = JSON.parse(json);
  options.challenge = bytes(options.challenge);
  if (options.user) options.user.id = bytes(options.user.id);
  for (const list of [options.allowCredentials, options.excludeCredentials]) {
    for (const known of list ?? []) known.id = bytes(known.id);
  }
  return options;
};

const answerOf = (credential) => {
  const { response } = credential;
  const answer = { id: credential.id, type: credential.type, clientExtensionResults: credential.getClientExtensionResults(), response: {} };
  for (const name of ["attestationObject", "authenticatorData", "clientDataJSON", "signature", "userHandle"]) {
    if (response[name]) answer.response[name] = text(response[name]);
  }
  if (response.getTransports) answer.transports = response.getTransports();
  return JSON.stringify(answer);
};

for (const form of document.querySelectorAll("[data-passkey]")) {
  const answer = form.elements[form.dataset.field];
  const failed = document.getElementById("passkey-failed");
  const ask = async () => {
    failed.hidden = true;
    try {
      const publicKey = optionsOf(form.dataset.options);
      answer.value = answerOf(await navigator.credentials[form.dataset.passkey]({ publicKey }));
      form.submit();
    } catch {
      failed.hidden = false;
    }
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask();
  });
  form.querySelector("button").hidden = false;
}

// A logout goes on once all applications have heard of it, or have had their time.
for (const onward of document.querySelectorAll("[data-onward]")) {
  const heard = [...document.querySelectorAll("iframe")].map((frame) => new Promise((resolve) => frame.addEventListener("load", resolve)));
  const late = new Promise((resolve) => setTimeout(resolve, 3000));
  Promise.race([Promise.all(heard), late]).then(() => location.replace(onward.href));
}

for (const form of document.querySelectorAll("[data-send]")) form.submit();

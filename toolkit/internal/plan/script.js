// What a mapping script finds around it. The official guide's file is a whole
// Lambda function: it also loads the AWS SDK, makes a client and exports a
// handler. None of that has to work here, but it must not stop the file from
// loading, so modules are stand-ins that may be touched until mapping begins.
(function (global, most) {
  "use strict";
  let mapping = false;

  function standIn(name) {
    const touch = function () {
      if (mapping) throw new Error("a mapping script cannot use the module " + name);
      return module;
    };
    const module = new Proxy(function () {}, {get: touch, apply: touch, construct: touch});
    return module;
  }

  const quiet = function () {};
  global.console = {log: quiet, info: quiet, warn: quiet, error: quiet, debug: quiet};
  global.process = {env: {}};
  global.module = {exports: {}};
  global.exports = global.module.exports;
  global.require = standIn;

  // One call of these could ask for more memory than the guard can watch grow.
  for (const name of ["ArrayBuffer", "SharedArrayBuffer", "DataView"]) delete global[name];
  for (const name of ["repeat", "padStart", "padEnd"]) {
    const plain = String.prototype[name];
    String.prototype[name] = function (n, ...rest) {
      if (n * (name === "repeat" ? this.length : 1) > most) throw new RangeError(name + " makes too long a text");
      return plain.call(this, n, ...rest);
    };
  }

  const {stringify} = JSON;
  return function (find, user) {
    const map = find();
    if (typeof map !== "function") throw new TypeError("the file has no function processUserJSON(json)");
    if (user === undefined) return;
    mapping = true;
    const answer = map(user);
    if (Object.prototype.toString.call(answer) === "[object Promise]") throw new TypeError("processUserJSON is async; make it a plain function");
    return stringify(answer);
  };
})

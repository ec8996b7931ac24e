// Calls methods of FusionAuth's TypeScript client: one request as a line of JSON
// on standard input, its answer as a line on standard output.
import { createInterface } from "node:readline";
import { FusionAuthClient } from "@fusionauth/typescript-client";

class Client extends FusionAuthClient {
  // request is for what no method of the client does; GET and DELETE have
  // parameters instead of a body.
  request(method, path, body, type = "application/json") {
    const request = this.start().withMethod(method).withUri(path);
    if (method === "GET" || method === "DELETE") {
      for (const [name, value] of Object.entries(body ?? {})) request.withParameter(name, value);
    } else if (body) {
      request.withJSONBody(body).withHeader("Content-Type", type);
    }
    return request.go();
  }
}

async function answer({ url, key, tenant, method, args }) {
  const client = new Client(key || null, url, tenant || null);
  if (typeof client[method] !== "function") return { error: `the client has no method ${method}` };
  try {
    const { statusCode, response } = await client[method](...args);
    return { status: statusCode, body: response };
  } catch ({ statusCode, exception, message }) {
    if (!statusCode || exception instanceof Error) return { error: message ?? String(exception) };
    return { status: statusCode, body: exception };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await answer(JSON.parse(line))));
}

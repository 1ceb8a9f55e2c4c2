// What a plugin has in place of what browsers and Node have. Whoever calls one of these reads here, and
// in the compiler's message, what to use instead.

declare const console: Record<"error" | "warn" | "log" | "info" | "debug" | "trace", (...values: unknown[]) => void>;
declare function atob(base64: string): string;
declare function btoa(text: string): string;

declare const setTimeout: {
  "a call ends when its function returns, so nothing runs later: throw retryAfter(seconds, reason) to have an event again": never;
};
declare const setInterval: typeof setTimeout;
declare const fetch: { "ask with http of sidepane, which waits for the answer: http.get(url).bearer(secret).send()": never };
declare const require: { "write import at the top of the file; modules of Node are not there": never };
declare const process: { readonly env: "there is no environment: read settings(), and name secrets in a request" };

// The little of Node that tests need.
declare module "node:test" {
  export default function test(name: string, run: () => void): void;
}
declare module "node:assert/strict" {
  const assert: {
    equal(is: unknown, expected: unknown, message?: string): void;
    deepEqual(is: unknown, expected: unknown, message?: string): void;
    match(text: string, pattern: RegExp, message?: string): void;
    ok(is: unknown, message?: string): void;
    throws(run: () => void, expected?: unknown, message?: string): void;
  };
  export default assert;
}

// How values read. Only three things are ever written differently from how a plugin gave them, and
// only if they are the entire value: a day, an instant, and an amount of money. Everything else,
// such as an order's number, stays letter for letter; and copying always gives the original.

const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;
const MONEY = /^(-?\d{1,13})(?:\.(\d{1,3}))? ([A-Z]{3})$/;
const NUMBER = /^[-+−]?\d[\d.,'’\u00a0\u202f ]*\s?%?$/;

// Thirteen digits and three decimals are what a double still holds exactly.
const CURRENCIES = new Set(Intl.supportedValuesOf?.("currency") ?? ["EUR", "GBP", "SEK", "USD"]);

/** Writes values as one agent reads them. */
export class Format {
  /**
   * @param {string} [locale] BCP 47; without one, or with one nobody knows, the browser's
   * @param {string} [zone] IANA; without one, or with one nobody knows, the browser's
   */
  constructor(locale, zone) {
    this.locale = known(locale, (it) => new Intl.NumberFormat(it));
    this.zone = known(zone, (it) => new Intl.DateTimeFormat("en", { timeZone: it }));
    this.day = new Intl.DateTimeFormat(this.locale, { dateStyle: "medium", timeZone: "UTC" });
    this.instant = new Intl.DateTimeFormat(this.locale, {
      dateStyle: "medium",
      timeStyle: "short",
      timeZone: this.zone,
    });
    this.relative = new Intl.RelativeTimeFormat(this.locale, { style: "short" });
    this.money = new Map();
  }

  /**
   * What a value is, and how it reads.
   *
   * @param {string} text
   * @returns {{kind: "text"|"time"|"money", shown: string}}
   */
  read(text) {
    const time = this.#time(text);
    if (time) return { kind: "time", shown: time };
    const money = this.#money(text);
    if (money) return { kind: "money", shown: money };
    return { kind: "text", shown: text };
  }

  /** "2 min. ago", for what is that many milliseconds old. */
  ago(ms) {
    const seconds = Math.max(0, Math.round(ms / 1000));
    if (seconds < 60) return this.relative.format(-seconds, "second");
    if (seconds < 3600) return this.relative.format(-Math.round(seconds / 60), "minute");
    if (seconds < 86400) return this.relative.format(-Math.round(seconds / 3600), "hour");
    return this.relative.format(-Math.round(seconds / 86400), "day");
  }

  #time(text) {
    const day = DAY.exec(text);
    if (day) {
      const at = new Date(`${text}T00:00:00Z`);
      // 2026-02-30 is no day, and a browser would make the 2nd of March of it.
      const real = !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
      return real ? this.day.format(at) : null;
    }
    if (!INSTANT.test(text)) return null;
    const at = new Date(text);
    return Number.isNaN(at.getTime()) ? null : this.instant.format(at);
  }

  #money(text) {
    const [, whole, cents = "", currency] = MONEY.exec(text) ?? [];
    if (!currency || !CURRENCIES.has(currency)) return null;
    const key = `${currency}${cents.length}`;
    if (!this.money.has(key)) this.money.set(key, this.#moneyFormat(currency, cents.length));
    return this.money.get(key).format(Number(cents ? `${whole}.${cents}` : whole));
  }

  #moneyFormat(currency, digits) {
    // As many decimals as were given: 86 EUR and 86.00 EUR may mean different things.
    return new Intl.NumberFormat(this.locale, {
      style: "currency",
      currency,
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
  }
}

/** Whether a cell belongs into a column of numbers. */
export function numeric(text) {
  return NUMBER.test(text) || MONEY.test(text);
}

/** A name that the browser knows, or undefined, which stands for its own choice. */
function known(name, attempt) {
  if (!name) return undefined;
  try {
    attempt(name);
    return name;
  } catch {
    return undefined;
  }
}

// Data that anybody can compute again: what happened in each second is a function of the second. The views are what the built-in views would
// say of it.
const kSecond = 1000;
const kMinute = 60 * kSecond;
export const kLateness = 65 * kSecond; // How long after its end a window can still change.

/** A number from 0 to 1 that depends on its arguments alone. */
export function chance(...parts) {
  let value = 0x811c9dc5;
  for (const character of parts.join('/')) value = Math.imul(value ^ character.charCodeAt(0), 0x01000193);
  value ^= value >>> 15;
  value = Math.imul(value, 0x2c1b3c6d);
  value ^= value >>> 12;
  return (value >>> 0) / 2 ** 32;
}

const types = [
  ['web.pageview', 46], ['web.click', 31], ['api.request', 28], ['web.search', 9], ['user.login', 3], ['business.sale', 2.2], ['mobile.screen', 6],
  ['system.error', 0.6], ['user.logout', 1.4], ['system.host', 0.1], ['cart.add', 4],
];
const sources = [['shop', 0.46], ['api-gateway', 0.31], ['mobile-app', 0.17], ['checkout', 0.06]];
const pages = ['/', '/products', '/products/espresso-machine', '/cart', '/checkout', '/search', '/account', '/help', '/blog/how-we-count', '/products/grinder', '/deals'];

const counted = new Map(); // By type and second: windows overlap, and ask again and again.

/** How many events of a type there are in a second. */
function count(type, mean, second) {
  let seconds = counted.get(type);
  if (seconds === undefined) counted.set(type, (seconds = new Map()));
  let events = seconds.get(second);
  if (events === undefined) seconds.set(second, (events = compute(type, mean, second)));
  return events;
}

function compute(type, mean, second) {
  const wave = 1 + 0.28 * Math.sin(second / 71) + 0.17 * Math.sin(second / 13 + mean);
  const burst = second % 900 > 640 && second % 900 < 700 && type === 'web.search' ? 4 : 1;
  const value = mean * wave * burst * (0.8 + 0.4 * chance(type, second));
  return Math.floor(value) + (chance('part', type, second) < value % 1 ? 1 : 0);
}

function seconds(start, end, now) {
  const list = [];
  for (let time = start; time < Math.min(end, now); time += kSecond) list.push(time / kSecond);
  return list;
}

function total(list, of) {
  return list.reduce((sum, second) => sum + of(second), 0);
}

const perSecond = (second) => types.reduce((sum, [type, mean]) => sum + count(type, mean, second), 0);
const requests = (share, second) => Math.round(count('api.request', 28, second) * share);
const errors = (source, share, second) => {
  const trouble = source === 'checkout' && second % 700 > 420 && second % 700 < 520 ? 0.22 : 0.012 + 0.01 * Math.sin(second / 200 + share * 9);
  return Math.round(requests(share, second) * trouble + 0.49 * (chance('error', source, second) - 0.3));
};

/** Columns by kind, window, and rows of each built-in view. `rows` gives [keys, values] of a window as far as it has come by `now`. */
export const views = {
  events_by_type: {
    size: 10 * kSecond, slide: 10 * kSecond, keys: { type: 'text' }, values: { events: 'bigint', per_second: 'double precision' },
    description: 'Events by type, every 10 seconds',
    rows: (start, end, now) => types.map(([type, mean]) => {
      const events = total(seconds(start, end, now), (second) => count(type, mean, second));
      return [{ type }, { events, per_second: events / 10 }];
    }).filter(([, values]) => values.events > 0),
  },
  events_by_source: {
    size: 10 * kSecond, slide: 10 * kSecond, keys: { source: 'text' }, values: { events: 'bigint', per_second: 'double precision' },
    description: 'Events by source, every 10 seconds',
    rows: (start, end, now) => sources.map(([source, share]) => {
      const events = total(seconds(start, end, now), (second) => Math.round(perSecond(second) * share));
      return [{ source }, { events, per_second: events / 10 }];
    }),
  },
  events_per_second: {
    size: kSecond, slide: kSecond, keys: {}, values: { events: 'bigint' }, description: 'All events, second by second',
    rows: (start, end, now) => [[{}, { events: total(seconds(start, end, now), perSecond) }]],
  },
  severities: {
    size: kMinute, slide: kMinute, keys: { severity: 'text' }, values: { events: 'bigint' }, description: 'Events by severity, every minute',
    rows: (start, end, now) => [['low', 0.93], ['medium', 0.05], ['high', 0.017], ['critical', 0.003]].map(([severity, share]) => [
      { severity }, { events: Math.round(total(seconds(start, end, now), perSecond) * share) },
    ]),
  },
  active_users_1m: users(kMinute, 10 * kSecond, 210),
  active_users_5m: users(5 * kMinute, 10 * kSecond, 740),
  active_users_30m: users(30 * kMinute, kMinute, 2900),
  error_rate: {
    size: 5 * kMinute, slide: 10 * kSecond, keys: { source: 'text' }, values: { requests: 'bigint', errors: 'bigint', error_rate: 'double precision' },
    description: 'Share of requests that were answered with 500 or above, over 5 minutes',
    rows: (start, end, now) => sources.slice(0, 4).map(([source, share]) => {
      const list = seconds(start, end, now);
      const all = total(list, (second) => requests(share, second));
      const bad = total(list, (second) => Math.max(0, errors(source, share, second)));
      return [{ source }, { requests: all, errors: bad, error_rate: all === 0 ? 0 : bad / all }];
    }).filter(([, values]) => values.requests > 0),
  },
  latency: {
    size: 10 * kSecond, slide: 10 * kSecond, keys: { source: 'text' },
    values: { requests: 'bigint', p50: 'double precision', p95: 'double precision', p99: 'double precision', avg_ms: 'double precision' },
    description: 'Quantiles of data.latency_ms, every 10 seconds',
    rows: (start, end, now) => sources.slice(0, 4).flatMap(([source, share]) => {
      const all = total(seconds(start, end, now), (second) => requests(share, second));
      if (all === 0) return [];
      const trouble = source !== 'mobile-app' && start / kSecond % 700 > 400 && start / kSecond % 700 < 530 ? 2.2 : 1;
      const p50 = (34 + 30 * share) * (1 + 0.1 * Math.sin(start / 90_000)) * (0.93 + 0.14 * chance('p50', source, start));
      const p95 = p50 * trouble * (3.1 + 0.6 * chance('p95', source, start));
      return [[{ source }, { requests: all, p50, p95, p99: p95 * (1.5 + 0.7 * chance('p99', source, start)), avg_ms: p50 * 1.3 }]];
    }),
  },
  top_pages: {
    size: 5 * kMinute, slide: 30 * kSecond, keys: { page: 'text' }, values: { views: 'bigint' }, description: 'Page views over 5 minutes',
    rows: (start, end, now) => {
      const all = total(seconds(start, end, now), (second) => count('web.pageview', 46, second));
      return pages.map((page, index) => [{ page }, { views: Math.round(all * 0.4 * 0.68 ** index * (0.9 + 0.2 * chance(page, start))) }]).filter(([, values]) => values.views > 0);
    },
  },
  conversion: {
    size: kMinute, slide: kMinute, keys: {}, values: { started: 'bigint', completed: 'bigint', rate: 'double precision' },
    description: 'Carts that became sales, every minute',
    rows: (start, end, now) => {
      const list = seconds(start, end, now);
      const started = total(list, (second) => count('cart.add', 4, second));
      const completed = total(list, (second) => Math.min(count('business.sale', 2.2, second), count('cart.add', 4, second)));
      return [[{}, { started, completed, rate: started === 0 ? null : completed / started }]];
    },
  },
  // What users make themselves: more keys, columns of other types, no window.
  sales_by_country: {
    size: kMinute, slide: kMinute, keys: { country: 'text', channel: 'text' }, values: { sales: 'bigint', revenue: 'numeric', note: 'text' },
    description: 'Revenue by country and channel',
    rows: (start, end, now) => ['DE', 'FR', 'PL'].flatMap((country) => ['web', 'app'].map((channel) => {
      const sales = total(seconds(start, end, now), (second) => (chance('sale', country, channel, second) < 0.2 ? 1 : 0));
      return [{ country, channel }, { sales, revenue: sales * 24.5, note: null }];
    })),
  },
  customers_total: {
    size: null, slide: null, keys: { plan: 'text' }, values: { customers: 'bigint' }, description: 'Customers by plan, since the beginning',
    rows: (_start, _end, now) => [[{ plan: 'free' }, { customers: 5210 + Math.floor(now / 60_000) % 100 }], [{ plan: 'team' }, { customers: 831 }], [{ plan: 'enterprise' }, { customers: 57 }]],
  },
};

function users(size, slide, mean) {
  return {
    size, slide, keys: {}, values: { users: 'bigint' }, description: `Different users over ${size / kMinute} min`,
    rows: (start, end, now) => {
      const part = Math.min(1, (Math.min(end, now) - start) / size);
      return [[{}, { users: Math.round(mean * Math.sqrt(part) * (1 + 0.2 * Math.sin(end / 240_000) + 0.05 * chance('users', size, end))) }]];
    },
  };
}

const time = (milliseconds) => new Date(milliseconds).toISOString().replace(/\.000Z$/, 'Z');

export function columnsOf(view) {
  const list = (members, kind) => Object.entries(members).map(([name, type]) => ({ name, type, kind }));
  const windows = view.size === null ? [] : [
    { name: 'window_start', type: 'timestamptz', kind: 'window_start' }, { name: 'window_end', type: 'timestamptz', kind: 'window_end' },
  ];
  return [...list(view.keys, 'key'), ...windows, ...list(view.values, 'value')];
}

/** At most `limit` rows of a view whose windows end after `from` and begin before `to`, newest first, as they are at `now`. */
export function rowsOf(view, from, to, now, epoch, limit = Infinity) {
  if (view.size === null) {
    return view.rows(0, 0, now).map(([keys, values]) => ({ keys, window_start: null, window_end: null, values, final: false, epoch, version: Math.floor(now / 1000) }));
  }
  const rows = [];
  const last = Math.floor((Math.min(to, now) - 1) / view.slide) * view.slide;
  for (let start = last; start + view.size > from && rows.length < limit; start -= view.slide) rows.push(...windowRows(view, start, now, epoch));
  return rows.slice(0, limit);
}

export function windowRows(view, start, now, epoch) {
  const end = start + view.size;
  return view.rows(start, end, now).map(([keys, values]) => ({
    keys, window_start: time(start), window_end: time(end), values, final: end + kLateness <= now, epoch, version: Math.floor(Math.min(now, end + kLateness) / 1000),
  }));
}

/** Windows that look different now than a second ago. */
export function changedRows(view, before, now, epoch) {
  if (view.size === null) return rowsOf(view, 0, 0, now, epoch);
  const rows = [];
  const last = Math.floor((now - 1) / view.slide) * view.slide;
  for (let start = last; start + view.size > before - kSecond; start -= view.slide) rows.push(...windowRows(view, start, now, epoch));
  for (let end = Math.ceil((before - kLateness) / view.slide) * view.slide; end + kLateness <= now; end += view.slide) {
    const start = end - view.size;
    if (start % view.slide === 0 && end + kLateness > before) rows.push(...windowRows(view, start, now, epoch));
  }
  return rows;
}

const agents = ['Mozilla/5.0 (X11; Linux x86_64)', 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1)', 'okhttp/4.12'];

/** The `index`th event of a second. */
export function eventAt(second, index) {
  const pick = (list, name) => list[Math.floor(chance(name, second, index) * list.length)];
  const whole = types.reduce((sum, [, mean]) => sum + mean, 0);
  let rest = chance('type', second, index) * whole;
  const type = (types.find(([, mean]) => (rest -= mean) < 0) ?? types[0])[0];
  const user = `u${1000 + Math.floor(chance('user', second, index) ** 2 * 800)}`;
  const at = second * 1000 + Math.floor(1000 * chance('at', second, index));
  const status = chance('status', second, index) < 0.03 ? 503 : 200;
  const data = {
    'web.pageview': { path: pick(pages, 'page'), referrer: '-', user_agent: pick(agents, 'agent') },
    'web.click': { button: pick(['buy', 'details', 'add-to-cart', 'close'], 'button'), path: pick(pages, 'page') },
    'web.search': { query: pick(['espresso', 'grinder 58mm', '<b>filter</b>', 'milk jug'], 'query'), results: Math.floor(40 * chance('results', second, index)) },
    'api.request': { method: 'GET', path: pick(['/v1/cart', '/v1/products', '/v1/orders'], 'route'), status, latency_ms: Number((20 + 200 * chance('ms', second, index) ** 3).toFixed(1)) },
    'business.sale': { amount: Number((5 + 200 * chance('amount', second, index)).toFixed(2)), currency: 'EUR', items: [{ product: 'espresso-machine', count: 1 }] },
    'system.error': { message: 'upstream timed out', service: 'payments' },
  }[type] ?? {};
  return {
    id: `018f4e9c-${(second % 65536).toString(16).padStart(4, '0')}-7a3d-8e4f-${(second * 1000 + index).toString(16).padStart(12, '0').slice(-12)}`,
    type,
    source: pick(['shop', 'shop', 'shop', 'api-gateway', 'api-gateway', 'mobile-app', 'checkout'], 'source'),
    timestamp: time(at),
    received_at: time(at + 12),
    severity: type === 'system.error' ? 'critical' : status === 503 && type === 'api.request' ? 'high' : chance('severity', second, index) < 0.05 ? 'medium' : 'low',
    user_id: type.startsWith('system.') ? null : user,
    correlation_id: type.startsWith('system.') ? null : `session-${user}`,
    tags: chance('tag', second, index) < 0.1 ? ['beta'] : [],
    data,
  };
}

export { perSecond };

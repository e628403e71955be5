// A server that speaks the page's protocol and knows nothing of StreamFlow: for what the real one can't be asked to do on command (be silent,
// lie, lack views), and for pictures that look the same every time. Serves web/dist under the policy that the real one sends.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { WebSocketServer } from 'ws';
import { changedRows, columnsOf, eventAt, perSecond, rowsOf, views } from './made_data.mjs';

export const kPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
export const kToken = 'token-of-the-test';
export const kKinds = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.woff2': 'font/woff2' };

export class FakeServer {
  constructor({ dist, empty = false, without = [], more = {} }) {
    this.dist = dist;
    this.views = Object.fromEntries(Object.entries({ ...views, ...more }).filter(([name]) => !without.includes(name)));
    this.empty = empty; // No event was ever sent.
    this.silent = false; // Says nothing any more, but keeps its connections.
    this.tokens = new Set([kToken]);
    this.tickets = new Map([['the-ticket', kToken]]);
    this.epoch = 0;
    this.port = 0;
    this.heard = []; // Frames from pages.
    this.sockets = new Set();
    this.scale = 1; // Of events in the tail.
    this.beats = 0; // How often it has told all pages what is new.
  }

  get origin() {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Starts, or starts again on the same port. */
  async start() {
    this.epoch += 1;
    this.last = Date.now();
    this.http = createServer((request, response) => {
      this.answer(request, response).catch(() => problem(response, 500, 'a fault of the fake server'));
    });
    this.ws = new WebSocketServer({ noServer: true, maxPayload: 65_536 });
    this.http.on('upgrade', (request, socket, head) => {
      if (request.url !== '/api/v1/live' || request.headers.origin !== this.origin) return socket.destroy();
      return this.ws.handleUpgrade(request, socket, head, (made) => this.serve(made));
    });
    await new Promise((resolve, reject) => this.http.once('error', reject).listen(this.port, '127.0.0.1', resolve));
    this.port = this.http.address().port;
    this.beat = setInterval(() => this.tell(), 1000);
    this.tailBeat = setInterval(() => this.tellEvents(), 200);
  }

  async stop() {
    clearInterval(this.beat);
    clearInterval(this.tailBeat);
    for (const { socket } of this.sockets) socket.terminate();
    this.sockets.clear();
    this.http.closeAllConnections();
    await new Promise((resolve) => this.http.close(resolve));
  }

  rows(name, { from = 0, to = Infinity, limit = 1000 } = {}) {
    const now = Date.now();
    if (this.empty) return [];
    return rowsOf(this.views[name], Math.max(from, now - 86_400_000), to, now, this.epoch, limit);
  }

  overview() {
    const now = Date.now();
    const partitions = [0, 1].map((partition) => ({ partition, offset: Math.floor(now / 100) % 1e6, lag: 0 }));
    const stored = this.empty ? 2 : 12_480_000 + Math.floor(now / 1000) % 100_000 * 130;
    return {
      time: new Date(now).toISOString(), events: { stored, per_second: this.empty ? 0 : perSecond(Math.floor(now / 1000) - 1) }, views: Object.keys(this.views).length,
      late_events: 3, partitions, storage: {}, uptime_seconds: 5_400, version: '0.4.0',
    };
  }

  serve(socket) {
    const client = { socket, subscriptions: new Map(), ready: false };
    this.sockets.add(client);
    socket.on('close', () => this.sockets.delete(client));
    socket.on('error', () => this.sockets.delete(client));
    socket.on('message', (message) => {
      const frame = JSON.parse(message.toString());
      this.heard.push(frame);
      if (frame.type === 'auth') {
        if (!this.tokens.has(frame.token)) return socket.close(1008, 'the token is not valid');
        client.ready = true;
        return send(client, { type: 'ready', version: '0.4.0' });
      }
      if (!client.ready) return socket.close(1008, 'not authenticated');
      if (frame.type === 'subscribe') return this.subscribe(client, frame);
      return client.subscriptions.delete(frame.id);
    });
  }

  subscribe(client, frame) {
    if (frame.view !== undefined && this.views[frame.view] === undefined) {
      return send(client, { type: 'error', id: frame.id, detail: `there is no view ${frame.view}` });
    }
    client.subscriptions.set(frame.id, frame);
    if (frame.view === undefined) return frame.overview === true && this.push(client, { type: 'overview', id: frame.id, overview: this.overview() });
    return this.push(client, {
      type: 'snapshot', id: frame.id, view: frame.view, columns: columnsOf(this.views[frame.view]),
      rows: this.rows(frame.view, { from: Date.parse(frame.from ?? 0), limit: frame.limit ?? 1000 }),
    });
  }

  push(client, frame) {
    if (!this.silent) send(client, frame);
  }

  tell() {
    const now = Date.now();
    this.beats += 1;
    for (const client of this.sockets) {
      for (const [id, frame] of client.subscriptions) {
        if (frame.overview === true) this.push(client, { type: 'overview', id, overview: this.overview() });
        if (frame.view === undefined || this.empty || this.views[frame.view] === undefined) continue;
        const rows = changedRows(this.views[frame.view], this.last, now, this.epoch);
        if (rows.length > 0) this.push(client, { type: 'rows', id, rows });
      }
    }
    this.last = now;
  }

  tellEvents() {
    if (this.empty) return;
    const slice = Math.floor(Date.now() / 200);
    const second = Math.floor(slice / 5);
    const all = Math.round(perSecond(second) / 5 * this.scale);
    for (const client of this.sockets) {
      for (const [id, { tail }] of client.subscriptions) {
        if (tail === undefined) continue;
        const matching = Array.from({ length: all }, (_, index) => eventAt(second, (slice % 5) * 1000 + index)).filter((event) => matches(event, tail));
        const events = matching.slice(-(tail.limit ?? 50));
        if (events.length > 0) this.push(client, { type: 'events', id, events, skipped: matching.length - events.length });
      }
    }
  }

  /** To every page, as an answer to its subscription of this view. */
  say(view, frame) {
    for (const client of this.sockets) {
      for (const [id, subscription] of client.subscriptions) if (subscription.view === view) this.push(client, { ...frame, id });
    }
  }

  async answer(request, response) {
    const url = new URL(request.url, this.origin);
    if (!url.pathname.startsWith('/api/')) return this.file(url.pathname, response);
    const body = await readBody(request);
    if (url.pathname === '/api/v1/session' && request.method === 'POST') {
      const token = this.tickets.get(body.ticket);
      this.tickets.delete(body.ticket);
      return token === undefined ? problem(response, 401, 'the ticket is not valid') : reply(response, { token, expires_at: '2036-01-01T00:00:00Z' });
    }
    const token = /^Bearer (.*)$/.exec(request.headers.authorization ?? '')?.[1];
    if (token === 'ingest-only' && url.pathname === '/api/v1/session') return reply(response, { subject: 'sender', role: 'ingest' });
    if (!this.tokens.has(token)) return problem(response, 401, 'no valid token');
    if (url.pathname === '/api/v1/session') return reply(response, { subject: 'admin', role: 'admin' });
    if (url.pathname === '/api/v1/metrics') {
      return reply(response, { views: Object.entries(this.views).map(([name, view]) => ({ name, columns: columnsOf(view), description: view.description })) });
    }
    const view = /^\/api\/v1\/metrics\/(.+)$/.exec(url.pathname)?.[1];
    if (view !== undefined) {
      if (this.views[view] === undefined) return problem(response, 404, 'no such view', `there is no view ${view}`);
      const moment = (name, absent) => (url.searchParams.has(name) ? Date.parse(url.searchParams.get(name)) : absent);
      const rows = this.rows(view, { from: moment('from', 0), to: moment('to', Infinity), limit: Number(url.searchParams.get('limit') ?? 1000) });
      return reply(response, { view, columns: columnsOf(this.views[view]), rows });
    }
    if (url.pathname === '/api/v1/events') return reply(response, this.storedEvents(url.searchParams));
    if (url.pathname === '/api/v1/query') return this.query(body, response);
    return problem(response, 404, 'no such route');
  }

  storedEvents(parameters) {
    const names = ['id', 'type', 'source', 'timestamp', 'received_at', 'severity', 'user_id', 'correlation_id', 'tags', 'data'];
    const wanted = ['type', 'source', 'user_id', 'severity', 'correlation_id'].filter((name) => parameters.has(name));
    const rows = [];
    for (let second = Math.floor(Date.now() / 1000) - 1; !this.empty && rows.length < Number(parameters.get('limit') ?? 100) && second > Date.now() / 1000 - 200; second -= 1) {
      for (let index = 120; index > 0; index -= 1) {
        const event = eventAt(second, index);
        if (wanted.every((name) => event[name] === parameters.get(name))) rows.push(names.map((name) => event[name]));
      }
    }
    return { columns: names.map((name) => ({ name, type: 'text' })), rows: rows.slice(0, Number(parameters.get('limit') ?? 100)), truncated: false };
  }

  async query({ sql, limit }, response) {
    const place = sql.indexOf('FORM');
    if (place >= 0) {
      const lines = sql.slice(0, place).split('\n');
      return problem(response, 400, 'syntax error at or near "FORM"', `line ${lines.length}, column ${lines.at(-1).length + 1}\n${sql.split('\n')[lines.length - 1]}\n${' '.repeat(lines.at(-1).length)}^`, 'did you mean FROM?');
    }
    if (/type <> 'system.host'/.test(sql)) return reply(response, { columns: [{ name: 'type', type: 'text' }], rows: this.empty ? [] : [['web.click']], truncated: false });
    if (/date_trunc/.test(sql)) {
      const minute = Math.floor(Date.now() / 60_000) * 60_000;
      const rows = Array.from({ length: 60 }, (_, index) => [new Date(minute - (59 - index) * 60_000).toISOString(), 7000 + Math.round(1500 * Math.sin(index / 6))]);
      return reply(response, { columns: [{ name: 'minute', type: 'timestamptz' }, { name: 'events', type: 'bigint' }], rows, truncated: false });
    }
    // Digits that a double can't hold, NULL, JSON, an empty text: written by hand, since JSON.stringify could not.
    const row = '["web.click", 9007199254740993, 300.00, null, "", "2026-01-31T12:00:00.5Z", {"button": "buy", "price": 12.50, "lines": [1, 2]}, true]';
    const columns = '[{"name":"type","type":"text"},{"name":"n","type":"bigint"},{"name":"price","type":"numeric(18,2)"},{"name":"user_id","type":"text"},{"name":"note","type":"text"},{"name":"at","type":"timestamptz"},{"name":"data","type":"jsonb"},{"name":"ok","type":"boolean"}]';
    const rows = Array.from({ length: Math.min(limit, 300) }, () => row).join(',');
    response.writeHead(200, { 'Content-Type': 'application/json' });
    return response.end(`{"columns":${columns},"rows":[${rows}],"truncated":${limit < 300}}`);
  }

  async file(path, response) {
    const name = path === '/' ? 'index.html' : normalize(path).replace(/^\/+/, '');
    try {
      const content = await readFile(join(this.dist, name));
      response.writeHead(200, {
        'Content-Type': kKinds[extname(name)] ?? 'application/octet-stream', 'Content-Security-Policy': kPolicy, 'X-Content-Type-Options': 'nosniff',
        'Cross-Origin-Opener-Policy': 'same-origin', 'Referrer-Policy': 'no-referrer',
      });
      response.end(content);
    } catch {
      problem(response, 404, 'no such file');
    }
  }
}

function matches(event, tail) {
  const type = tail.type ?? '*';
  const fits = type.endsWith('*') ? event.type.startsWith(type.slice(0, -1)) : event.type === type;
  return fits && ['source', 'user_id', 'severity'].every((name) => tail[name] === undefined || event[name] === tail[name]);
}

function send(client, frame) {
  client.socket.send(JSON.stringify(frame));
}

async function readBody(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return parts.length === 0 ? {} : JSON.parse(Buffer.concat(parts).toString());
}

function reply(response, value) {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify(value));
}

function problem(response, status, title, detail, hint) {
  response.writeHead(status, { 'Content-Type': 'application/problem+json' });
  response.end(JSON.stringify({ type: 'about:blank', title, status, detail, hint }));
}

import assert from 'node:assert/strict';
import test from 'node:test';
import { LiveLink, type Listener, type LinkState, type Socket } from '../src/protocol/live';

/** A server's end of a socket, and time that moves when it is told to. */
class World {
  now = 1_000_000;
  random = 1;
  verdict: 'valid' | 'refused' | 'unknown' = 'valid';
  readonly sockets: FakeSocket[] = [];
  readonly states: LinkState[] = [];
  private timers: { at: number; call: () => void }[] = [];
  readonly link = new LiveLink({
    open: () => {
      const socket = new FakeSocket();
      this.sockets.push(socket);
      return socket;
    },
    token: () => 'secret',
    verifyToken: () => Promise.resolve(this.verdict),
    now: () => this.now,
    random: () => this.random,
    setTimer: (after, call) => {
      const timer = { at: this.now + after, call };
      this.timers.push(timer);
      return () => {
        this.timers = this.timers.filter((other) => other !== timer);
      };
    },
    changed: (state) => this.states.push(state),
  });

  get socket(): FakeSocket {
    return this.sockets[this.sockets.length - 1] as FakeSocket;
  }

  get state(): LinkState {
    return this.link.state;
  }

  pass(milliseconds: number): void {
    const end = this.now + milliseconds;
    for (;;) {
      const due = this.timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.timers = this.timers.filter((timer) => timer !== due);
      this.now = Math.max(this.now, due.at);
      due.call();
    }
    this.now = end;
  }

  goLive(): void {
    this.socket.onopen?.();
    this.socket.say({ type: 'ready', version: '1' });
  }
}

class FakeSocket implements Socket {
  readyState = 1;
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: unknown }) => void) | null = null;
  onclose: ((close: { code: number; reason: string }) => void) | null = null;
  onerror: (() => void) | null = null;
  readonly sent: Record<string, unknown>[] = [];
  closed = false;

  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }

  close(): void {
    this.closed = true;
  }

  say(frame: unknown): void {
    this.onmessage?.({ data: typeof frame === 'string' ? frame : JSON.stringify(frame) });
  }

  drop(code = 1006): void {
    this.onclose?.({ code, reason: '' });
  }
}

const row = { keys: {}, window_start: '2026-01-01T00:00:00Z', window_end: '2026-01-01T00:00:10Z', values: { n: 1 }, final: true, epoch: 1, version: 1 };

test('authenticates first, and subscribes when the server is ready', () => {
  const world = new World();
  world.link.subscribe(() => ({ view: 'v' }), {});
  world.link.start();
  world.socket.onopen?.();
  assert.deepEqual(world.socket.sent, [{ type: 'auth', token: 'secret' }]);
  world.socket.say({ type: 'ready', version: '1' });
  assert.deepEqual(world.socket.sent[1], { type: 'subscribe', id: 's1', view: 'v' });
  assert.deepEqual(world.state, { kind: 'live', slow: false });
});

test('frames reach the subscription they name and no other', () => {
  const world = new World();
  const heard: string[] = [];
  const listen = (name: string): Listener => ({
    snapshot: (_, rows) => heard.push(`${name} snapshot ${rows.length}`), rows: (rows) => heard.push(`${name} rows ${rows.length}`), gone: () => heard.push(`${name} gone`),
    refused: (detail) => heard.push(`${name} refused ${detail}`), overview: (news) => heard.push(`${name} stored ${news.stored}`), events: (events, skipped) => heard.push(`${name} events ${events.length} ${skipped}`),
  });
  for (const name of ['a', 'b']) world.link.subscribe(() => ({}), listen(name));
  world.link.start();
  world.goLive();
  world.socket.say({ type: 'snapshot', id: 's1', columns: [], rows: [row] });
  world.socket.say({ type: 'rows', id: 's2', rows: [row, row] });
  world.socket.say({ type: 'overview', id: 's2', overview: { events: { stored: 5 } } });
  world.socket.say({ type: 'events', id: 's1', events: [{ id: 'e' }, 'not an event'], skipped: 3 });
  world.socket.say({ type: 'error', id: 's1', detail: 'there is no view v' });
  world.socket.say({ type: 'gone', id: 's2' });
  assert.deepEqual(heard, ['a snapshot 1', 'b rows 2', 'b stored 5', 'a events 1 3', 'a refused there is no view v', 'b gone']);
});

test('what is not understood is ignored', () => {
  const world = new World();
  world.link.subscribe(() => ({}), { rows: () => assert.fail('no rows came') });
  world.link.start();
  world.goLive();
  for (const frame of ['not json', '[]', '7', { type: 'rows' }, { type: 'novelty', id: 's1' }, { type: 'rows', id: 's99', rows: [row] }]) world.socket.say(frame);
  assert.equal(world.state.kind, 'live');
});

test('an ended subscription is told to the server and hears nothing more', () => {
  const world = new World();
  let heard = 0;
  const end = world.link.subscribe(() => ({ view: 'v' }), { rows: () => { heard += 1; } });
  world.link.start();
  world.goLive();
  end();
  world.socket.say({ type: 'rows', id: 's1', rows: [row] });
  assert.equal(heard, 0);
  assert.deepEqual(world.socket.sent[2], { type: 'unsubscribe', id: 's1' });
  end();
  assert.equal(world.socket.sent.length, 3);
});

test('after a loss it comes back and makes the same subscriptions, with the request of that moment', () => {
  const world = new World();
  let lost = 0;
  world.link.subscribe(() => ({ view: 'v', from: world.now }), { lost: () => { lost += 1; } });
  world.link.start();
  world.goLive();
  world.socket.drop();
  assert.equal(lost, 1);
  assert.deepEqual(world.state, { kind: 'waiting', retryAt: 1_000_500, failures: 1 });
  world.pass(500);
  assert.equal(world.sockets.length, 2);
  world.goLive();
  assert.deepEqual(world.socket.sent[1], { type: 'subscribe', id: 's1', view: 'v', from: 1_000_500 });
});

test('delays double up to a bound, spread by chance, and begin anew after a connection that lasted', () => {
  const world = new World();
  world.link.start();
  const delays: number[] = [];
  for (let failure = 0; failure < 7; failure += 1) {
    world.socket.drop();
    if (world.state.kind !== 'waiting') assert.fail('it should wait');
    const delay = world.state.retryAt - world.now;
    delays.push(delay);
    world.pass(delay);
  }
  assert.deepEqual(delays, [500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
  // Taken in, and shown out again at once: too busy, most likely.
  world.goLive();
  world.socket.drop(1013);
  assert.equal(world.state.kind === 'waiting' && world.state.retryAt - world.now, 15_000);
  world.pass(15_000);
  world.goLive();
  world.pass(10_000);
  world.random = 0;
  world.socket.drop();
  assert.equal(world.state.kind === 'waiting' && world.state.retryAt - world.now, 50);
});

test('what was refused is asked for again, less and less often, until it is there', () => {
  const world = new World();
  const heard: string[] = [];
  const end = world.link.subscribe(() => ({ view: 'v' }), { refused: (detail) => heard.push(detail), snapshot: () => heard.push('snapshot') });
  world.link.start();
  world.goLive();
  const asked = (): number => world.socket.sent.filter((frame) => frame['type'] === 'subscribe').length;
  const alive = (milliseconds: number): void => {
    for (let passed = 0; passed < milliseconds; passed += 1000) {
      world.pass(1000);
      world.socket.say({ type: 'overview', id: 's0', overview: {} });
    }
  };
  const refuse = (): void => world.socket.say({ type: 'error', id: 's1', detail: 'there is no view v' });
  refuse();
  assert.equal(asked(), 1);
  alive(4_000);
  assert.equal(asked(), 2);
  refuse();
  alive(7_000);
  assert.equal(asked(), 2);
  alive(1_000);
  assert.equal(asked(), 3);
  world.socket.say({ type: 'snapshot', id: 's1', columns: [], rows: [] });
  alive(100_000);
  assert.equal(asked(), 3);
  assert.deepEqual(heard, ['there is no view v', 'there is no view v', 'snapshot']);
  refuse();
  world.socket.drop();
  world.pass(500);
  world.goLive();
  alive(10_000);
  assert.equal(asked(), 1); // A new connection asks for everything anyway.
  refuse();
  end();
  alive(10_000);
  assert.equal(asked(), 1);
});

test('silence makes it slow, then lost', () => {
  const world = new World();
  world.link.start();
  world.goLive();
  world.pass(5_000);
  assert.deepEqual(world.state, { kind: 'live', slow: true });
  world.socket.say({ type: 'overview', id: 's1', overview: {} });
  assert.deepEqual(world.state, { kind: 'live', slow: false });
  const before = world.socket;
  world.pass(16_000);
  assert.equal(before.closed, true);
  assert.equal(world.state.kind, 'waiting');
});

test('a server that accepts but never gets ready is given up', () => {
  const world = new World();
  world.link.start();
  world.socket.onopen?.();
  world.pass(10_000);
  assert.equal(world.sockets[0]?.closed, true);
  assert.equal(world.state.kind, 'waiting');
});

test('a token that is refused ends the tries; a policy for another reason does not', async () => {
  for (const [verdict, kind] of [['refused', 'refused'], ['valid', 'waiting'], ['unknown', 'waiting']] as const) {
    const world = new World();
    world.verdict = verdict;
    world.link.start();
    world.socket.onopen?.();
    world.socket.drop(1008);
    await Promise.resolve();
    await Promise.resolve();
    assert.equal(world.state.kind, kind);
  }
});

test('words of a socket that was given up are not heard', () => {
  const world = new World();
  let heard = 0;
  world.link.subscribe(() => ({}), { rows: () => { heard += 1; } });
  world.link.start();
  world.goLive();
  const old = world.socket;
  const late = old.onmessage;
  old.drop();
  world.pass(500);
  world.goLive();
  late?.({ data: JSON.stringify({ type: 'rows', id: 's1', rows: [row] }) });
  assert.equal(heard, 0);
  assert.equal(world.state.kind, 'live');
});

test('a socket that is not open yet is closed when it opens, and says nothing', () => {
  const world = new World();
  world.link.start();
  world.socket.readyState = 0;
  world.link.stop();
  assert.equal(world.socket.closed, false);
  world.socket.onopen?.();
  assert.equal(world.socket.closed, true);
  assert.deepEqual(world.socket.sent, []);
});

test('a button or the network coming back does not wait for the next try', () => {
  const world = new World();
  world.link.start();
  world.socket.drop();
  world.link.retryNow();
  assert.equal(world.sockets.length, 2);
  world.pass(5_000); // The try that was planned does not come on top.
  assert.equal(world.sockets.length, 2);
});

// The one WebSocket of the page: authenticates, keeps the subscriptions through every loss of the connection, notices silence.
// Knows nothing of what is shown. The socket, the clock and chance are handed in, so that tests decide them.
import { retryDelay } from '../base/backoff';
import { readFrame, type Column, type Event, type Overview, type RowChange } from './frames';

export type LinkState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live'; readonly slow: boolean } // slow: connected, but nothing has come for a while.
  | { readonly kind: 'waiting'; readonly retryAt: number; readonly failures: number }
  | { readonly kind: 'refused' } // The token is not good (any more): nothing is tried until there is another one.
  | { readonly kind: 'stopped' };

/**
 * What a subscription hears. After `refused` it is asked for again, less and less often; `gone` is the last word until the next connection.
 * `more`: further rows of the same snapshot follow.
 */
export interface Listener {
  snapshot?(columns: readonly Column[], rows: readonly RowChange[], more: boolean): void;
  rows?(rows: readonly RowChange[], more: boolean): void;
  events?(events: readonly Event[], skipped: number): void;
  overview?(overview: Overview): void;
  refused?(detail: string): void;
  gone?(): void;
  lost?(): void; // The connection is gone; the same subscription is made again on the next one.
}

/** The part of a WebSocket that is used. */
export interface Socket {
  readonly readyState: number;
  onopen: (() => void) | null;
  onmessage: ((message: { data: unknown }) => void) | null;
  onclose: ((close: { code: number; reason: string }) => void) | null;
  onerror: (() => void) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

export interface LinkOptions {
  open(): Socket;
  token(): string;
  /** Asked when the server closed for a reason of policy: is it the token? */
  verifyToken(): Promise<'valid' | 'refused' | 'unknown'>;
  now(): number; // Milliseconds.
  random(): number;
  setTimer(after: number, call: () => void): () => void; // Returns what cancels it.
  changed(state: LinkState): void;
}

const kReadyTimeout = 10_000;
const kCheckInterval = 1_000;
const kSlowAfter = 4_000; // The overview comes each second.
const kDeadAfter = 15_000;
const kBackoff = { first: 500, most: 15_000 };
const kRefusedBackoff = { first: 4_000, most: 60_000 };
const kSettledAfter = 10_000; // A connection that lived so long was a success.
const kClosePolicy = 1008;
const kConnecting = 0; // WebSocket.CONNECTING

interface Subscription {
  request: () => Record<string, unknown>;
  listener: Listener;
  refusals: number;
  cancelRetry: () => void;
}

export class LiveLink {
  private readonly options: LinkOptions;
  private readonly subscriptions = new Map<string, Subscription>();
  private socket: Socket | null = null;
  private ready = false;
  private failures = 0;
  private lastHeard = 0;
  private readyAt = 0;
  private nextId = 1;
  private state_: LinkState = { kind: 'stopped' };
  private cancelTimer: () => void = () => undefined;

  constructor(options: LinkOptions) {
    this.options = options;
  }

  get state(): LinkState {
    return this.state_;
  }

  start(): void {
    if (this.state_.kind === 'connecting' || this.state_.kind === 'live') return;
    this.failures = 0;
    this.connect();
  }

  stop(): void {
    this.dropSocket();
    this.set({ kind: 'stopped' });
  }

  /** Does not wait for the next try any longer: the network is back, or somebody pressed a button. */
  retryNow(): void {
    if (this.state_.kind === 'waiting') this.connect();
    else if (this.state_.kind === 'live') this.check();
  }

  /**
   * `request` is called for each connection anew, so that `from` can move with the time. What it returns is sent as
   * {"type": "subscribe", "id", ...}. The result ends the subscription.
   */
  subscribe(request: () => Record<string, unknown>, listener: Listener): () => void {
    const id = `s${this.nextId++}`;
    this.subscriptions.set(id, { request, listener, refusals: 0, cancelRetry: () => undefined });
    if (this.ready) this.sendSubscribe(id);
    return () => {
      this.subscriptions.get(id)?.cancelRetry();
      if (this.subscriptions.delete(id) && this.ready) this.send({ type: 'unsubscribe', id });
    };
  }

  private connect(): void {
    this.dropSocket();
    this.set({ kind: 'connecting' });
    const socket = this.options.open();
    this.socket = socket;
    this.cancelTimer = this.options.setTimer(kReadyTimeout, () => this.lost(socket));
    socket.onopen = () => {
      if (socket === this.socket) this.send({ type: 'auth', token: this.options.token() });
    };
    socket.onmessage = (message) => {
      if (socket === this.socket && typeof message.data === 'string') this.heard(message.data);
    };
    socket.onclose = (close) => {
      if (socket !== this.socket) return;
      if (close.code === kClosePolicy) this.checkToken(socket);
      else this.lost(socket);
    };
    socket.onerror = () => undefined; // A close always follows.
  }

  private heard(text: string): void {
    this.lastHeard = this.options.now();
    const frame = readFrame(text);
    if (this.state_.kind === 'live' && this.state_.slow) this.set({ kind: 'live', slow: false });
    if (frame === undefined) return;
    if (frame.type === 'ready') {
      this.becomeReady();
      return;
    }
    if (frame.type === 'error' && frame.id === null) return; // Followed by a close, if it matters.
    const id = frame.id ?? '';
    const subscription = this.subscriptions.get(id);
    if (subscription === undefined) return; // Was on its way when the subscription ended.
    const { listener } = subscription;
    if (frame.type !== 'error') subscription.refusals = 0;
    switch (frame.type) {
      case 'snapshot':
        listener.snapshot?.(frame.columns, frame.rows, frame.more);
        break;
      case 'rows':
        listener.rows?.(frame.rows, frame.more);
        break;
      case 'events':
        listener.events?.(frame.events, frame.skipped);
        break;
      case 'overview':
        listener.overview?.(frame.overview);
        break;
      case 'gone':
        listener.gone?.();
        break;
      case 'error':
        this.askAgain(id, subscription);
        listener.refused?.(frame.detail);
        break;
    }
  }

  private becomeReady(): void {
    if (this.ready) return;
    this.ready = true;
    this.readyAt = this.options.now();
    this.set({ kind: 'live', slow: false });
    for (const id of this.subscriptions.keys()) this.sendSubscribe(id);
    this.watch();
  }

  /** Silence can't be seen otherwise: a cable that was pulled closes nothing. */
  private watch(): void {
    this.cancelTimer();
    this.cancelTimer = this.options.setTimer(kCheckInterval, () => {
      if (this.check()) this.watch();
    });
  }

  private check(): boolean {
    if (this.socket === null || this.state_.kind !== 'live') return false;
    const silence = this.options.now() - this.lastHeard;
    if (silence > kDeadAfter) {
      this.lost(this.socket);
      return false;
    }
    const slow = silence > kSlowAfter;
    if (slow !== this.state_.slow) this.set({ kind: 'live', slow });
    return true;
  }

  private checkToken(socket: Socket): void {
    void this.options.verifyToken().then((verdict) => {
      if (socket !== this.socket) return;
      if (verdict !== 'refused') {
        this.lost(socket);
        return;
      }
      this.dropSocket();
      this.set({ kind: 'refused' });
    });
  }

  private lost(socket: Socket): void {
    if (socket !== this.socket) return;
    // A server that takes everybody in and shows them out again must not be asked again at once.
    if (this.ready && this.options.now() - this.readyAt >= kSettledAfter) this.failures = 0;
    this.dropSocket();
    const delay = retryDelay(this.failures, kBackoff, this.options.random);
    this.failures += 1;
    this.set({ kind: 'waiting', retryAt: this.options.now() + delay, failures: this.failures });
    this.cancelTimer = this.options.setTimer(delay, () => this.connect());
  }

  private dropSocket(): void {
    this.cancelTimer();
    this.cancelTimer = () => undefined;
    const socket = this.socket;
    const wasReady = this.ready;
    this.socket = null;
    this.ready = false;
    if (socket !== null) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      // One that is not open yet would be complained about on the console if it were closed now.
      if (socket.readyState === kConnecting) socket.onopen = () => socket.close();
      else socket.close();
    }
    for (const subscription of this.subscriptions.values()) {
      subscription.cancelRetry();
      if (wasReady) subscription.listener.lost?.();
    }
  }

  /** A view may be made, and a store may have its file back. */
  private askAgain(id: string, subscription: Subscription): void {
    subscription.cancelRetry();
    const delay = retryDelay(subscription.refusals, kRefusedBackoff, this.options.random);
    subscription.refusals += 1;
    subscription.cancelRetry = this.options.setTimer(delay, () => this.sendSubscribe(id));
  }

  private sendSubscribe(id: string): void {
    const subscription = this.subscriptions.get(id);
    if (subscription !== undefined) this.send({ type: 'subscribe', id, ...subscription.request() });
  }

  private send(frame: Record<string, unknown>): void {
    this.socket?.send(JSON.stringify(frame));
  }

  private set(state: LinkState): void {
    this.state_ = state;
    this.options.changed(state);
  }
}

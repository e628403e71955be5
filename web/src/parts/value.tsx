// One value of a table, by its type: NULL can be told from an empty text, numbers keep their digits, JSON opens in full.
import { useRef, useState } from 'preact/hooks';
import { compactJson, ExactNumber, prettyJson } from '../base/exact_json';
import { formatMoment, formatUtc } from '../base/format';
import { CopyButton } from './copy_button';
import { CloseIcon } from './icons';
import { isNumeric, isTime } from './units';

const kLong = 120; // Characters of a text or JSON in a cell.

/** `round`: fractions of doubles to three digits, the rest is in the hint. Without it every digit is shown. */
export function Value({ value, type, round = false }: { value: unknown; type: string; round?: boolean }) {
  if (value === null || value === undefined) return <span class="null">NULL</span>;
  if (isNumeric(type) && (typeof value === 'number' || value instanceof ExactNumber)) return <NumberValue value={value} round={round && /^(double|real|float)/.test(type)} />;
  if (typeof value === 'string') return isTime(type) ? <TimeValue text={value} type={type} /> : <TextValue text={value} full={value} />;
  if (typeof value === 'boolean') return <span class="boolean">{String(value)}</span>;
  return <TextValue text={compactJson(value)} full={prettyJson(value)} code />;
}

function NumberValue({ value, round }: { value: number | ExactNumber; round: boolean }) {
  const text = String(value);
  const short = !round || value === 0 ? text : Math.abs(Number(value)) < 0.001 ? Number(value).toPrecision(3) : Number(value).toFixed(3);
  return <span title={short === text ? undefined : text}>{grouped(short)}</span>;
}

/** 1234567.50 -> 1,234,567.50, digit by digit: bigint and numeric are larger than what a double holds. */
export function grouped(text: string): string {
  const found = /^(-?)(\d+)(\.\d+)?$/.exec(text);
  if (found === null) return text;
  const [, sign = '', whole = '', rest = ''] = found;
  return `${sign}${whole.replace(/\B(?=(\d{3})+$)/g, ',')}${rest}`;
}

function TimeValue({ text, type }: { text: string; type: string }) {
  const time = Date.parse(text);
  if (Number.isNaN(time) || type.startsWith('date')) return <span class="nowrap">{text}</span>;
  const fraction = /\.(\d+)/.exec(text);
  return <time class="nowrap" dateTime={text} title={`${formatUtc(time)}\n${text}`}>{formatMoment(time)}{fraction === null ? '' : `.${fraction[1] ?? ''}`}</time>;
}

function TextValue({ text, full, code = false }: { text: string; full: string; code?: boolean }) {
  const [open, setOpen] = useState(false);
  if (text.length <= kLong && !code) return <>{text}</>;
  return (
    <>
      <button type="button" class="link cell-json" title="Show all of it" onClick={() => setOpen(true)}>
        {text.length > kLong ? `${text.slice(0, kLong)}…` : text}
      </button>
      {open && <FullValue text={full} close={() => setOpen(false)} />}
    </>
  );
}

function FullValue({ text, close }: { text: string; close: () => void }) {
  const opened = useRef(false);
  return (
    <dialog
      class="dialog"
      aria-label="The whole value"
      ref={(dialog) => {
        if (dialog === null || opened.current) return;
        opened.current = true;
        dialog.showModal();
      }}
      onClose={close}
      onClick={(event) => { if (event.target === event.currentTarget) close(); }}
    >
      <div class="dialog-body">
        <header class="dialog-head">
          <h2>Value</h2>
          <CopyButton label="Copy" text={() => text} />
          <button type="button" class="icon-button" aria-label="Close" onClick={close}><CloseIcon /></button>
        </header>
        <pre class="code">{text}</pre>
      </div>
    </dialog>
  );
}

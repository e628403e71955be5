// Puts a text on the clipboard and says so for a moment.
import { useEffect, useState } from 'preact/hooks';
import { CheckIcon, CopyIcon } from './icons';

export function CopyButton({ text, label }: { text: () => string; label: string }) {
  const [state, setState] = useState<'idle' | 'done' | 'failed'>('idle');
  useEffect(() => {
    if (state === 'idle') return;
    const timer = setTimeout(() => setState('idle'), 2000);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = (): void => {
    void writeClipboard(text()).then((done) => setState(done ? 'done' : 'failed'));
  };
  return (
    <button type="button" class="button button-small" onClick={copy}>
      {state === 'done' ? <CheckIcon /> : <CopyIcon />}
      <span aria-live="polite">{state === 'done' ? 'Copied' : state === 'failed' ? 'Not possible here' : label}</span>
    </button>
  );
}

/** The clipboard's interface exists on https and localhost only; the old way works everywhere. */
async function writeClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    area.className = 'off-screen';
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}

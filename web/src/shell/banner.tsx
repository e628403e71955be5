// What is said across the page while the connection is not as it should be.
import { useEffect, useState } from 'preact/hooks';
import { formatClock } from '../base/format';
import { tick } from '../store/clock';
import { usePage } from '../page/page';

export function Banner() {
  const { linkState, link } = usePage();
  const state = linkState.value;
  const [, redraw] = useState(0);
  useEffect(() => {
    if (state.kind !== 'waiting') return;
    const timer = setInterval(() => redraw((count) => count + 1), 1000);
    return () => clearInterval(timer);
  }, [state.kind]);

  if (state.kind === 'live' && state.slow) {
    return <div class="banner banner-slow" role="status">The server has not sent anything for a few seconds. What you see is from {formatClock(tick.peek())}.</div>;
  }
  if (state.kind !== 'waiting') return null;
  const seconds = Math.max(0, Math.ceil((state.retryAt - Date.now()) / 1000));
  return (
    <div class="banner banner-off" role="alert">
      <span>
        {state.failures > 1 ? 'The server does not answer.' : 'The connection to the server is lost.'} What you see is from {formatClock(tick.peek())}.{' '}
        <span aria-hidden="true">{seconds > 0 ? `Next try in ${seconds} s.` : 'Trying now.'}</span>
      </span>
      <button type="button" class="button button-small" onClick={() => link.retryNow()}>Try now</button>
    </div>
  );
}

// "No events in the last 15 min", or in the stretch that was chosen.
import { formatClock, formatDuration } from '../base/format';
import type { LiveModel } from './live_model';

export function NothingIn({ model, what }: { model: LiveModel; what: string }) {
  const zoom = model.zoom.value;
  return zoom === null
    ? <span>No {what} in the last {formatDuration(model.span.value / 1000)}.</span>
    : <span>No {what} from {formatClock(zoom.from)} to {formatClock(zoom.to)}.</span>;
}

// What moves: figures, charts, rankings and the events themselves.
import { useEffect, useState } from 'preact/hooks';
import { formatClock, formatUtc } from '../base/format';
import { usePage } from '../page/page';
import { ErrorPanel } from './error_panel';
import { FirstEvent, useWelcome } from './first_event';
import { LatencyPanel } from './latency_panel';
import { kMinute, kRanges, LiveModel } from './live_model';
import { RatePanel } from './rate_panel';
import { TailPanel } from './tail_panel';
import { Tiles } from './tiles';
import { TopPages, TopSources, TopTypes } from './top_panels';

export function LivePage() {
  const page = usePage();
  const [model, setModel] = useState<LiveModel | null>(null);
  useEffect(() => {
    const made = new LiveModel(page.link);
    setModel(made);
    return () => made.close();
  }, [page]);
  return model === null ? null : <LiveContent model={model} />;
}

function LiveContent({ model }: { model: LiveModel }) {
  const welcome = useWelcome(model);
  const [done, setDone] = useState(false);
  const early = welcome !== 'no' && !done; // Then the events stand on top: the first one is to be seen as it comes.
  return (
    <>
      {early && <FirstEvent state={welcome} done={() => setDone(true)} />}
      {early && <TailPanel model={model} />}
      <Toolbar model={model} />
      <Tiles model={model} />
      <div class="grid grid-charts">
        <RatePanel model={model} />
        <LatencyPanel model={model} />
        <ErrorPanel model={model} />
      </div>
      <div class="grid grid-lists">
        <TopTypes model={model} />
        <TopSources model={model} />
        <TopPages model={model} />
      </div>
      {!early && <TailPanel model={model} />}
    </>
  );
}

function Toolbar({ model }: { model: LiveModel }) {
  const zoom = model.zoom.value;
  return (
    <div class="toolbar">
      <div class="segments" role="group" aria-label="Stretch of time">
        {kRanges.map((range) => (
          <button
            key={range}
            type="button"
            class="segment"
            aria-pressed={zoom === null && model.span.value === range}
            onClick={() => model.setRange(range)}
          >
            {range === 60 * kMinute ? '1 h' : `${range / kMinute} min`}
          </button>
        ))}
      </div>
      {zoom !== null && (
        <button type="button" class="button button-small" title={`${formatUtc(Math.round(zoom.from))} to ${formatUtc(Math.round(zoom.to))}`} onClick={() => { model.zoom.value = null; }}>
          {formatClock(zoom.from)} – {formatClock(zoom.to)}: back to live
        </button>
      )}
      <span class="toolbar-note">lighter and dashed: not final yet</span>
    </div>
  );
}

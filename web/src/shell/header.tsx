// The line on top: where one is, how the connection does, and the state of the pipeline as the server tells it each second.
import { formatCount, formatDuration, formatMoment, formatRate, formatUtc, formatWhole } from '../base/format';
import { tick } from '../store/clock';
import { LogoIcon, LogOutIcon, MoonIcon, SunIcon } from '../parts/icons';
import { usePage } from '../page/page';
import { Tabs } from './tabs';
import { chooseTheme, isDark } from './theme';

export function Header() {
  const page = usePage();
  const dark = isDark();
  return (
    <header class="header">
      <div class="logo"><LogoIcon /> <span>StreamFlow</span></div>
      <Tabs />
      <PipelineStats />
      <LinkPill />
      <button
        type="button"
        class="icon-button icon-button-theme"
        title={dark ? 'Light' : 'Dark'}
        aria-label={dark ? 'Switch to light colours' : 'Switch to dark colours'}
        onClick={() => chooseTheme(dark ? 'light' : 'dark')}
      >
        {dark ? <SunIcon /> : <MoonIcon />}
      </button>
      <button
        type="button"
        class="icon-button icon-button-out"
        title={page.subject.value === '' ? 'Log out' : `Log out ${page.subject.value}`}
        aria-label="Log out"
        onClick={() => page.logOut('')}
      >
        <LogOutIcon />
      </button>
    </header>
  );
}

function PipelineStats() {
  const { overview } = usePage();
  const news = overview.value;
  const stats = [
    { name: 'taken in', value: `${formatRate(news?.perSecond)}/s`, hint: 'Events that were taken in, each second, whatever their own time says' },
    { name: 'stored', value: formatCount(news?.stored), hint: news?.stored == null ? 'Events in the store' : `${formatWhole(news.stored)} events in the store` },
    { name: 'late', value: formatCount(news?.late), hint: 'Events that came too late for a window. They are stored, but not in its result', alarm: (news?.late ?? 0) > 0 },
    { name: 'lag', value: formatCount(news?.lag), hint: lagHint(news) },
  ];
  return (
    <dl class="stats" aria-label="The pipeline">
      {stats.map((stat) => (
        <div key={stat.name} class="stat" title={stat.hint}>
          <dd class={stat.alarm === true ? 'stat-alarm' : ''} data-stat={stat.name}>{stat.value}</dd>
          <dt>{stat.name}</dt>
        </div>
      ))}
      {news !== null && news.version !== '' && (
        <div class="stat stat-version" title={news.uptimeSeconds === null ? 'Version' : `Up for ${formatDuration(news.uptimeSeconds)}`}>
          <dd data-stat="version">{news.version.replace(/^v?/, 'v')}</dd>
          <dt class="off-screen">version</dt>
        </div>
      )}
    </dl>
  );
}

function lagHint(news: { partitions: readonly { partition: number; lag: number }[] } | null): string {
  if (news === null || news.partitions.length === 0) return 'Durable records that the store has not read yet';
  return `Durable records that the store has not read yet: ${news.partitions.map((part) => `partition ${part.partition}: ${formatWhole(part.lag)}`).join(', ')}`;
}

function LinkPill() {
  const { linkState } = usePage();
  const state = linkState.value;
  const [kind, text] = state.kind === 'live' ? (state.slow ? ['slow', 'Slow'] : ['live', 'Live']) : state.kind === 'connecting' ? ['connecting', 'Connecting'] : ['off', 'Offline'];
  const now = tick.value;
  return (
    <span class={`pill pill-${kind}`} role="status" title={`Server time ${formatMoment(now)} (${formatUtc(Math.floor(now / 1000) * 1000)})`}>
      <span class="pill-dot" />
      {text}
    </span>
  );
}

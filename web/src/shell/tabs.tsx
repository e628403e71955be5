// The tabs of the page, as the ARIA practices have them: one stop for the Tab key, arrows move between them.
import { go, kTabs, route, writeRoute, type TabName } from '../page/route';

export function Tabs() {
  const current = route.value.tab;
  const move = (event: KeyboardEvent): void => {
    const at = kTabs.findIndex((tab) => tab.name === current);
    const steps: Record<string, number> = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: kTabs.length - 1 };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = kTabs[(step + kTabs.length) % kTabs.length];
    if (next === undefined) return;
    go(writeRoute(next.name));
    document.getElementById(tabId(next.name))?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label="Parts of the page" onKeyDown={move}>
      {kTabs.map((tab) => (
        <button
          key={tab.name}
          id={tabId(tab.name)}
          type="button"
          role="tab"
          class="tab"
          aria-selected={tab.name === current}
          aria-controls={`panel-${tab.name}`}
          tabIndex={tab.name === current ? 0 : -1}
          onClick={() => go(writeRoute(tab.name))}
        >
          {tab.label}
        </button>
      ))}
    </div>
  );
}

export function tabId(name: TabName): string {
  return `tab-${name}`;
}

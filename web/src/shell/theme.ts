// Light or dark: what the system says, until somebody chooses; the choice stays in this browser.
import { signal } from '@preact/signals';
import { themeRevision } from '../charts/canvas_theme';

export type ThemeChoice = 'system' | 'light' | 'dark';

const kChoice = 'streamflow.theme';
const system = matchMedia('(prefers-color-scheme: dark)');

export const themeChoice = signal<ThemeChoice>(readChoice());

export function startTheme(): void {
  show();
  system.addEventListener('change', show);
}

export function chooseTheme(choice: ThemeChoice): void {
  themeChoice.value = choice;
  try {
    localStorage.setItem(kChoice, choice);
  } catch {
    // Storage is switched off: the choice lasts as long as the page.
  }
  show();
}

export function isDark(): boolean {
  return themeChoice.value === 'dark' || (themeChoice.value === 'system' && system.matches);
}

function show(): void {
  document.documentElement.dataset['theme'] = isDark() ? 'dark' : 'light';
  themeRevision.value += 1;
}

function readChoice(): ThemeChoice {
  try {
    const choice = localStorage.getItem(kChoice);
    return choice === 'light' || choice === 'dark' ? choice : 'system';
  } catch {
    return 'system';
  }
}

// The few drawings of the page, 16 by 16, in the colour of the text beside them.
import type { ComponentChildren } from 'preact';

function Icon({ children }: { children: ComponentChildren }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
      {children}
    </svg>
  );
}

export const LogoIcon = () => (
  <svg class="logo-icon" viewBox="0 0 20 20" width="20" height="20" fill="none" stroke-linecap="round" stroke-width="2.2" aria-hidden="true">
    <path d="M2 6c4-4.5 6 3.5 9 .5S16 4 18 5" />
    <path d="M2 11c4-4.5 6 3.5 9 .5S16 9 18 10" opacity=".7" />
    <path d="M2 16c4-4.5 6 3.5 9 .5s5-2.5 7-1.5" opacity=".4" />
  </svg>
);
export const SunIcon = () => <Icon><circle cx="8" cy="8" r="2.8" /><path d="M8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M3.4 12.6l.7-.7M11.9 4.1l.7-.7" /></Icon>;
export const MoonIcon = () => <Icon><path d="M13.5 9.5A5.8 5.8 0 0 1 6.5 2.5a5.8 5.8 0 1 0 7 7z" /></Icon>;
export const LogOutIcon = () => <Icon><path d="M6 2.5H3.5v11H6M10 5l3 3-3 3M13 8H6.5" /></Icon>;
export const PauseIcon = () => <Icon><path d="M5.5 3.5v9M10.5 3.5v9" /></Icon>;
export const PlayIcon = () => <Icon><path d="M5 3.2v9.6L12.5 8z" /></Icon>;
export const CopyIcon = () => <Icon><rect x="5.5" y="5.5" width="8" height="8" rx="1.5" /><path d="M10.5 5.5v-2a1 1 0 0 0-1-1h-6a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1h2" /></Icon>;
export const CheckIcon = () => <Icon><path d="M3 8.5l3.2 3L13 4.5" /></Icon>;
export const CloseIcon = () => <Icon><path d="M4 4l8 8M12 4l-8 8" /></Icon>;
export const SearchIcon = () => <Icon><circle cx="7" cy="7" r="4.2" /><path d="M10.2 10.2L14 14" /></Icon>;
export const TableIcon = () => <Icon><rect x="2" y="3" width="12" height="10" rx="1.5" /><path d="M2 6.5h12M2 9.8h12M6.5 6.5V13" /></Icon>;
export const LineIcon = () => <Icon><path d="M2 12l3.5-5 3 2.5L14 3.5" /></Icon>;
export const BarsIcon = () => <Icon><path d="M3.5 13V8M8 13V3.5M12.5 13V6" /></Icon>;

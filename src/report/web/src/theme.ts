// The colour theme: what the reader chose, remembered where the browser allows it.
export type Theme = 'system' | 'light' | 'dark';

const storageKey = 'unentropy-theme';

export function rememberedTheme(): Theme {
  try {
    const text = localStorage.getItem(storageKey);
    return text === 'light' || text === 'dark' ? text : 'system';
  } catch {
    return 'system'; // storage is forbidden: nothing is remembered
  }
}

export function rememberTheme(theme: Theme): void {
  try {
    if (theme === 'system') localStorage.removeItem(storageKey);
    else localStorage.setItem(storageKey, theme);
  } catch {
    // The theme then lasts as long as the page is open.
  }
}

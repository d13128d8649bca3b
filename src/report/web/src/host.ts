// Links to the repository's host, only where the parts are what they claim to be.
import { h } from './dom';

export function commitLink(url: string, commit: string): Node {
  const text = h('code', {}, commit.slice(0, 7));
  const known = url !== '' && /^[0-9a-f]{7,64}$/.test(commit);
  return known ? h('a', { href: `${url}/commit/${commit}`, rel: 'noopener noreferrer' }, text) : text;
}

export function runLink(url: string, run: string, text: string): Node {
  const known = url !== '' && /^\d{1,20}$/.test(run);
  return known
    ? h('a', { href: `${url}/actions/runs/${run}`, rel: 'noopener noreferrer' }, text)
    : document.createTextNode(text);
}

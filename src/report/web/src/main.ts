// Brings the static page to life.
import { Branch } from './branch';
import { readManifest } from './manifest';
import { NumberChart } from './number-chart';

function start(): void {
  const manifest = readManifest();
  if ((manifest.branches[0]?.builds[0] ?? 0) === 0) return;
  const branch = new Branch(manifest, 0);
  const observer = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        observer.unobserve(entry.target);
        const card = entry.target as HTMLElement;
        const chart = manifest.charts[Number(card.dataset['chart'])];
        for (const plot of card.querySelectorAll<HTMLElement>('.plot.number')) {
          const panel = chart?.panels[Number(plot.dataset['panel'])] ?? [];
          new NumberChart(plot, manifest, branch, panel);
        }
      }
    },
    { rootMargin: '200px' },
  );
  for (const card of document.querySelectorAll('.card')) observer.observe(card);
}

start();

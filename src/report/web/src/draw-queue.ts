// Draws cards that came on screen: the topmost at once, the others as far as each frame has time for them, so that a
// page of many charts shows its first one soon and scrolls smoothly.
import type { Card } from './card';

const budget = 24; // milliseconds of a frame

export class DrawQueue {
  private waiting: Card[] = [];
  private requested = false;

  // In the order of the page.
  add(cards: Card[]): void {
    for (const card of cards) card.announceDrawing();
    this.waiting.push(...cards);
    if (this.requested) return;
    this.draw(0);
  }

  private draw(milliseconds: number): void {
    this.requested = false;
    const end = performance.now() + milliseconds;
    do {
      const card = this.waiting.shift();
      // It may have left again, or have been drawn meanwhile for another reason.
      if (card?.visible) card.appear();
    } while (this.waiting.length > 0 && performance.now() < end);
    if (this.waiting.length === 0) return;
    this.requested = true;
    requestAnimationFrame(() => this.draw(budget));
  }
}

/** The bars of the last minute: messages per second, a bar a second. */

const SECONDS = 60;
const HEIGHT = 20;

/** The scale's top is never lower, so that a single message does not fill the chart. */
const LOWEST_TOP = 4;

/** Bars from which the number beside the chart is made. */
const AVERAGED = 10;

export class RateChart {
  /** @type {number[]} */
  #rates = new Array(SECONDS).fill(0);
  #bars;

  /** @param {SVGSVGElement} svg - With a view box of 60 by 20. */
  constructor(svg) {
    this.#bars = this.#rates.map((_, second) => {
      const bar = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
      bar.setAttribute('x', String(second + 0.15));
      bar.setAttribute('width', '0.7');
      svg.append(bar);
      return bar;
    });
    this.#draw();
  }

  /** Mean of the last ten seconds. */
  get average() {
    return this.#rates.slice(-AVERAGED).reduce((sum, rate) => sum + rate, 0) / AVERAGED;
  }

  /** @param {number} rate - Of the second that has just passed. */
  push(rate) {
    this.#rates = [...this.#rates.slice(1), rate];
    this.#draw();
  }

  #draw() {
    const top = Math.max(LOWEST_TOP, ...this.#rates);
    for (const [second, rate] of this.#rates.entries()) {
      const height = (rate / top) * HEIGHT;
      this.#bars[second]?.setAttribute('y', String(HEIGHT - height));
      this.#bars[second]?.setAttribute('height', String(height));
    }
  }
}

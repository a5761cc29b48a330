/**
 * Many tasks that one event ends, each with a signal of its own.
 *
 * One signal for all of them would carry a listener per task, and platforms warn of a leak there.
 */

/** Gives tasks signals and aborts all of them together. */
export class AbortGroup {
  readonly #controllers = new Set<AbortController>();
  #aborted: { readonly reason: unknown } | undefined;

  /** Whether `abort` was called. */
  get aborted(): boolean {
    return this.#aborted !== undefined;
  }

  /** Aborts the tasks that run and all that are begun later. */
  abort(reason: unknown): void {
    this.#aborted ??= { reason };
    for (const controller of this.#controllers) controller.abort(reason);
  }

  /**
   * Runs a task until it settles.
   *
   * @param task - Ends by itself when the controller's signal is aborted. It may abort it, too.
   * @param signal - Also aborts this task.
   */
  async run<T>(
    task: (controller: AbortController) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    const controller = new AbortController();
    const forward = (): void => controller.abort(signal?.reason);
    if (signal?.aborted) forward();
    if (this.#aborted !== undefined) controller.abort(this.#aborted.reason);
    signal?.addEventListener('abort', forward);
    this.#controllers.add(controller);
    try {
      return await task(controller);
    } finally {
      this.#controllers.delete(controller);
      signal?.removeEventListener('abort', forward);
    }
  }
}

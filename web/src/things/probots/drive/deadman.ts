/**
 * The page's own dead-man: everything that may happen around a page after which nobody can be sure
 * that a hand is still on the stick. Each ends all wishes at once; the server has its own, and does
 * not rely on this one.
 */

export type Ending = 'blur' | 'hidden';

/** Where the events come from; the tests bring their own. */
export interface Stage {
  readonly window: Pick<Window, 'addEventListener' | 'removeEventListener'>;
  readonly document: Pick<Document, 'addEventListener' | 'removeEventListener' | 'visibilityState'>;
}

/** Call `end` whenever the page is out of sight or out of reach; returns the way to stop that. */
export function watchHands(
  end: (why: Ending) => void,
  stage: Stage = { window, document },
): () => void {
  const blurred = () => {
    end('blur');
  };
  const hidden = () => {
    end('hidden');
  };
  const seen = () => {
    if (stage.document.visibilityState !== 'visible') hidden();
  };
  stage.window.addEventListener('blur', blurred);
  stage.window.addEventListener('pagehide', hidden);
  stage.document.addEventListener('visibilitychange', seen);
  stage.document.addEventListener('freeze', hidden);
  return () => {
    stage.window.removeEventListener('blur', blurred);
    stage.window.removeEventListener('pagehide', hidden);
    stage.document.removeEventListener('visibilitychange', seen);
    stage.document.removeEventListener('freeze', hidden);
  };
}

/** The keys of the editor. */
import { useEffect } from 'preact/hooks';
import { useRegions } from './context';

/** Keys while something is drawn; Escape is with the other keys of the page. */
export function useKeys(): void {
  const { regions } = useRegions();
  useEffect(() => {
    const onKey = (key: KeyboardEvent) => {
      const { target } = key;
      if (key.defaultPrevented) return;
      if (target instanceof Element && target.closest('input, textarea, select, dialog')) return;
      const { now } = regions.drawing.peek();
      if (key.key.toLowerCase() === 'z' && (key.ctrlKey || key.metaKey)) {
        regions.apply({ do: 'undo' });
      } else if (key.key === 'Enter' && now.open && now.points.length >= 3) {
        if (target instanceof Element && target.closest('button, a')) return;
        regions.apply({ do: 'finish' });
      } else if ((key.key === 'Delete' || key.key === 'Backspace') && now.chosen !== null) {
        regions.apply({ do: 'remove', corner: now.chosen });
      } else {
        return;
      }
      key.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => {
      document.removeEventListener('keydown', onKey);
    };
  }, [regions]);
}

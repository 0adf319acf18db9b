/** A friend's day on paper: the map as it is looked at now, then what stands in the details. */
import { t } from '@lingui/core/macro';
import { Printer } from 'lucide';
import { useEffect, useRef } from 'preact/hooks';
import { useMapState } from '../../app/context';
import { usePast } from '../../past/context';
import { longDayText } from '../../past/wording';
import { Icon } from '../../ui/icon';

export function PrintDay({ name }: { name: string }) {
  const { map } = useMapState();
  const past = usePast();
  const image = useRef<HTMLImageElement>(null);
  const take = () => {
    const picture = map.value?.picture() ?? '';
    if (image.current && picture !== '') image.current.src = picture;
  };
  useEffect(() => {
    // Also by the browser's own menu; the button waits until the picture can be printed.
    addEventListener('beforeprint', take);
    return () => {
      removeEventListener('beforeprint', take);
    };
  }, []);
  const day = longDayText(past.day.value.start);
  return (
    <>
      <button
        type="button"
        class="button"
        onClick={() => {
          take();
          const ready = image.current?.src ? image.current.decode() : Promise.resolve();
          void ready
            .catch(() => undefined)
            .then(() => {
              print();
            });
        }}
      >
        <Icon of={Printer} size={16} />
        {t`Print`}
      </button>
      <figure class="print-only">
        <figcaption>{t`${name}, ${day}`}</figcaption>
        <img ref={image} alt="" />
      </figure>
    </>
  );
}

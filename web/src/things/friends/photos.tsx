/** The photos of a friend's points of interest: of the day that is looked at, or the latest. */
import { t } from '@lingui/core/macro';
import { useEffect, useState } from 'preact/hooks';
import { timeText } from '../../app/ages';
import { useServer, useTime } from '../../app/context';
import type { Key } from '../../app/world';
import { usePast } from '../../past/context';
import { photoUrl, readPhotos } from '../../past/photos';
import type { Photo } from '../../past/photos';

/** So many are shown while it is now. */
const FEW = 6;

export function PhotosOf({ of }: { of: Key }) {
  const now = useTime().now.value;
  const past = usePast();
  const latest = useLatest(of);
  const photos = past.past.value ? past.photos.value.filter((photo) => photo.thing === of) : latest;
  if (photos.length === 0) return null;
  return (
    <section class="part" data-photos={photos.length}>
      <h3>{t`Places`}</h3>
      <ul class="photos">
        {photos.map((photo) => (
          <li key={photo.hash}>
            <a href={photoUrl(photo)} target="_blank" rel="noopener">
              <img
                src={photoUrl(photo)}
                alt={photo.name === '' ? t`A photo` : t`Photo: ${photo.name}`}
                loading="lazy"
                width={photo.width}
                height={photo.height}
              />
            </a>
            <b class="ellipsis">{photo.name}</b>
            <small class="muted">{timeText(photo.at, now)}</small>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The latest photos of a friend; none for anybody who is not told of the past. */
function useLatest(of: Key): readonly Photo[] {
  const { api } = useServer();
  const [found, setFound] = useState<{ of: Key; photos: readonly Photo[] } | null>(null);
  useEffect(() => {
    let over = false;
    api
      .get('events', { kind: 'photo', thing: of, limit: FEW })
      .then((answer) => {
        if (!over) setFound({ of, photos: readPhotos(answer.events) });
      })
      .catch(() => undefined);
    return () => {
      over = true;
    };
  }, [api, of]);
  return found?.of === of ? found.photos : [];
}

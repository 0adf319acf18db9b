/** The corner of the map: its scale, and whom its data comes from. */
import { useEffect, useState } from 'preact/hooks';
import { attribution } from '../../map/attribution';
import type { Credit } from '../../map/streets/source';
import type { Scale, SightlineMap } from '../../map/types';

export function Legend({ map, scale }: { map: SightlineMap | null; scale: Scale | null }) {
  const credits = useCredits(map);
  return (
    <div class="legend">
      {scale && (
        <span class="scale">
          <i style={{ width: `${String(Math.round(scale.px))}px` }} />
          {scale.text}
        </span>
      )}
      {/* There before the map is: the largest thing to read must not come last. */}
      <span class="attribution">
        {credits.map((credit) => (
          <CreditText key={credit.text} credit={credit} />
        ))}
        {map === null ? attribution() : map.attribution}
      </span>
    </div>
  );
}

function CreditText({ credit: { text, url } }: { credit: Credit }) {
  return (
    <>
      {url === '' ? (
        text
      ) : (
        <a href={url} target="_blank" rel="noopener noreferrer">
          {text}
        </a>
      )}
      {' · '}
    </>
  );
}

/** Whom the data in view comes from, besides that of the world: each named once. */
function useCredits(map: SightlineMap | null): readonly Credit[] {
  const [credits, setCredits] = useState<readonly Credit[]>([]);
  useEffect(() => map?.onCredits(setCredits), [map]);
  return [...new Map(credits.map((credit) => [credit.text, credit])).values()];
}

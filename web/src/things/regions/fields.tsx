/** A region's shape as numbers: all that can be drawn can be typed. */
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { ListX, Plus } from 'lucide';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { useMapState } from '../../app/context';
import { useRegions } from './context';
import { Icon } from '../../ui/icon';
import { between, MOST_CORNERS } from '../../map/draft';
import type { Draft } from '../../map/draft';

/** Half the way round the earth, metres. */
const FARTHEST = 20_000_000;
/** Of a circle that is typed before anything was drawn, metres. */
const FIRST_RADIUS = 200;

export function CircleFields({ draft }: { draft: Draft }) {
  const { regions } = useRegions();
  // Numbers that wait for the others before there is a circle.
  const early = useRef<{ lat?: number; lon?: number; radius?: number }>({});
  const { lat, lon } = draft.centre ?? early.current;
  const radius = draft.radius > 0 ? draft.radius : (early.current.radius ?? FIRST_RADIUS);
  const set = (part: { lat?: number; lon?: number; radius?: number }) => {
    early.current = { ...early.current, ...part };
    const { centre, radius: before } = regions.drawing.peek().now;
    const known = centre ? { ...centre, radius: before } : { radius: FIRST_RADIUS };
    const next = { ...known, ...(centre ? part : early.current) };
    const { lat: north, lon: east } = next as { lat?: number; lon?: number };
    if (north === undefined || east === undefined) return;
    regions.apply({ do: 'circle', centre: { lat: north, lon: east }, radius: next.radius });
  };
  return (
    <fieldset class="numbers">
      <legend>{t`Circle`}</legend>
      <div class="triple">
        <NumberField
          label={t`Latitude`}
          unit="°"
          most={90}
          value={lat}
          set={(value) => {
            set({ lat: value });
          }}
        />
        <NumberField
          label={t`Longitude`}
          unit="°"
          most={180}
          value={lon}
          set={(value) => {
            set({ lon: value });
          }}
        />
        <NumberField
          label={t`Radius`}
          unit="m"
          least={1}
          most={FARTHEST}
          value={radius}
          set={(value) => {
            set({ radius: value });
          }}
        />
      </div>
    </fieldset>
  );
}

export function CornerFields({ draft }: { draft: Draft }) {
  const { map } = useMapState();
  const { regions } = useRegions();
  const { points, chosen, open } = draft;
  const add = () => {
    const [first, last] = [points[0], points.at(-1)];
    const view = map.value?.view();
    const at =
      !open && first && last && points.length > 2
        ? between(last, first)
        : { lat: view?.lat ?? 0, lon: view?.lng ?? 0 };
    regions.apply({ do: 'insert', after: points.length - 1, at });
  };
  return (
    <details class="numbers">
      <summary>
        <Trans>
          Corners as numbers <span class="muted">{points.length}</span>
        </Trans>
      </summary>
      <ol>
        {points.map((point, n) => (
          <li key={n} data-chosen={n === chosen}>
            <span class="muted number">{n + 1}</span>
            <NumberField
              bare
              label={t`Latitude of corner ${n + 1}`}
              most={90}
              value={point.lat}
              set={(lat) => {
                regions.apply({ do: 'corner', n, to: { ...point, lat } });
              }}
            />
            <NumberField
              bare
              label={t`Longitude of corner ${n + 1}`}
              most={180}
              value={point.lon}
              set={(lon) => {
                regions.apply({ do: 'corner', n, to: { ...point, lon } });
              }}
            />
            <button
              type="button"
              class="icon-button small"
              aria-label={t`Take corner ${n + 1} away`}
              disabled={!open && points.length <= 3}
              onClick={() => {
                regions.apply({ do: 'remove', corner: n });
              }}
            >
              <Icon of={ListX} size={15} />
            </button>
          </li>
        ))}
      </ol>
      <button
        type="button"
        class="button small"
        disabled={points.length >= MOST_CORNERS}
        onClick={add}
      >
        <Icon of={Plus} size={14} />
        {t`Corner`}
      </button>
    </details>
  );
}

/** A number that is taken when it is complete; what is none is said, and changes nothing. */
function NumberField({
  label,
  unit,
  value,
  least,
  most,
  set,
  bare = false,
}: {
  label: string;
  unit?: string;
  value: number | undefined;
  least?: number;
  most: number;
  set(value: number): void;
  /** Without its label in sight, where a column says what it is. */
  bare?: boolean;
}) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [wrong, setWrong] = useState(false);
  const shown = value === undefined ? '' : String(value);
  useEffect(() => {
    if (!input.current) return;
    input.current.value = shown;
    setWrong(false);
  }, [shown]);
  return (
    <div class="field">
      <label for={id} class={bare ? 'hidden' : ''}>
        {label}
        {unit !== undefined && <span class="muted"> {unit}</span>}
      </label>
      <div class="input">
        <input
          ref={input}
          id={id}
          type="text"
          inputMode="decimal"
          autocomplete="off"
          defaultValue={shown}
          aria-invalid={wrong}
          // Not `onChange`, which preact/compat takes for every letter.
          onChangeCapture={(change) => {
            const text = change.currentTarget.value.trim().replace(',', '.');
            const number = text === '' ? NaN : Number(text);
            const fits = number >= (least ?? -most) && number <= most;
            setWrong(!fits && text !== '');
            if (fits && number !== value) set(number);
          }}
        />
      </div>
    </div>
  );
}

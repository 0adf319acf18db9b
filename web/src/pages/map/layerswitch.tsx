/** The choice between the map and other pictures of the same ground, such as satellite. */
import { t } from '@lingui/core/macro';
import { Layers } from 'lucide';
import { useRef, useState } from 'preact/hooks';
import { usePreferences } from '../../app/context';
import { useMaps } from '../../things/maps/context';
import { Icon } from '../../ui/icon';

/** Nothing, as long as there is nothing to choose. */
export function LayerSwitch() {
  const { maps } = useMaps();
  const layers = maps.value.filter(({ role }) => role === 'layer');
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  if (layers.length === 0) return null;
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  return (
    <div
      class="layer-switch"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !open) return;
        event.stopPropagation();
        close();
      }}
      onFocusOut={(event) => {
        const to = event.relatedTarget;
        if (to instanceof Node && !event.currentTarget.contains(to)) setOpen(false);
      }}
    >
      <button
        ref={button}
        type="button"
        aria-label={t`What the map shows`}
        title={t`What the map shows`}
        aria-expanded={open}
        onClick={() => {
          setOpen(!open);
        }}
      >
        <Icon of={Layers} />
      </button>
      {open && <Choices layers={layers.map(({ name, title }) => ({ name, title }))} />}
    </div>
  );
}

function Choices({ layers }: { layers: readonly { name: string; title: string }[] }) {
  const preferences = usePreferences();
  const wished = preferences.settings.value.layer;
  const chosen = layers.some(({ name }) => name === wished) ? wished : '';
  return (
    <div class="layer-choices" role="radiogroup" aria-label={t`What the map shows`}>
      {[{ name: '', title: t`Map` }, ...layers].map(({ name, title }) => (
        <label key={name}>
          <input
            type="radio"
            name="layer"
            value={name}
            checked={name === chosen}
            onChange={() => {
              preferences.change({ layer: name });
            }}
          />
          {title}
        </label>
      ))}
    </div>
  );
}

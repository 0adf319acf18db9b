/**
 * Drawing or editing a region. The map and the fields here are two ways to say the same; either is
 * enough. What the server has against it is shown in its words.
 */
import { t } from '@lingui/core/macro';
import { Check, X } from 'lucide';
import { useEffect, useId, useRef } from 'preact/hooks';
import { useLayout, useSelection, useThing } from '../../app/context';
import { SheetGrip } from '../../app/sheet';
import { LONGEST_NAME, shapeOf } from '../../map/draft';
import type { Draft } from '../../map/draft';
import { ErrorLink } from '../../ui/doclink';
import { Icon } from '../../ui/icon';
import { Colours } from './colours';
import { Conflict } from './conflict';
import { useRegions } from './context';
import { useKeys } from './editorkeys';
import { CircleFields, CornerFields } from './fields';
import { RegionSign } from './pieces';
import { readRegion } from './read';
import { Seen } from './audience';
import { Tools } from './tools';
import type { RegionService } from './service';
import type { Flaw } from '../../map/draft';
import type { RefObject } from 'preact';

export function RegionEditor() {
  const { select } = useSelection();
  const { stop } = useLayout();
  const { regions } = useRegions();
  const { now, before } = regions.drawing.value;
  const { name, colour, shared } = regions.particulars.value;
  const editing = regions.editing.value;
  const edited = editing?.edited ?? null;
  const saving = regions.saving.value;
  const refusal = regions.refusal.value;
  const flaws = regions.flaws.value;
  const thing = useThing(edited?.key ?? null);
  const current = thing && readRegion(thing);
  const overtaken =
    edited !== null && current !== undefined && current.version > edited.version && !saving;
  const form = useId();
  const field = useRef<HTMLInputElement>(null);
  const complete = shapeOf(now) !== null && !now.open;

  useKeys();
  useEffect(() => {
    // On phones: the map first, and the form when there is something to name.
    if (complete && stop.peek() === 'low') stop.value = 'middle';
  }, [complete, stop]);

  const save = (how: 'save' | 'insist') => {
    regions.apply({ do: 'finish' });
    const nameless = regions.flaws.value[0]?.about === 'name';
    if (nameless) field.current?.focus();
    void regions[how]().then((key) => {
      if (key !== null) select(key);
    });
  };
  const title = edited ? t`Edit ${editing?.begun.particulars.name ?? ''}` : t`New region`;
  return (
    <aside class="panel drawer editor" aria-label={title} data-editor={edited?.key ?? 'new'}>
      <SheetGrip />
      <Head colour={colour} shared={shared} now={now} title={title} regions={regions} />
      <Tools draft={now} undo={before.length > 0} fixed={edited?.version ?? null} />
      <form
        id={form}
        class="scroll fields"
        aria-label={title}
        onSubmit={(submitted) => {
          submitted.preventDefault();
          save('save');
        }}
      >
        <NameField form={form} field={field} name={name} regions={regions} />
        <Colours chosen={colour} />
        <Seen shared={shared} />
        {now.is === 'circle' ? <CircleFields draft={now} /> : <CornerFields draft={now} />}
      </form>
      <footer class="editor-end">
        {refusal?.code === 'stale' || overtaken ? (
          <Conflict
            why={refusal?.code === 'stale' ? refusal.why : undefined}
            current={current}
            insist={() => {
              save('insist');
            }}
          />
        ) : refusal ? (
          <p class="form-error" role="alert">
            {refusal.why}
            <ErrorLink code={refusal.code} />
          </p>
        ) : null}
        <End regions={regions} form={form} saving={saving} flaws={flaws} />
      </footer>
    </aside>
  );
}

function NameField({
  form,
  field,
  name,
  regions,
}: {
  form: string;
  field: RefObject<HTMLInputElement | null>;
  name: string;
  regions: RegionService;
}) {
  return (
    <div class="field">
      <label for={`${form}-name`}>{t`Name`}</label>
      <div class="input">
        <input
          ref={field}
          id={`${form}-name`}
          name="name"
          value={name}
          maxLength={LONGEST_NAME}
          autocomplete="off"
          spellcheck={false}
          onInput={(input) => {
            regions.fill({ name: input.currentTarget.value });
          }}
        />
      </div>
    </div>
  );
}

/** Saving it, or throwing the changes away. */
function End({
  regions,
  form,
  saving,
  flaws,
}: {
  regions: RegionService;
  form: string;
  saving: boolean;
  flaws: readonly Flaw[];
}) {
  return (
    <>
      {regions.leaving.value ? (
        <Leaving regions={regions} />
      ) : (
        <div class="form-end">
          <button
            type="submit"
            form={form}
            class="button primary"
            disabled={saving}
            aria-describedby={flaws.length > 0 ? `${form}-flaw` : undefined}
          >
            <Icon of={Check} size={16} />
            {saving ? t`Saving…` : t`Save`}
          </button>
          <button
            type="button"
            class="button"
            onClick={() => {
              regions.leave();
            }}
          >{t`Cancel`}</button>
          {flaws[0] && (
            <span id={`${form}-flaw`} class="flaw" role="status">
              {flaws[0].why}
            </span>
          )}
        </div>
      )}
    </>
  );
}

function Leaving({ regions }: { regions: RegionService }) {
  return (
    <div class="leaving" role="alert">
      <span>{t`Throw the changes away?`}</span>
      <button
        type="button"
        class="button danger"
        onClick={() => {
          regions.close();
        }}
      >{t`Throw away`}</button>
      <button
        type="button"
        class="button"
        onClick={() => {
          regions.stay();
        }}
      >{t`Keep editing`}</button>
    </div>
  );
}

/** What is drawn, and how to go on. */
function Head({
  colour,
  shared,
  now,
  title,
  regions,
}: {
  colour: number;
  shared: boolean;
  now: Draft;
  title: string;
  regions: RegionService;
}) {
  return (
    <header>
      <RegionSign
        large
        region={{
          colour: `c${String(colour)}`,
          sort: shared ? 'shared' : 'personal',
          ...(now.is === 'polygon' ? { shape: { is: 'polygon', points: now.points } } : {}),
        }}
      />
      <div class="headline">
        <h2>{title}</h2>
        <p class="hint" role="status">
          {hintOf(now)}
        </p>
      </div>
      <button
        type="button"
        class="icon-button"
        aria-label={t`Close the editor`}
        onClick={() => {
          regions.leave();
        }}
      >
        <Icon of={X} />
      </button>
    </header>
  );
}

function hintOf(draft: Draft): string {
  if (draft.is === 'circle') {
    return draft.open
      ? t`Press on its middle and pull to its edge.`
      : t`Pull its edge or its middle, or give numbers.`;
  }
  if (!draft.open) return t`Pull corners; a small dot becomes a new one.`;
  const count = draft.points.length;
  if (count === 0) return t`Touch the map for its first corner.`;
  if (count < 3) return t`Touch the map for the next corner.`;
  return t`Touch the first corner to finish.`;
}

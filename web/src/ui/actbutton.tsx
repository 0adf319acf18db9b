/** Buttons that do something at the server, and say why it was refused. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { ErrorLink } from './doclink';
import { failureOf } from './failure';
import type { Failure } from './failure';

/** A button that asks once more before it does something that cannot be taken back. */
export function Sure({
  words,
  sure,
  act,
  label,
}: {
  words: string;
  /** What it says when it asks. */
  sure: string;
  act(): Promise<void>;
  /** What it is about, for those who hear the button alone. */
  label?: string;
}) {
  const [asked, setAsked] = useState(false);
  return (
    <ActButton
      words={asked ? sure : words}
      danger={asked}
      label={label === undefined ? undefined : `${asked ? sure : words} ${label}`}
      left={() => {
        setAsked(false);
      }}
      act={async () => {
        if (!asked) {
          setAsked(true);
          return;
        }
        await act();
        setAsked(false);
      }}
    />
  );
}

/** A button for one call: disabled meanwhile, and with the server's words when it is refused. */
export function ActButton({
  words,
  act,
  label,
  danger = false,
  left,
  primary = false,
}: {
  words: string;
  act(): Promise<void>;
  label?: string | undefined;
  danger?: boolean;
  primary?: boolean;
  left?(): void;
}) {
  const [pending, setPending] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const here = useRef(true);
  useEffect(
    () => () => {
      here.current = false;
    },
    [],
  );
  return (
    <span class="act">
      <button
        type="button"
        class={`button ${danger ? 'danger' : primary ? 'primary' : ''}`}
        aria-label={label}
        aria-disabled={pending}
        onBlur={left}
        onClick={() => {
          if (pending) return;
          setPending(true);
          setFailure(null);
          act()
            .catch((error: unknown) => {
              if (here.current) setFailure(failureOf(error, Date.now()));
            })
            .finally(() => {
              if (here.current) setPending(false);
            });
        }}
      >
        {words}
      </button>
      <span class="wrong" role="alert">
        {failure?.why}
        <ErrorLink code={failure?.code} />
      </span>
    </span>
  );
}

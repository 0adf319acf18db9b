/** A position in words: what a map of the server knows of it. */
import { t } from '@lingui/core/macro';
import { useRef } from 'preact/hooks';
import { Fact } from '../../ui/facts';
import { useLocalities } from './context';

/**
 * The words for a position, empty where there are none. While they are asked for, those of the
 * position before go on: somebody who walks is in the same street most of the time.
 */
export function useWhere(lat: number | undefined, lon: number | undefined): string {
  const { words } = useLocalities();
  const before = useRef('');
  void words.learned.value;
  if (lat === undefined || lon === undefined) return '';
  const found = words.at(lat, lon);
  if (found !== undefined) before.current = found;
  return found ?? before.current;
}

/** The address of a position as a fact; nothing where none is known. */
export function AddressFact({ lat, lon }: { lat: number | undefined; lon: number | undefined }) {
  const where = useWhere(lat, lon);
  return where === '' ? null : <Fact name={t`Address`}>{where}</Fact>;
}

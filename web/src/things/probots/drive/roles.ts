/**
 * What a person's role lets them do, for showing and hiding only: the server decides by itself, and
 * says no to anybody who gets round this.
 */
const RANKS: Readonly<Record<string, number>> = { viewer: 0, operator: 1, admin: 2 };
const LEAST = { stop: 0, drive: 1, takeover: 2, shutdown: 2, routine: 2, drivers: 2 } as const;

export function may(role: string, action: keyof typeof LEAST): boolean {
  return (RANKS[role] ?? 0) >= LEAST[action];
}

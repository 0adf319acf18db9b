export function faults(css: string, name?: string): string[];
export function unknownTokens(css: string, tokens: string): string[];

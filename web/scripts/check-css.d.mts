export function faults(css: string): string[];
export function unknownTokens(css: string, tokens: string): string[];

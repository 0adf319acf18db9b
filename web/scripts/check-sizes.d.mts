export function oversized(name: string, text: string): string[];

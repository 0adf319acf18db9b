export const WEIGHTS: { readonly min: number; readonly max: number };
export const FEATURES: readonly string[];

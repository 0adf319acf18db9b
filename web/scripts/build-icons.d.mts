export function maskable(svg: string): string;
export function silhouette(svg: string): string;

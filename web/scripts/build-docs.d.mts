export function slug(text: string): string;
export function render(
  markdown: string,
  path: string,
): { readonly headings: readonly { readonly id: string; readonly text: string }[] };

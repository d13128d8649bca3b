// Comma-separated values (RFC 4180), in which no text cell can start a formula in a spreadsheet.
export type Field = string | number | null;

export function csvField(field: Field): string {
  if (field === null) return '';
  if (typeof field === 'number') return Number.isFinite(field) ? String(field) : '';
  const harmless = /^[\s]*[=+\-@\t\r\n|%]/.test(field) ? `'${field}` : field;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replace(/"/g, '""')}"` : harmless;
}

export function csvText(rows: Field[][]): string {
  return rows.map((row) => `${row.map(csvField).join(',')}\r\n`).join('');
}

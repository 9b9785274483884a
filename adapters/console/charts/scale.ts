/** Maps a share to a percentage of a chart's width, for SVG coordinates. */
export const toX = (share: number): string => `${(Math.min(1, Math.max(0, share)) * 100).toFixed(2)}%`;

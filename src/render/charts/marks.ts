import type { Plain } from '../prose.ts';

/** Places are in the units of the axes. */
export type Point = readonly [x: number, y: number];

export type Coord = (point: Point) => readonly number[];

export interface Ink {
  /** A custom property of the page's style sheet, so that it follows the reader's light or dark. */
  readonly colour: Colour;
  /** Lengths of dashes and gaps; absent for a solid line. */
  readonly dash?: readonly number[];
  /** Dots without a filling. */
  readonly hollow?: boolean;
}

type Colour = `var(--${'rest' | 'grpc' | 'good' | 'doubt' | 'bad' | 'soft' | 'text' | 'band' | 'rule' | 'ground'})`;

export type Shape = 'circle' | 'square' | 'triangle' | 'cross';

export type Mark =
  | { readonly kind: 'line'; readonly points: readonly Point[]; readonly ink: Ink; readonly width?: number }
  | { readonly kind: 'dots'; readonly points: readonly Point[]; readonly shape: Shape; readonly ink: Ink }
  /** Intervals, each from one point to another. */
  | {
      readonly kind: 'spans';
      readonly spans: readonly (readonly [Point, Point])[];
      readonly ink: Ink;
      readonly width?: number;
    }
  /** A rectangle between two corners. */
  | { readonly kind: 'area'; readonly from: Point; readonly to: Point; readonly ink: Ink }
  /** Text that begins at a point, `dx` and `dy` pixels from it, with a rim, as lines may run through it. */
  | {
      readonly kind: 'text';
      readonly at: Point;
      readonly text: Plain;
      readonly ink: Ink;
      readonly dx?: number;
      readonly dy?: number;
    };

/** The mark as an element of a custom series. */
export function drawMark(mark: Mark, coord: Coord) {
  switch (mark.kind) {
    case 'line':
      return stroke(mark.points.map((point, i) => `${i === 0 ? 'M' : 'L'}${write(coord(point))}`).join(''), mark);
    case 'spans':
      return stroke(mark.spans.map(([a, b]) => `M${write(coord(a))}L${write(coord(b))}`).join(''), mark);
    case 'dots':
      return drawDots(mark.points.map(coord), mark.shape, mark.ink);
    case 'area': {
      const [[x1 = 0, y1 = 0], [x2 = 0, y2 = 0]] = [coord(mark.from), coord(mark.to)];
      const shape = { x: Math.min(x1, x2), y: Math.min(y1, y2), width: Math.abs(x2 - x1), height: Math.abs(y2 - y1) };
      const outline = mark.ink.hollow ? { fill: 'none', stroke: mark.ink.colour } : { fill: mark.ink.colour };
      return { type: 'rect' as const, shape, style: outline, silent: true };
    }
    case 'text': {
      const [x = 0, y = 0] = coord(mark.at);
      const { text, dx = 0, dy = 0 } = mark;
      const rim = { stroke: 'var(--ground)', lineWidth: 3 };
      const style = {
        text,
        align: 'left' as const,
        verticalAlign: 'middle' as const,
        fontSize: 11,
        fill: mark.ink.colour,
        ...rim,
      };
      return { type: 'text' as const, x: x + dx, y: y + dy, style, silent: true };
    }
  }
}

function stroke(pathData: string, { ink, width = 1.75 }: { readonly ink: Ink; readonly width?: number }) {
  const dash = ink.dash === undefined ? {} : { lineDash: [...ink.dash] };
  const style = { fill: 'none', stroke: ink.colour, lineWidth: width, lineJoin: 'round' as const, ...dash };
  return { type: 'path' as const, shape: { pathData }, style, silent: true };
}

/** With the places to a tenth of a pixel both ends of an arc lie exactly this far from its middle. */
const RADIUS = 3.2;

/** All dots of a line are one path: an element for each would be most of the page. */
function drawDots(places: readonly (readonly number[])[], shape: Shape, ink: Ink) {
  const pathData = places.map(([x = 0, y = 0]) => OUTLINES[shape](short(x), short(y))).join('');
  const open = shape === 'cross' || ink.hollow === true;
  const fill = shape === 'cross' ? 'none' : ink.hollow ? 'var(--ground)' : ink.colour;
  const style = { fill, stroke: ink.colour, lineWidth: open ? 1.5 : 0.5 };
  return { type: 'path' as const, shape: { pathData }, style, silent: true };
}

const OUTLINES: Record<Shape, (x: number, y: number) => string> = {
  circle(x, y) {
    const r = RADIUS;
    return `M${write([x - r, y])}A${r} ${r} 0 1 1 ${write([x + r, y])}A${r} ${r} 0 1 1 ${write([x - r, y])}Z`;
  },
  square(x, y) {
    const r = RADIUS - 0.2;
    return `M${write([x - r, y - r])}L${write([x + r, y - r])}L${write([x + r, y + r])}L${write([x - r, y + r])}Z`;
  },
  triangle(x, y) {
    const r = RADIUS + 0.8;
    return `M${write([x, y - r])}L${write([x + r, y + r * 0.8])}L${write([x - r, y + r * 0.8])}Z`;
  },
  cross(x, y) {
    const r = RADIUS + 1.3;
    return `M${write([x - r, y - r])}L${write([x + r, y + r])}M${write([x - r, y + r])}L${write([x + r, y - r])}`;
  },
};

function write([x = 0, y = 0]: readonly number[]): string {
  return `${short(x)} ${short(y)}`;
}

/** A tenth of a pixel is what the library writes. */
function short(x: number): number {
  return Math.round(x * 10) / 10;
}

import { init, use } from 'echarts/core';
// The two by themselves: the list of all charts takes half a second to load where nothing is bundled.
import 'echarts/lib/chart/custom';
import 'echarts/lib/component/gridSimple';
import { SVGRenderer } from 'echarts/renderers';
import type { Plain } from '../prose.ts';
import { type Coord, drawMark, type Mark } from './marks.ts';
import { type Svg, wrapSvg } from './svg.ts';

/** One chart: two axes and what is drawn between them, all in the units of the report. */
export interface Panel {
  /** What the picture is, for those who do not see it. */
  readonly label: Plain;
  readonly height: number;
  /** Room on the left for the labels of the vertical axis. */
  readonly left: number;
  readonly x: Axis;
  readonly y: Axis;
  readonly marks: readonly Mark[];
}

/** A panel with the words that stand above it. */
export interface TitledPanel {
  readonly title: Plain;
  readonly panel: Panel;
}

export interface Axis {
  readonly title: Plain | null;
  readonly scale: 'linear' | 'log';
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly { readonly at: number; readonly label: Plain }[];
  /** Lines at the ticks across the plot. */
  readonly lines: boolean;
  /** For rows that count from the top. */
  readonly inverse?: boolean;
}

/** Fits a narrow telephone unscaled, so the letters are of the size that they are drawn in. */
const PANEL_WIDTH = 340;

/** The panel as SVG, by the chart library's server-side renderer: no script, no animation, nothing that answers a pointer. */
export function drawPanel({ label, height, left, x, y, marks }: Panel): Svg {
  use([SVGRenderer]);
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: PANEL_WIDTH, height });
  const [toX, toY] = [x, y].map(({ scale }) => (scale === 'log' ? Math.log10 : (value: number) => value));
  chart.setOption({
    animation: false,
    grid: { left, right: 14, top: 10, bottom: x.title === null ? 22 : 38, outerBoundsMode: 'none' },
    xAxis: { ...axisOption(x), nameGap: 22 },
    yAxis: { ...axisOption(y), nameGap: left - 14 },
    series: [
      {
        type: 'custom',
        silent: true,
        clip: false,
        progressive: 0,
        data: marks.map((_, i) => [i]),
        renderItem: ({ dataIndex }: { dataIndex: number }, { coord }: { coord: Coord }) => {
          const mark = marks[dataIndex];
          const place: Coord = ([a, b]) => coord([toX?.(a) ?? a, toY?.(b) ?? b]);
          return mark === undefined ? undefined : drawMark(mark, place);
        },
      },
    ],
  });
  const drawn = chart.renderToSVGString();
  chart.dispose();
  return wrapSvg(drawn, label, PANEL_WIDTH, height);
}

/** A logarithmic axis is a linear one of logarithms: the library's own has ticks at powers of ten only. */
function axisOption({ title, scale, from, to, ticks, lines, inverse = false }: Axis) {
  const place = (value: number): number => (scale === 'log' ? Math.log10(value) : value);
  const labels = new Map(ticks.map(({ at, label }) => [place(at), label]));
  const customValues = [...labels.keys()];
  return {
    type: 'value' as const,
    silent: true,
    inverse,
    min: place(from),
    max: place(to),
    ...(title === null ? {} : { name: title as string, nameLocation: 'middle' as const }),
    nameMoveOverlap: false,
    nameTextStyle: { color: 'var(--soft)' },
    axisLine: { show: false },
    axisTick: { show: false, customValues },
    axisLabel: {
      color: 'var(--soft)',
      fontSize: 11,
      margin: 6,
      customValues,
      formatter: (value: number): string => labels.get(value) ?? '',
    },
    splitLine: { show: lines, lineStyle: { color: 'var(--rule)' } },
  };
}

/** Bodies like those of training runs. Values differ between requests, as in practice. */

const METRICS = [
  'loss',
  'accuracy',
  'val_loss',
  'val_accuracy',
  'mAP',
  'mAP_50',
  'precision',
  'recall',
  'lr',
  'gpu_seconds',
];

export function checkpointBody(run: number, n: number) {
  const at = `s3://training/run-${run}/step-${n}`;
  return {
    step: n,
    metadata: { optimizer: 'adamw', seed: 17 },
    files: [`${at}/model.pt`, `${at}/optimizer.pt`],
    metrics: Object.fromEntries(METRICS.map((key) => [key, Math.random()])),
  };
}

/** Number of points in a batch, number of their series, and whether points have times. */
export interface Batch {
  readonly points: number;
  readonly series: number;
  readonly times: boolean;
}

/** The points of batch number `n` of a run. Steps continue those of the previous batch. */
export function pointsOf({ points, series, times }: Batch, n: number) {
  const steps = points / series;
  return Array.from({ length: points }, (_, index) => {
    const step = n * steps + Math.floor(index / series);
    const point = { key: METRICS[index % series] as string, value: Math.random(), step };
    const time = new Date(1_790_000_000_000 + step * 250).toISOString();
    return times ? { ...point, time } : { ...point, time: undefined };
  });
}

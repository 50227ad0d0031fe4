import { Counter, Gauge, type Registry } from 'prom-client';
import { type Clock, DOUBTS } from '../../runtime/clock.ts';

export function measureClock(registry: Registry, clock: Clock): void {
  const registers = [registry];
  new Gauge({
    name: 'modelbox_clock_skew_seconds',
    help: "Seconds by which this server's clock is ahead of the database's.",
    registers,
    collect() {
      this.set(clock.skew() / 1000);
    },
  });
  new Gauge({
    name: 'modelbox_clock_doubted',
    help: '1 while this server takes no decision by age, by reason: skew, jump or unread.',
    labelNames: ['reason'],
    registers,
    collect() {
      const doubt = clock.doubt();
      for (const reason of DOUBTS) this.set({ reason }, doubt?.reason === reason ? 1 : 0);
    },
  });
  new Counter({
    name: 'modelbox_clock_doubts_total',
    help: 'How often this server began to take no decision by age, by reason.',
    labelNames: ['reason'],
    registers,
    collect() {
      this.reset();
      for (const reason of DOUBTS) this.inc({ reason }, clock.doubts[reason]);
    },
  });
}

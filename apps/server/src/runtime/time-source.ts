import { uptime } from 'node:os';

/** The clocks of one machine and of its database, in milliseconds. Tests replace them. */
export interface TimeSource {
  /** Milliseconds since 1970 by the system clock, which can be wrong and can be set. */
  wall(): number;
  /** Milliseconds of a clock that nobody can set, and that also runs while the machine sleeps. */
  steady(): number;
  /** Converts a time that the database reported, in milliseconds since 1970. */
  database(reported: number): number;
}

/** Milliseconds between wall clock and monotonic clock from which the machine may have slept. */
const STEP = 500;

const MACHINE = {
  monotonic: () => performance.now(),
  wall: () => Date.now(),
  uptime: () => uptime() * 1000,
};

/** The real clocks. On Linux, `performance.now()` stops while the machine sleeps, but the uptime does not. */
export function systemTime(machine = MACHINE): TimeSource {
  let asleep = 0;
  let monoSeen = machine.monotonic();
  let wallSeen = machine.wall();
  const bootToMono = machine.uptime() - monoSeen;
  return {
    wall: machine.wall,
    steady: () => {
      const mono = machine.monotonic();
      const wall = machine.wall();
      // Reading the uptime costs a system call, so it happens only if the clocks diverge: somebody set the wall clock,
      // or the machine slept.
      if (Math.abs(wall - wallSeen - (mono - monoSeen)) > STEP) {
        const slept = machine.uptime() - mono - bootToMono;
        if (slept - asleep > STEP) asleep = slept;
        monoSeen = mono;
        wallSeen = wall;
      }
      return mono + asleep;
    },
    database: (reported) => reported,
  };
}

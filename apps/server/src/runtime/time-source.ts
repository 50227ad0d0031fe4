import { uptime } from 'node:os';

/** The clocks of one machine and of its database, in milliseconds. Tests give others. */
export interface TimeSource {
  /** Since 1970, by the system clock. It can be wrong, and anybody can set it. */
  wall(): number;
  /** Since some moment. Nothing sets this clock, and it goes on while the machine sleeps. */
  steady(): number;
  /** Since 1970, of a time that the database reported. */
  database(reported: number): number;
}

/** Milliseconds by which the wall clock must leave the monotonic clock before the machine may have slept. */
const STEP = 500;

/** The readings of a machine's clocks, in milliseconds. */
const MACHINE = {
  monotonic: () => performance.now(),
  wall: () => Date.now(),
  uptime: () => uptime() * 1000,
};

/** The real clocks. `performance.now()` stops while a Linux machine sleeps, the uptime does not. */
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
      // The uptime costs a system call: it is read only after the wall clock was set or the machine slept.
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
